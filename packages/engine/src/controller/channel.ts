import type { Api, Input, RequestOf, ResponseOf } from '@sluice/wire'
import type { LoggedRecord } from '../metadata/records.ts'

/** What the controller may know about who asks, beside the request. */
export interface ChannelContext {
  readonly principal: string
}

/** Committed records in the order of the log. The first call after `subscribe` brings the whole image. */
export type RecordsListener = (records: readonly LoggedRecord[]) => void

/** The way by which brokers meet the controller: Kafka requests one way, committed metadata records the other. */
export interface ControllerChannel {
  request<A extends Api>(
    api: A,
    version: number,
    request: Input<RequestOf<A>>,
    context?: ChannelContext,
  ): Promise<ResponseOf<A>>
  /**
   * Brings the records that make up the image, then each committed batch, before whoever asked for it gets its
   * answer. Resolves, with the way to end it, when the listener has had the image.
   */
  subscribe(listener: RecordsListener): Promise<() => void>
}

/** Where requests come out of the channel. */
export interface ChannelTarget {
  handle(api: Api, version: number, request: unknown, context: ChannelContext): Promise<unknown>
  subscribe(listener: RecordsListener): Promise<() => void>
}

const anonymous: ChannelContext = { principal: 'User:ANONYMOUS' }

/**
 * Controller and brokers in one process. Requests and responses still pass through their bytes, so that no side
 * holds an object of the other, and no member passes that the version does not carry.
 */
export function inlineChannel(target: ChannelTarget): ControllerChannel {
  return {
    async request(api, version, request, context = anonymous) {
      const asked = api.request.decodeBuffer(api.request.encodeToBuffer(version, request), version)
      const answer = await target.handle(api, version, asked, context)
      return api.response.decodeBuffer(api.response.encodeToBuffer(version, answer as never), version)
    },
    subscribe: (listener) => target.subscribe(listener),
  }
}

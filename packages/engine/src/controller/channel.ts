import type { Api } from '@sluice/wire'
import type { ChannelContext, ControllerChannel, RecordsListener } from '../metadata/controller-channel.ts'

/** Where requests come out of the channel. */
interface ChannelTarget {
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

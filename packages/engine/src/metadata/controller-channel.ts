import type { Guard } from '@sluice/effects'
import type { Api, Input, RequestOf, ResponseOf } from '@sluice/wire'
import type { LoggedRecord } from './records.ts'

/** Whoever has not said who they are, as Apache Kafka writes it. */
export const anonymousPrincipal = 'User:ANONYMOUS'

/** What the controller may know about who asks, beside the request. */
export interface ChannelContext {
  readonly principal: string
  /** Empty where it does not say. */
  readonly clientId: string
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
   * answer. Resolves, with the way to end it, when the listener has had the image. A controller that is opened anew
   * goes on where the one before it has ended. The listener runs in its own node's guard.
   */
  subscribe(listener: RecordsListener, guard: Guard): Promise<() => void>
}

import type { Api, ErrorCode, RequestOf, ResponseOf } from '@sluice/wire'
import type { ChannelContext } from '../metadata/controller-channel.ts'
import type { Steps } from '../storage/slices.ts'
import type { Decision } from './decision.ts'

/** What is known of a request beside its body. */
export interface RequestFacts extends ChannelContext {
  readonly version: number
  /** Of the first record that the decision writes. */
  readonly offset: number
}

/** How the controller answers one API; `Manager` decides. */
export interface ControllerRequest<Manager, A extends Api = Api> {
  readonly api: A
  /** Of brokers, about themselves and their partitions: decided before what clients ask for. */
  readonly isUrgent?: boolean
  /** At once, or in steps where it grows with what the request names: see Decisions. */
  decide(
    manager: Manager,
    request: RequestOf<A>,
    facts: RequestFacts,
  ): Decision<ResponseOf<A>> | Steps<Decision<ResponseOf<A>>>
  /** The answer when the controller cannot decide at all. */
  refuse(request: RequestOf<A>, errorCode: ErrorCode, errorMessage: string): ResponseOf<A>
}

/** Typed by its API where it is written, by none in the list that it goes into. */
export function controllerRequest<Manager, A extends Api>(
  definition: ControllerRequest<Manager, A>,
): ControllerRequest<Manager> {
  return definition as unknown as ControllerRequest<Manager>
}

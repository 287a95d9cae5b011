import type { Operation, ResourceType as AnyResourceType } from './permissions.ts'

type ResourceType = Extract<AnyResourceType, 'cluster' | 'topic' | 'group' | 'transactionalId'>

interface Permission {
  readonly operation: Operation
  readonly resource: ResourceType
}

/**
 * What a caller of an API must be allowed to do, as Apache Kafka asks it. A rule about a resource that the request does
 * not name asks nothing: a Produce without a transactional id needs no right to one.
 */
export interface AccessRule extends Permission {
  /**
   * `whole`: without it the request is refused. `each`: every resource is judged for itself; one that the request names
   * is answered with an error, one that only a list of all would show is left out of it.
   */
  readonly refuses: 'whole' | 'each'
  /** Of these requests only. */
  readonly when?: Condition
  /** Whoever has this needs nothing more; of a type of which the request names none, having it for any is enough. */
  readonly unless?: Permission
}

/** `none`: anybody may. */
export type Access = 'none' | readonly AccessRule[]

export type Condition =
  | 'from a consumer'
  | 'from a client'
  | 'from a broker'
  | 'from a follower'
  | 'to create what is missing'
  | 'for authorized operations'
  | 'without a transactional id'
  | 'for a coordinator of share groups'

type Circumstances = Pick<AccessRule, 'when' | 'unless'>

export function whole(operation: Operation, resource: ResourceType, but: Circumstances = {}): AccessRule {
  return { operation, resource, refuses: 'whole', ...but }
}

export function each(operation: Operation, resource: ResourceType, but: Circumstances = {}): AccessRule {
  return { operation, resource, refuses: 'each', ...but }
}

import type { ErrorCode, Int64 } from '@sluice/wire'
import type { GroupRecord, UnservedGroupType } from './group-records.ts'

/** As ListGroups names it. */
type GroupType = 'classic' | 'consumer' | UnservedGroupType

/** Who commits offsets, as the request says. */
export interface Committer {
  /** Under the consumer protocol, its epoch. */
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
  /** In a transaction, which older clients do without a member. */
  readonly isTransactional: boolean
  readonly apiVersion: number
}

/** What an offset is committed for. */
export interface Committed {
  readonly topicId: string
  readonly partition: number
}

/**
 * A group as offsets and the admin APIs see it, whatever protocol its members speak. How they join, and how the
 * group is described to them, is each protocol's own.
 */
export interface Group {
  readonly groupId: string
  readonly type: GroupType
  readonly stateName: string
  /** Null for a group that never had members: its offsets were committed from outside. */
  readonly protocolType: string | null
  readonly isEmpty: boolean
  /** Careful: yes, where the members' topics are not known. */
  isSubscribedTo(topic: string): boolean
  validateCommit(committer: Committer, commits: Iterable<Committed>): ErrorCode
  /** Who fetches offsets; null and below 0 where it does not say that it is a member. */
  validateFetch(memberId: string | null, memberEpoch: number): ErrorCode
  validateOffsetDelete(): ErrorCode
  validateDelete(): ErrorCode
  /** KIP-211: since when nobody uses an offset that was committed then; null while somebody does, or may. */
  offsetUnusedSince(topic: string, committedAtMs: Int64): Int64 | null
  /** The records by which the group ends. */
  tombstones(): GroupRecord[]
  /** Answers all that is parked; the group is never used again. */
  unloaded(error: ErrorCode): void
}

export function listedGroup({ groupId, protocolType, stateName, type }: Group) {
  return { groupId, protocolType: protocolType ?? '', groupState: stateName, groupType: type }
}

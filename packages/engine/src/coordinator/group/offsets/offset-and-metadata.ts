import type { Int64 } from '@sluice/wire'

/** A committed offset with what belongs to it. */
export interface OffsetAndMetadata {
  readonly offset: Int64
  /** Of the last record consumed; −1 when the client does not know it. */
  readonly leaderEpoch: number
  readonly metadata: string
  readonly commitTimestampMs: Int64
  /** Only from OffsetCommit v2 to v4 with a retention time; else the broker's retention holds. */
  readonly expireTimestampMs: Int64 | null
  /** The zero uuid when it is not known: commits from before topic ids. */
  readonly topicId: string
}

import { ErrorCode } from '@sluice/wire'
import type { RecordBytes } from './pending-appends.ts'

/**
 * What an operation on a shard decides: records that are replayed at once and appended, and the response, which
 * waits until they are committed (and, when it is a promise, until that settles too).
 *
 * An operation reads hard state and changes only soft state (timers, parked responses, the rebalance under way);
 * hard state changes in `replay` alone.
 */
export type Decision<R, Rec> = FinalDecision<R, Rec> | Step<R, Rec>

export interface FinalDecision<R, Rec> {
  readonly records: readonly Rec[]
  /** The bytes of the records, where somebody has made them already. */
  readonly encoded?: readonly RecordBytes[]
  readonly response: R | Promise<R>
  /** False lets the records spread over several batches; true (the default) refuses what one cannot hold. */
  readonly atomic?: boolean
  /** After the commit, before any response that waits for it. */
  readonly committed?: () => void
  /** The records are larger than the topic takes: nothing was replayed or appended. */
  readonly refused?: (error: ErrorCode) => void
}

/**
 * Records first; `next` goes on in the state that their replay has made. All land in one append. Where the topic
 * does not take the records of the first step nothing has changed yet, and nothing need be undone.
 */
interface Step<R, Rec> {
  readonly records: readonly Rec[]
  readonly next: () => Decision<R, Rec>
}

/** A decision without records. */
export function answer<R>(response: R | Promise<R>): FinalDecision<R, never> {
  return { records: [], response }
}

/** The same decision with another response: how an operation answers what a part of it has decided. */
export function withResponse<R, Rec>(
  decision: FinalDecision<unknown, Rec>,
  response: R | Promise<R>,
): FinalDecision<R, Rec> {
  return { ...decision, response }
}

/** Why an operation has no response of its own: the coordinator is not here, still loads, or cannot write. */
export class CoordinatorFailure {
  readonly error: ErrorCode

  constructor(error: ErrorCode) {
    this.error = error
  }
}

/** An append's error as a member of a group may see it (the codes of the log mean nothing to it). */
export function errorOfFailedAppend(error: ErrorCode): ErrorCode {
  switch (error) {
    case ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
    case ErrorCode.NOT_ENOUGH_REPLICAS:
    case ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND:
    case ErrorCode.REQUEST_TIMED_OUT:
      return ErrorCode.COORDINATOR_NOT_AVAILABLE
    case ErrorCode.NOT_LEADER_OR_FOLLOWER:
    case ErrorCode.KAFKA_STORAGE_ERROR:
      return ErrorCode.NOT_COORDINATOR
    case ErrorCode.MESSAGE_TOO_LARGE:
    case ErrorCode.RECORD_LIST_TOO_LARGE:
    case ErrorCode.INVALID_FETCH_SIZE:
      return ErrorCode.UNKNOWN_SERVER_ERROR
    default:
      return error
  }
}

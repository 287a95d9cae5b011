import { ErrorCode, type Int64 } from '@sluice/wire'
import type { TransactionClaim } from '../storage/producer-check.ts'

/** Record batches that someone wants in a partition, and who is told how that ended. */
export interface AppendRequest extends TransactionClaim {
  /** Whole record batches; dead after the commit. */
  records: Buffer
  readonly origin: 'client' | 'coordinator'
  /** Of the Produce request; old ones may not carry zstd. */
  readonly apiVersion?: number
  readonly acks: number
  readonly timeoutMs: number
  readonly nowMs: number
  readonly sink: AppendSink
  readonly index: number
}

/** Who is told how an append ended. One object serves all partitions of a request; `index` says which. */
export interface AppendSink {
  appended(index: number, outcome: AppendOutcome): void
}

export interface AppendOutcome {
  /** NONE when the records are as durable as was asked for. */
  readonly error: ErrorCode
  /** Offset of the first record, −1 on error. */
  readonly baseOffset: number
  /** When the broker stamped the records, ms; −1 under CreateTime. */
  readonly logAppendTimeMs: Int64
  readonly logStartOffset: number
  readonly errorMessage: string | null
  readonly recordErrors: readonly { batchIndex: number; message: string | null }[]
}

const noRecordErrors: readonly never[] = []

/** The request's acks that wait until all in-sync replicas have the records. */
export const allReplicas = -1

/** What an append hears that comes to nothing. */
export function refusedAppend(error: ErrorCode): AppendOutcome {
  return {
    error,
    baseOffset: -1,
    logAppendTimeMs: -1,
    logStartOffset: -1,
    errorMessage: null,
    recordErrors: noRecordErrors,
  }
}

/** What an append hears whose records stand in the log. */
export function acceptedAppend(
  baseOffset: number,
  logAppendTimeMs: Int64,
  logStartOffset: number,
): AppendOutcome {
  return {
    error: ErrorCode.NONE,
    baseOffset,
    logAppendTimeMs,
    logStartOffset,
    errorMessage: null,
    recordErrors: noRecordErrors,
  }
}

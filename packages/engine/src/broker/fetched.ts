import { ErrorCode, type FetchedPartition, type Int64 } from '@sluice/wire'
import type { Partition } from '../replication/partition.ts'
import type { Traffic } from '../replication/traffic.ts'
import type { FetchSlice } from '../storage/log.ts'
import type { FetchPartition } from './fetch-sessions.ts'

export const noReplica = -1

/** When a request's partitions are read: as it comes, or later, while it waits or when its time is over. */
export type Moment = 'arrival' | 'later'

/** One partition as it was read: what the wire will say of it. */
export interface Fetched extends FetchedPartition<FetchSlice> {
  readonly wanted: FetchPartition
  records: FetchSlice | null
  abortedTransactions: readonly { producerId: Int64; firstOffset: number }[] | null
  currentLeader: { leaderId: number; leaderEpoch: number } | null
  preferredReadReplica: number
  /** What a follower takes of it counts against the leader's quota. */
  isThrottled: boolean
  /** Of the topic; null where nothing was read. */
  traffic: Traffic | null
}

/** Where the log of a reader has gone another way than ours (KIP-595); `unknown`: we cannot say where it ends. */
export function divergence(
  wanted: FetchPartition,
  { log }: Partition,
): Fetched['divergingEpoch'] | 'unknown' {
  if (wanted.lastFetchedEpoch < 0) return null
  const { epoch, endOffset } = log.leaderEpochs.endOffsetFor(wanted.lastFetchedEpoch)
  if (epoch < 0) return 'unknown'
  return epoch < wanted.lastFetchedEpoch || endOffset < wanted.fetchOffset ? { epoch, endOffset } : null
}

export function readRecords(
  fetched: Fetched,
  partition: Partition,
  bytesLeft: number,
  upTo: number,
  mustReturnBatch: boolean,
): Fetched {
  const { log } = partition
  const { wanted } = fetched
  // Whoever is below `upTo` is within the log, whose offsets are numbers.
  const from = Number(wanted.fetchOffset)
  let records: FetchSlice | null = null
  try {
    const bytesMax = Math.min(wanted.partitionMaxBytes, bytesLeft)
    records = log.read(from, bytesMax, upTo, mustReturnBatch)
    if (records && fetched.abortedTransactions)
      fetched.abortedTransactions = log.abortedTransactions(from, records.endOffset)
  } catch (failure) {
    records?.release()
    partition.readFailed(failure)
    return failed(wanted, ErrorCode.KAFKA_STORAGE_ERROR)
  }
  fetched.records = records
  return fetched
}

/** Has anything changed since this session was told about the partition? */
export function hasNews(fetched: Fetched): boolean {
  return (
    fetched.records !== null ||
    fetched.error !== ErrorCode.NONE ||
    fetched.divergingEpoch !== null ||
    fetched.preferredReadReplica !== noReplica ||
    fetched.highWatermark !== fetched.wanted.sentHighWatermark ||
    fetched.logStartOffset !== fetched.wanted.sentLogStartOffset ||
    holdsDeleted(fetched)
  )
}

/** A follower says that it has records that are deleted here: whatever was sent, it has not taken that in. */
export function holdsDeleted({ wanted, logStartOffset }: Fetched): boolean {
  return wanted.logStartOffset >= 0 && wanted.logStartOffset < logStartOffset
}

export function failed(wanted: FetchPartition, error: ErrorCode): Fetched {
  return {
    wanted,
    error,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    records: null,
    abortedTransactions: null,
    divergingEpoch: null,
    currentLeader: null,
    preferredReadReplica: noReplica,
    isThrottled: false,
    traffic: null,
  }
}

const notRead: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.UNKNOWN_TOPIC_ID,
  ErrorCode.TOPIC_AUTHORIZATION_FAILED,
])

/** As on Apache Kafka, where another part answers for what does not exist when the request comes. */
export function missing(wanted: FetchPartition, error: ErrorCode, moment: Moment): Fetched {
  const fetched = failed(wanted, error)
  if (notRead.has(error) && moment === 'arrival') fetched.abortedTransactions = []
  return fetched
}

export function releaseAll(fetched: readonly Fetched[]): void {
  for (const partition of fetched) partition.records?.release()
}

import { RecordBatch } from '@sluice/wire'
import { batchHeader, type BatchHeader } from './batch-headers.ts'
import { CorruptLogError, scanHeadersInSteps } from './batch-scan.ts'
import type { LogStore } from './log-store.ts'
import type { Segment } from './segment.ts'
import type { Steps } from './slices.ts'

/**
 * `leader-epoch-checkpoint` has no checksum, and whoever leads by a wrong one cuts its followers where they agree. Each batch
 * says of which epoch it is: those are asked that the load has seen already, the last ones of segments, and in the active segment
 * those where an epoch begins. Where one says otherwise all of them are, and the file is told. Apache Kafka believes the file
 * after a clean stop.
 */
export function* checkEpochs(store: LogStore, seen: readonly BatchHeader[]): Steps {
  if (doEpochsAgree(store, seen)) return
  store.logger.warn('leader epochs are not those of the batches: they are taken from these', {
    ...store.topicPartition,
    entries: store.leaderEpochs.entries,
  })
  store.leaderEpochs.disbelieve()
  for (const segment of store.segments) {
    const file = segment.file.pin()
    try {
      yield* scanHeadersInSteps(file, 0, segment.size, ({ buffer, at }) => {
        const epoch = RecordBatch.partitionLeaderEpoch(buffer, at)
        if (epoch > (store.leaderEpochs.latestEpoch ?? -1))
          store.leaderEpochs.assign(epoch, RecordBatch.baseOffset(buffer, at))
        return true
      })
    } catch (error) {
      if (!(error instanceof CorruptLogError)) throw error
    } finally {
      segment.file.unpin()
    }
  }
  store.leaderEpochs.truncateFromStart(store.logStartOffset)
}

function doEpochsAgree(store: LogStore, seen: readonly BatchHeader[]): boolean {
  const { active, leaderEpochs, endOffset } = store
  if (!seen.every((batch) => doesAgree(store, batch))) return false
  for (const { startOffset } of leaderEpochs.entries)
    if (startOffset > active.baseOffset && startOffset < endOffset)
      for (const offset of [startOffset - 1, startOffset]) {
        const batch = batchAt(active, offset)
        if (batch && !doesAgree(store, batch)) return false
      }
  return true
}

export function doesAgree(
  { logStartOffset, leaderEpochs }: LogStore,
  { baseOffset, nextOffset, leaderEpoch }: BatchHeader,
): boolean {
  if (leaderEpoch < 0 || nextOffset <= logStartOffset) return true
  return leaderEpochs.epochAt(Math.max(baseOffset, logStartOffset)) === leaderEpoch
}

/** The one that holds the offset, or the first behind it. One that cannot be read says nothing: others tell of it. */
function batchAt(segment: Segment, offset: number): BatchHeader | null {
  try {
    return batchHeader(segment.file.get(), segment.positionOf(offset), segment.size)
  } catch (error) {
    if (!(error instanceof CorruptLogError)) throw error
    return null
  }
}

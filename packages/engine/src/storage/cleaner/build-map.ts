import { RecordBatch, RecordCursor } from '@sluice/wire'
import type { Log } from '../log.ts'
import type { Segment } from '../segment.ts'
import { markerType, recordsOf } from './batch-filter.ts'
import { BatchReader } from './batch-reader.ts'
import type { Cleanable } from './cleanable.ts'
import { CleanedTransactions } from './cleaned-transactions.ts'
import type { OffsetMap } from './offset-map.ts'
import type { Pace } from './pace.ts'
import { inSteps, type Work } from './work.ts'

const recordsPerStep = 100

interface MapBuild {
  readonly log: Log
  readonly map: OffsetMap
  readonly transactions: CleanedTransactions
  readonly firstDirtyOffset: number
  readonly bufferBytes: number
  readonly pace: Pace
}

/**
 * Puts the last offset of each key in the dirty part of the log into the map, until that is full or the part ends. What
 * was aborted replaces nothing. Afterwards `map.latestOffset` says how far it has come.
 */
export function* buildMap(
  log: Log,
  { firstDirtyOffset, endOffset }: Cleanable,
  map: OffsetMap,
  { bufferBytes, pace }: { bufferBytes: number; pace: Pace },
): Work<void> {
  const transactions = new CleanedTransactions()
  transactions.add(log.abortedTransactions(firstDirtyOffset, endOffset))
  map.latestOffset = firstDirtyOffset - 1
  const build = { log, map, transactions, firstDirtyOffset, bufferBytes, pace }
  const segments = log.store.segmentsFrom(firstDirtyOffset).filter(({ baseOffset }) => baseOffset < endOffset)
  for (const [at, segment] of segments.entries()) {
    if (!(yield* addSegment(segment, build))) return
    // Behind its last record there may be a gap.
    map.latestOffset = (segments[at + 1]?.baseOffset ?? endOffset) - 1
  }
}

/** False where the map is full. */
function* addSegment(segment: Segment, build: MapBuild): Work<boolean> {
  const { map, firstDirtyOffset, bufferBytes, pace } = build
  const file = segment.file.pin()
  try {
    yield* inSteps(segment.loadIndexes())
    const position = segment.positionOf(firstDirtyOffset)
    const reader = new BatchReader(file, { position, end: segment.size, bufferBytes, pace })
    while (yield* reader.next()) {
      yield
      const { buffer, at } = reader
      if (replacesNothing(buffer, at, build.transactions)) continue
      if (!(yield* addRecords(buffer, at, build))) return false
      map.latestOffset = RecordBatch.lastOffset(buffer, at)
    }
    return true
  } finally {
    segment.file.unpin()
  }
}

function replacesNothing(b: Buffer, at: number, transactions: CleanedTransactions): boolean {
  const batch = {
    lastOffset: RecordBatch.lastOffset(b, at),
    producerId: RecordBatch.producerId(b, at),
    isTransactional: RecordBatch.isTransactional(b, at),
  }
  if (!RecordBatch.isControl(b, at)) return transactions.isAborted(batch)
  transactions.isOver(batch, markerType(b, at))
  return true
}

function* addRecords(b: Buffer, at: number, { map, firstDirtyOffset }: MapBuild): Work<boolean> {
  const section = yield* recordsOf(b, at)
  const record = new RecordCursor(section, RecordBatch.count(b, at))
  const baseOffset = RecordBatch.baseOffset(b, at)
  for (let left = recordsPerStep; record.next(); left--) {
    const offset = baseOffset + record.offsetDelta
    if (record.keyLength >= 0 && offset >= firstDirtyOffset) {
      if (map.isFull) return false
      map.put(section, record.keyAt, record.keyAt + record.keyLength, offset)
    }
    if (left > 0) continue
    left = recordsPerStep
    yield
  }
  return true
}

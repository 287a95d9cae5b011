import type { Clock } from '@sluice/effects'
import { RecordBatch } from '@sluice/wire'
import { concernsProducer, readBatchFacts, readMarker } from './batch-facts.ts'
import { type HeaderCursor, scanHeadersInSteps } from './batch-scan.ts'
import type { ProducerState } from './producer-state.ts'
import type { Segment } from './segment.ts'
import type { Steps } from './slices.ts'

/** What the state of producers is made of. */
interface LogOfProducers {
  readonly clock: Clock
  readonly producers: ProducerState
  readonly producerIdExpirationMs: number
  readonly segments: readonly Segment[]
  readonly logStartOffset: number
  floorIndex(offset: number): number
}

/** Makes the state anew from the newest snapshot and the batches behind it, up to an offset. */
export function* rebuildProducers(log: LogOfProducers, upTo: number): Steps {
  const { producers, logStartOffset } = log
  producers.reload(logStartOffset, upTo, log.clock.now(), log.producerIdExpirationMs)
  // Kafka, too, leaves snapshots at the last two segments' bases, so that the next rebuild is short.
  const bases = log.segments.slice(-2).map((segment) => segment.baseOffset)
  for (const segment of log.segments.slice(log.floorIndex(producers.mapEndOffset))) {
    if (segment.baseOffset >= upTo || producers.mapEndOffset >= upTo) break
    producers.mapEndOffset = Math.max(producers.mapEndOffset, segment.baseOffset, logStartOffset)
    if (bases.includes(segment.baseOffset) && producers.mapEndOffset === segment.baseOffset)
      producers.takeSnapshot()
    if (segment.size > 0) yield* replaySegment(producers, segment, upTo)
  }
  producers.mapEndOffset = Math.max(producers.mapEndOffset, upTo)
  producers.takeSnapshot()
}

function* replaySegment(producers: ProducerState, segment: Segment, upTo: number): Steps {
  const from = producers.mapEndOffset
  const file = segment.file.pin()
  try {
    if (from > segment.baseOffset) yield* segment.loadIndexes()
    yield* scanHeadersInSteps(file, segment.positionOf(from), segment.size, (header) => {
      if (RecordBatch.baseOffset(header.buffer, header.at) >= upTo) return false
      replayBatch(producers, segment, header)
      return true
    })
  } finally {
    segment.file.unpin()
  }
}

function replayBatch(
  producers: ProducerState,
  segment: Segment,
  { buffer, at, position, size }: HeaderCursor,
): void {
  if (RecordBatch.producerId(buffer, at) < 0) return
  const isControl = RecordBatch.isControl(buffer, at)
  const marker = isControl ? readMarker(segment.readBatch(position), 0) : null
  const facts = readBatchFacts(buffer, at, size, marker)
  if (!concernsProducer(facts, isControl)) return
  const completed = producers.apply(facts)
  // The transaction index has its entry already.
  if (completed) producers.complete(completed)
}

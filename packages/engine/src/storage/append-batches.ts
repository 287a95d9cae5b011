import type { Clock } from '@sluice/effects'
import type { BatchFacts } from './batch-facts.ts'
import type { LeaderEpochs } from './leader-epochs.ts'
import type { LogConfig } from './log-config.ts'
import { canHold } from './offset-index.ts'
import type { ProducerState } from './producer-state.ts'
import { mustRoll } from './rolling.ts'
import type { Segment } from './segment.ts'

/** The log that is appended to. Its active segment is another one after a roll. */
interface LogOfAppends {
  readonly active: Segment
  readonly config: LogConfig
  readonly clock: Clock
  readonly endOffset: number
  readonly leaderEpochs: LeaderEpochs
  readonly producers: ProducerState
  roll(nextOffset: number): void
  reached(endOffset: number): void
  applyToProducers(batch: BatchFacts, segment: Segment): void
}

/**
 * Writes whole batches behind the end of the log: one write for all that go to one segment, and then what is known of each of
 * them. Throws the disk's error, also when some of them are written.
 */
export function appendBatches(
  log: LogOfAppends,
  batches: readonly Buffer[],
  facts: readonly BatchFacts[],
): void {
  let from = 0
  let pendingBytes = 0
  for (let index = 0; index < facts.length; index++) {
    const batch = facts[index] as BatchFacts
    const first = facts[from] as BatchFacts
    const pending = { count: index - from, bytes: pendingBytes, firstTimestamp: first.maxTimestamp }
    if (mustRoll(log.active, log.config, log.clock.now(), pending, batch)) {
      writeGroup(log, batches, facts, from, index)
      log.roll(nextBaseFor(log, batch))
      from = index
      pendingBytes = 0
    }
    pendingBytes += batch.size
  }
  writeGroup(log, batches, facts, from, facts.length)
}

/** The log's end: a gap that a leader's compaction has left in front of a batch stands in a segment, not between two. */
function nextBaseFor({ endOffset }: LogOfAppends, { baseOffset, lastOffset }: BatchFacts): number {
  return canHold(endOffset, lastOffset) ? endOffset : baseOffset
}

function writeGroup(
  log: LogOfAppends,
  batches: readonly Buffer[],
  facts: readonly BatchFacts[],
  from: number,
  to: number,
): void {
  if (from === to) return
  const { active, leaderEpochs, producers } = log
  active.write(from === 0 && to === batches.length ? batches : batches.slice(from, to))
  active.rememberAppend((facts[from] as BatchFacts).baseOffset, active.size)
  for (let index = from; index < to; index++) {
    const batch = facts[index] as BatchFacts
    active.noteAppended(batch)
    log.reached(batch.lastOffset + 1)
    if (batch.leaderEpoch >= 0 && batch.leaderEpoch !== leaderEpochs.latestEpoch)
      leaderEpochs.assign(batch.leaderEpoch, batch.baseOffset)
    if (batch.producerId >= 0) log.applyToProducers(batch, active)
  }
  producers.mapEndOffset = log.endOffset
}

import { dirname } from 'node:path'
import type { Clock, Disk } from '@sluice/effects'
import type { LeaderEpochs } from './leader-epochs.ts'
import type { PartitionMetadata } from './partition-metadata.ts'
import type { ProducerState } from './producer-state.ts'
import type { Segment } from './segment.ts'

/** The log whose parts are made durable. */
interface LogOfFlushes {
  readonly disk: Disk
  readonly clock: Clock
  readonly directory: string
  readonly producers: ProducerState
  readonly leaderEpochs: LeaderEpochs
  readonly partitionMetadata: PartitionMetadata
  readonly segments: readonly Segment[]
  readonly endOffset: number
  segmentsFrom(offset: number): readonly Segment[]
}

/** Makes a log durable, at once or off the event loop, and knows up to where it is. */
export class Flushes {
  readonly #log: LogOfFlushes
  readonly #onCheckpointsDue: (() => void) | undefined
  /** Everything below is durable. */
  recoveryPoint = 0
  #lastFlushMs: number
  /** Names of files in the directory that have changed, and the name of the directory: which of them are durable. */
  readonly #newNames = { noted: 0, durable: 0 }
  readonly #newDirectory = { noted: 0, durable: 0 }
  /** A flush that overlaps a cut, or the end, proves nothing. */
  #interruptions = 0

  constructor(log: LogOfFlushes, onCheckpointsDue: (() => void) | undefined) {
    this.#log = log
    this.#onCheckpointsDue = onCheckpointsDue
    this.#lastFlushMs = log.clock.now()
  }

  get lastFlushMs(): number {
    return this.#lastFlushMs
  }

  noteNewName(): void {
    this.#newNames.noted++
  }

  noteNewDirectory(): void {
    this.#newDirectory.noted++
  }

  /** Records from `offset` on are gone. */
  noteCut(offset: number): void {
    this.#interruptions++
    if (offset >= this.recoveryPoint) return
    this.recoveryPoint = offset
    this.#onCheckpointsDue?.()
  }

  noteClosed(): void {
    this.#interruptions++
  }

  /** Everything, blocking. */
  all(): void {
    const log = this.#log
    for (const segment of log.segmentsFrom(this.recoveryPoint)) {
      segment.flushSync()
      log.producers.flushSnapshot(segment.baseOffset)
    }
    log.partitionMetadata.flush()
    const directorySynced = log.leaderEpochs.flush()
    if (directorySynced) noteDurable(this.#newNames, this.#newNames.noted)
    for (const [changes, directory] of this.#newNamesIn())
      if (changes.durable < changes.noted) {
        log.disk.syncDirectorySync(directory)
        noteDurable(changes, changes.noted)
      }
    this.#flushedBelow(log.endOffset)
  }

  /** All below `offset`, without blocking the event loop. */
  async below(offset: number): Promise<void> {
    if (offset <= this.recoveryPoint) return
    const { producers, leaderEpochs, partitionMetadata } = this.#log
    const interruptions = this.#interruptions
    if (!(await this.#segmentsBelow(offset, (segment) => segment.flush()))) return
    for (const snapshot of [...producers.snapshotOffsets])
      if (snapshot > this.recoveryPoint && snapshot <= offset) await producers.flushSnapshotSoon(snapshot)
    await partitionMetadata.flushSoon()
    await leaderEpochs.flushSoon()
    await this.#namesSoon()
    if (interruptions === this.#interruptions) this.#flushedBelow(offset)
  }

  /** The same of the records alone: indexes, snapshots and epochs are what the next load makes of them. */
  async recordsBelow(offset: number): Promise<void> {
    if (offset <= this.recoveryPoint) return
    const interruptions = this.#interruptions
    if (!(await this.#segmentsBelow(offset, (segment) => segment.flushRecords()))) return
    await this.#namesSoon()
    if (interruptions === this.#interruptions) this.#flushedBelow(offset)
  }

  /** False where that was interrupted. */
  async #segmentsBelow(offset: number, flush: (segment: Segment) => Promise<void>): Promise<boolean> {
    const interruptions = this.#interruptions
    for (const segment of this.#log.segmentsFrom(this.recoveryPoint)) {
      if (segment.baseOffset >= offset) break
      // Retention or compaction may have removed it meanwhile.
      if (this.#log.segments.includes(segment)) await flush(segment)
      if (interruptions !== this.#interruptions) return false
    }
    return true
  }

  /** Where another flush is at it already, both are: nobody knows yet how that ends. */
  async #namesSoon(): Promise<void> {
    for (const [changes, directory] of this.#newNamesIn()) {
      const { noted, durable } = changes
      if (durable === noted) continue
      const interruptions = this.#interruptions
      try {
        await this.#log.disk.syncDirectory(directory)
      } catch (error) {
        // It may have been put aside under another name.
        if (interruptions !== this.#interruptions) return
        throw error
      }
      noteDurable(changes, noted)
    }
  }

  #newNamesIn() {
    const { directory } = this.#log
    return [
      [this.#newNames, directory],
      [this.#newDirectory, dirname(directory)],
    ] as const
  }

  #flushedBelow(offset: number): void {
    this.recoveryPoint = Math.max(this.recoveryPoint, Math.min(offset, this.#log.endOffset))
    this.#lastFlushMs = this.#log.clock.now()
  }
}

interface NameChanges {
  readonly noted: number
  durable: number
}

function noteDurable(changes: NameChanges, count: number): void {
  changes.durable = Math.max(changes.durable, count)
}

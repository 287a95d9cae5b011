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
  /** Names of files in the directory that are not. */
  #newNames = false
  /** Nor is the name of the directory. */
  #newDirectory = false
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

  noteNewNames(): void {
    this.#newNames = true
  }

  noteNewDirectory(): void {
    this.#newDirectory = true
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
    if (this.#newNames && !directorySynced) log.disk.syncDirectorySync(log.directory)
    if (this.#newDirectory) log.disk.syncDirectorySync(dirname(log.directory))
    this.#newNames = false
    this.#newDirectory = false
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
    await this.#namesSoon(() => leaderEpochs.flushSoon())
    if (interruptions === this.#interruptions) this.#flushedBelow(offset)
  }

  /** The same of the records alone: indexes, snapshots and epochs are what the next load makes of them. */
  async recordsBelow(offset: number): Promise<void> {
    if (offset <= this.recoveryPoint) return
    const interruptions = this.#interruptions
    if (!(await this.#segmentsBelow(offset, (segment) => segment.flushRecords()))) return
    await this.#namesSoon(async () => {})
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

  async #namesSoon(before: () => Promise<void>): Promise<void> {
    const { disk, directory } = this.#log
    const [newNames, newDirectory] = [this.#newNames, this.#newDirectory]
    this.#newNames = false
    this.#newDirectory = false
    try {
      await before()
      if (newNames) await disk.syncDirectory(directory)
      if (newDirectory) await disk.syncDirectory(dirname(directory))
    } catch (error) {
      this.#newNames ||= newNames
      this.#newDirectory ||= newDirectory
      throw error
    }
  }

  #flushedBelow(offset: number): void {
    this.recoveryPoint = Math.max(this.recoveryPoint, Math.min(offset, this.#log.endOffset))
    this.#lastFlushMs = this.#log.clock.now()
  }
}

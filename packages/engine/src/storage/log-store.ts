import { join } from 'node:path'
import { type Clock, type Disk, type Logger, type Random, assert } from '@sluice/effects'
import { appendBatches } from './append-batches.ts'
import type { BatchFacts } from './batch-facts.ts'
import type { FileCache } from './file-cache.ts'
import { Flushes } from './flushes.ts'
import { LeaderEpochs } from './leader-epochs.ts'
import type { LogConfig } from './log-config.ts'
import type { TellLoss } from './losses.ts'
import type { LostTail } from './lost-tail.ts'
import type { LogStoreOptions } from './log-store-options.ts'
import { PartitionMetadata } from './partition-metadata.ts'
import { ProducerState } from './producer-state.ts'
import { rebuildProducers } from './rebuild-producers.ts'
import { Removals } from './removals.ts'
import { floorIndex } from './segment-floor.ts'
import type { SegmentHome } from './segment-home.ts'
import { rollJitterOf } from './rolling.ts'
import { SegmentSwap } from './segment-swap.ts'
import { Segment } from './segment.ts'
import { indexSuffixes, logSuffix, offsetFilePath } from './segment-names.ts'
import { atOnce, type Steps } from './slices.ts'
import type { TopicPartition } from './topic-partition.ts'

/** Records from `offset` on, or all of them, are gone for whoever asks; the disk has not been brought there yet. */
interface Cut {
  readonly offset: number
  readonly isWhole: boolean
}

/** Kafka's default of `producer.id.expiration.ms`: a day. */
const producerIdExpirationDefaultMs = 86_400_000

/**
 * What a log is made of, and the operations that keep the parts together: segments, producer state, leader
 * epochs, recovery point. `Log` is its face to the rest of the broker, `recovery` fills it from the disk.
 *
 * Invariants: there is at least one segment; base offsets rise; every offset in [logStartOffset, endOffset) is
 * in the segment with the largest base at or below it; everything below `recoveryPoint` is durable.
 *
 * A cut is noted before the disk is touched, and each of its steps can be taken again: where the disk refuses one of
 * them, `settle` finishes it before anything else is done with segments or producers. Until then the log ends, or
 * begins, where the cut says; files and producers are not there yet.
 */
export class LogStore implements SegmentHome {
  readonly disk: Disk
  readonly clock: Clock
  readonly logger: Logger
  readonly topicPartition: TopicPartition
  readonly files: FileCache
  readonly producers: ProducerState
  readonly leaderEpochs: LeaderEpochs
  readonly partitionMetadata: PartitionMetadata
  readonly producerIdExpirationMs: number
  readonly beforeCut: ((tail: LostTail) => Steps) | undefined
  readonly onLoss: TellLoss
  readonly #random: Random | undefined
  #config: LogConfig
  /** Changes when the log is put aside. */
  #directory: string
  /** Replaced, not grown: arrays that grow by `push` keep much more room than most logs need. */
  #segments: readonly Segment[] = []
  #logStartOffset = 0
  #endOffset = 0
  #cleanedOffset: number | null = null
  #cuts = 0
  #isClosed = false
  readonly #onCheckpointsDue: () => void
  readonly #flushes: Flushes
  #removals: Removals | null = null
  #cut: Cut | null = null
  #swap: SegmentSwap | null = null
  /** Base of a segment that could not be made whole, and whose files may be there. */
  #unfinished: number | null = null
  /** Called when a flush in the background fails. */
  readonly onBackgroundFailure: (error: unknown) => void

  constructor(options: LogStoreOptions) {
    this.disk = options.disk
    this.clock = options.clock
    this.logger = options.logger
    this.topicPartition = options.topicPartition
    this.#config = options.config
    this.producerIdExpirationMs = options.producerIdExpirationMs ?? producerIdExpirationDefaultMs
    this.beforeCut = options.beforeCut
    this.onLoss = options.onLoss ?? (() => {})
    this.#random = options.random
    this.onBackgroundFailure = options.onBackgroundFailure
    this.files = options.files
    this.#directory = options.directory
    this.producers = new ProducerState(this)
    this.leaderEpochs = new LeaderEpochs(this, options)
    this.partitionMetadata = new PartitionMetadata(this, options)
    this.#onCheckpointsDue = options.onCheckpointsDue ?? (() => {})
    this.#flushes = new Flushes(this, options.onCheckpointsDue)
  }

  get directory(): string {
    return this.#directory
  }

  get config(): LogConfig {
    return this.#config
  }

  updateConfig(config: LogConfig): void {
    this.#config = config
  }

  get logStartOffset(): number {
    return this.#logStartOffset
  }

  /** One after the last record. */
  get endOffset(): number {
    return this.#endOffset
  }

  get recoveryPoint(): number {
    return this.#flushes.recoveryPoint
  }

  get lastFlushMs(): number {
    return this.#flushes.lastFlushMs
  }

  // ---- segments

  /** Nothing has ever been written to it: it has no files. */
  get isUnwritten(): boolean {
    return this.#segments[0]?.hasFiles === false
  }

  get segments(): readonly Segment[] {
    return this.#segments
  }

  get active(): Segment {
    return this.segmentAt(this.#segments.length - 1)
  }

  segmentAt(index: number): Segment {
    const segment = this.#segments[index]
    assert(segment, 'a segment is asked for by an index that it has')
    return segment
  }

  /** Index of the segment with the largest base at or below `offset`; 0 where all are above. */
  floorIndex(offset: number): number {
    return floorIndex(this.#segments, offset)
  }

  /** Those with records from `offset` on. */
  segmentsFrom(offset: number): readonly Segment[] {
    return this.#segments.slice(this.floorIndex(offset))
  }

  /** One after the last offset that may stand in the segment at `index`. */
  segmentEnd(index: number): number {
    return this.#segments[index + 1]?.baseOffset ?? this.#endOffset
  }

  get sizeInBytes(): number {
    return this.#segments.reduce((bytes, { size }) => bytes + size, 0)
  }

  // ---- loading

  /** What stands in the directory, by rising bases; nobody knows yet where it ends. */
  found(segments: readonly Segment[], logStartOffset: number): void {
    this.#segments = segments
    this.#logStartOffset = logStartOffset
  }

  /**
   * There is no segment. A log from offset 0 on gets its directory and files with its first records: thousands of partitions
   * that are made at once would wait for six each. Nothing is lost by that: none is an empty log, for Apache Kafka, too, and
   * the first flush makes the names durable before it moves the recovery point. One that begins later has to say where.
   */
  *beginAt(offset: number): Steps {
    this.#segments = [offset === 0 ? this.#unwritten(0) : this.#newSegment(offset)]
    this.#logStartOffset = offset
    this.#endOffset = offset
    this.#flushes.recoveryPoint = offset
    yield* rebuildProducers(this, offset)
  }

  /** Segments from this one on are not what a log consists of: they go, at once. */
  removeFrom(index: number): void {
    for (const segment of this.#segments.slice(index)) {
      const { baseOffset } = segment
      this.logger.warn('a segment behind the cut is removed', { ...this.topicPartition, segment: baseOffset })
      this.producers.removeSnapshot(baseOffset)
      segment.remove()
    }
    this.#segments = this.#segments.slice(0, index)
  }

  /** The records end here; `durable` says up to where that needs no flush. */
  ended(endOffset: number, durable: number): void {
    assert(
      endOffset >= this.active.baseOffset && endOffset >= this.#logStartOffset,
      `a log from ${this.#logStartOffset} whose last segment begins at ${this.active.baseOffset} cannot end at ${endOffset}`,
    )
    this.#endOffset = endOffset
    this.#flushes.recoveryPoint = Math.min(durable, endOffset)
    this.leaderEpochs.truncateFromEnd(endOffset)
    this.leaderEpochs.truncateFromStart(this.#logStartOffset)
  }

  // ---- appending

  /**
   * Writes whole batches, whose offsets and epochs stand in them, behind the end: one write for all that go to
   * one segment. All or nothing: after a failure the log is as before, or, where even that fails, is put so by
   * the next append.
   */
  append(batches: readonly Buffer[], facts: readonly BatchFacts[]): void {
    this.settle()
    const before = this.#endOffset
    try {
      if (this.isUnwritten) this.#makeFilesOf(this.active)
      appendBatches(this, batches, facts)
      if (this.#endOffset - this.recoveryPoint >= this.#config.flushMessages) this.flushSync()
    } catch (error) {
      this.#rollBack(before)
      throw error
    }
  }

  /** A batch is written that ends before `endOffset`. */
  reached(endOffset: number): void {
    this.#endOffset = endOffset
  }

  /** Brings producer state and the transaction index of the batch's segment up to a batch that is written. */
  applyToProducers(batch: BatchFacts, segment: Segment): void {
    const completed = this.producers.apply(batch)
    if (!completed) return
    if (completed.aborted) {
      const { producerId, firstOffset, lastOffset } = completed
      const lastStableOffset = this.producers.lastStableOffsetAfter(completed)
      segment.appendAborted({ producerId, firstOffset, lastOffset, lastStableOffset })
    }
    this.producers.complete(completed)
  }

  /** Ends the active segment and begins one at `nextOffset`. */
  roll(nextOffset: number): void {
    this.settle()
    const old = this.active
    if (old.size === 0 && old.baseOffset === nextOffset) return
    old.finishTimeIndex()
    old.persistIndexes()
    // Its records may be durable, and the last entry of its time index is not: it is flushed once more.
    this.#flushes.recoveryPoint = Math.min(this.recoveryPoint, nextOffset - 1)
    this.producers.mapEndOffset = nextOffset
    this.producers.takeSnapshot()
    this.#segments = [...this.#segments, this.#newSegment(nextOffset)]
    void this.flushBelow(nextOffset).catch((error: unknown) => this.onBackgroundFailure(error))
  }

  #newSegment(baseOffset: number): Segment {
    const segment = this.#unwritten(baseOffset)
    this.#makeFilesOf(segment)
    return segment
  }

  #unwritten(baseOffset: number): Segment {
    const rollJitterMs = rollJitterOf(this.#config, this.#random)
    return Segment.unwritten(this, baseOffset, this.clock.now(), { rollJitterMs })
  }

  #makeFilesOf(segment: Segment): void {
    if (this.partitionMetadata.make()) this.#flushes.noteNewDirectory()
    this.#unfinished = segment.baseOffset
    segment.makeFiles()
    this.#unfinished = null
    this.noteNewName()
  }

  #rollBack(endOffset: number): void {
    try {
      if (this.#endOffset !== endOffset || this.active.baseOffset > endOffset) {
        this.#forget({ offset: endOffset, isWhole: false })
        this.settle()
      } else {
        this.settle()
        this.active.discardTail()
      }
    } catch (error) {
      this.#cut ??= { offset: endOffset, isWhole: false }
      this.logger.debug('a failed append could not be taken back yet', { ...this.topicPartition, error })
    }
  }

  // ---- cleaning

  /** Below, the cleaner has removed what later records replace; null before it has come here. */
  get cleanedOffset(): number | null {
    return this.#cleanedOffset
  }

  noteCleaned(offset: number): void {
    this.#cleanedOffset = offset
  }

  /** Changes when segments may no longer be what a cleaning has read of them. */
  get cuts(): number {
    return this.#cuts
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /**
   * A cleaned segment, which is durable, takes the place of those that it was made of; readers that are in them go on.
   * Throws the disk's error: then all is as it was, or settled by whatever is done next.
   */
  replace(replaced: readonly Segment[], cleaned: Segment): void {
    this.settle()
    const at = this.#segments.indexOf(replaced[0] as Segment)
    const stands = replaced.every((segment, index) => segment === this.#segments[at + index])
    assert(
      stands && at + replaced.length < this.#segments.length,
      'what is cleaned are closed segments of the log',
    )
    const swap = new SegmentSwap(replaced, cleaned)
    swap.begin()
    this.#segments = this.#segments.toSpliced(at, replaced.length, cleaned)
    this.#swap = swap
    this.settle()
  }

  // ---- cutting

  /** Records below `offset` are gone, at least for readers. */
  advanceStart(offset: number): void {
    if (offset <= this.#logStartOffset) return
    assert(offset <= this.#endOffset, `a log that ends at ${this.#endOffset} cannot start at ${offset}`)
    this.#logStartOffset = offset
    this.#flushes.recoveryPoint = Math.max(this.recoveryPoint, offset)
    this.leaderEpochs.truncateFromStart(offset)
    this.producers.logStartMoved(offset)
    if (offset > this.segmentAt(0).baseOffset) this.#onCheckpointsDue()
  }

  /** Removes so many segments from the oldest on; readers that are in them go on. */
  removeOldest(count: number): void {
    if (count === 0) return
    this.settle()
    // The log always has an active segment, which begins at its end then.
    if (count === this.#segments.length) this.roll(this.#endOffset)
    const removed = this.#segments.slice(0, count)
    this.#segments = this.#segments.slice(count)
    this.advanceStart(this.segmentAt(0).baseOffset)
    this.#removals ??= new Removals(this)
    for (const segment of removed) this.#removals.add(segment)
  }

  /** Removes all records from `offset` on. After the disk's error they are gone all the same, but for the disk. */
  truncateTo(offset: number): void {
    if (offset >= this.#endOffset) return
    const isWhole = this.#cut?.isWhole || offset < this.segmentAt(0).baseOffset
    this.#forget({ offset, isWhole })
    this.settle()
  }

  /** Removes everything; the log begins anew at `offset`. The same holds after the disk's error. */
  restartAt(offset: number): void {
    this.#forget({ offset, isWhole: true })
    this.settle()
  }

  #forget(cut: Cut): void {
    const { offset, isWhole } = cut
    this.#cuts++
    this.#cut = cut
    this.#endOffset = offset
    this.#logStartOffset = isWhole ? offset : Math.min(this.#logStartOffset, offset)
    this.#flushes.noteCut(offset)
    if (this.#cleanedOffset !== null)
      this.#cleanedOffset = isWhole ? null : Math.min(this.#cleanedOffset, offset)
    if (isWhole) this.leaderEpochs.clear()
    else this.leaderEpochs.truncateFromEnd(offset)
  }

  /** Finishes what the disk has refused, or throws its error again. */
  settle(): void {
    if (this.#swap) {
      this.#swap.finish((this.#removals ??= new Removals(this)))
      this.#swap = null
    }
    if (this.#unfinished !== null) this.#removeUnfinished(this.#unfinished)
    if (this.#cut) this.#finish(this.#cut)
  }

  /** Left behind, an empty segment would hide records that are appended to the one before it. */
  #removeUnfinished(baseOffset: number): void {
    for (const suffix of [logSuffix, ...indexSuffixes])
      this.disk.removeSync(offsetFilePath(this.#directory, baseOffset, suffix))
    this.#unfinished = null
  }

  #finish({ offset, isWhole }: Cut): void {
    const doomed = this.#segments.filter(({ baseOffset }) => isWhole || baseOffset > offset)
    // The newest first: what a crash leaves is a log, too.
    for (const segment of doomed.reverse()) segment.remove()
    if (isWhole) {
      for (const snapshot of this.producers.snapshotOffsets) this.producers.removeSnapshot(snapshot)
      this.#segments = [this.#newSegment(offset)]
    } else {
      this.#segments = this.#segments.slice(0, this.#segments.length - doomed.length)
      this.active.truncateTo(offset)
    }
    atOnce(rebuildProducers(this, offset))
    this.#cut = null
  }

  // ---- durability

  /** Makes everything durable, blocking. */
  flushSync(): void {
    this.settle()
    this.#flushes.all()
  }

  /** Makes all records below `offset` durable without blocking the event loop. */
  async flushBelow(offset: number): Promise<void> {
    this.settle()
    await this.#flushes.below(offset)
  }

  /** The same of the records alone: enough where each load looks at all of them. */
  async flushRecordsBelow(offset: number): Promise<void> {
    this.settle()
    await this.#flushes.recordsBelow(offset)
  }

  noteNewName(): void {
    this.#flushes.noteNewName()
  }

  /** A clean stop has made everything durable; else a process that was killed may have left anything in the page cache. */
  foundDurable(isSo: boolean): void {
    if (isSo) {
      this.active.noteDurable()
      this.producers.noteDurable()
      this.leaderEpochs.noteDurable()
      this.partitionMetadata.noteDurable()
    } else {
      this.#flushes.noteNewName()
      this.#flushes.noteNewDirectory()
    }
  }

  // ---- the directory

  /** Lets go of all files as they are. */
  close(): void {
    this.#isClosed = true
    this.#flushes.noteClosed()
    this.#removals?.giveUp()
    for (const segment of this.#segments) segment.close()
  }

  /** It was renamed. */
  moveTo(directory: string): void {
    assert(this.disk.existsSync(directory), `${directory} is not there`)
    this.#directory = directory
  }

  path(name: string): string {
    return join(this.#directory, name)
  }
}

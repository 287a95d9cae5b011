import { join } from 'node:path'
import { type Clock, type Disk, type Logger, type Random, assert } from '@sluice/effects'
import type { BatchFacts } from './batch-facts.ts'
import type { FileCache } from './file-cache.ts'
import { LeaderEpochs } from './leader-epochs.ts'
import type { LogConfig } from './log-config.ts'
import type { TellLoss } from './losses.ts'
import type { LostTail } from './lost-tail.ts'
import { ProducerState } from './producer-state.ts'
import { rebuildProducers } from './rebuild-producers.ts'
import { Removals } from './removals.ts'
import type { SegmentHome } from './segment-home.ts'
import { mustRoll } from './rolling.ts'
import { Segment } from './segment.ts'
import { indexSuffixes, logSuffix, offsetFilePath } from './segment-names.ts'
import { atOnce, type Steps } from './slices.ts'

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

interface LogStoreOptions {
  disk: Disk
  clock: Clock
  logger: Logger
  files: FileCache
  directory: string
  topicPartition: TopicPartition
  config: LogConfig
  /** `producer.id.expiration.ms`. */
  producerIdExpirationMs?: number
  /** For `segment.jitter.ms`; without it nothing is taken off. */
  random?: Random
  /** A flush or removal in the background failed. */
  onBackgroundFailure: (error: unknown) => void
  onLoss?: TellLoss
  /** Asked before a load cuts the log: it tells the loss itself, or throws, and nothing is cut. */
  beforeCut?: (tail: LostTail) => Steps
}

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
  #recoveryPoint = 0
  #lastFlushMs: number
  #closed = false
  #removals: Removals | null = null
  #newNames = false
  /** A flush that overlaps a truncation proves nothing. */
  #truncations = 0
  #cut: Cut | null = null
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
    this.#lastFlushMs = options.clock.now()
    this.files = options.files
    this.#directory = options.directory
    this.producers = new ProducerState(this)
    this.leaderEpochs = new LeaderEpochs(this)
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
    return this.#recoveryPoint
  }

  get lastFlushMs(): number {
    return this.#lastFlushMs
  }

  // ---- segments

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
    let low = 0
    let high = this.#segments.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.segmentAt(middle).baseOffset <= offset) low = middle + 1
      else high = middle
    }
    return Math.max(0, low - 1)
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
    let bytes = 0
    for (const segment of this.#segments) bytes += segment.size
    return bytes
  }

  // ---- loading

  /** What stands in the directory, by rising bases; nobody knows yet where it ends. */
  found(segments: readonly Segment[], logStartOffset: number): void {
    this.#segments = segments
    this.#logStartOffset = logStartOffset
  }

  /** The directory holds no segment. */
  *beginAt(offset: number): Steps {
    this.#segments = [this.#newSegment(offset)]
    this.#logStartOffset = offset
    this.#endOffset = offset
    this.#recoveryPoint = offset
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
    this.#recoveryPoint = Math.min(durable, endOffset)
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
      this.#appendGroups(batches, facts)
      if (this.#endOffset - this.#recoveryPoint >= this.#config.flushMessages) this.flushSync()
    } catch (error) {
      this.#rollBack(before)
      throw error
    }
  }

  #appendGroups(batches: readonly Buffer[], facts: readonly BatchFacts[]): void {
    let from = 0
    let pendingBytes = 0
    for (let index = 0; index < facts.length; index++) {
      const batch = facts[index] as BatchFacts
      const first = facts[from] as BatchFacts
      const pending = { count: index - from, bytes: pendingBytes, firstTimestamp: first.maxTimestamp }
      if (mustRoll(this.active, this.#config, this.clock.now(), pending, batch)) {
        this.#writeGroup(batches, facts, from, index)
        this.roll(batch.baseOffset)
        from = index
        pendingBytes = 0
      }
      pendingBytes += batch.size
    }
    this.#writeGroup(batches, facts, from, facts.length)
  }

  #writeGroup(batches: readonly Buffer[], facts: readonly BatchFacts[], from: number, to: number): void {
    if (from === to) return
    const { active, leaderEpochs } = this
    active.write(from === 0 && to === batches.length ? batches : batches.slice(from, to))
    active.rememberAppend((facts[from] as BatchFacts).baseOffset, active.size)
    for (let index = from; index < to; index++) {
      const batch = facts[index] as BatchFacts
      active.noteAppended(batch)
      this.#endOffset = batch.lastOffset + 1
      if (batch.leaderEpoch >= 0 && batch.leaderEpoch !== leaderEpochs.latestEpoch)
        leaderEpochs.assign(batch.leaderEpoch, batch.baseOffset)
      if (batch.producerId >= 0) this.applyToProducers(batch, active)
    }
    this.producers.mapEndOffset = this.#endOffset
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
    this.producers.mapEndOffset = nextOffset
    this.producers.takeSnapshot()
    this.#segments = [...this.#segments, this.#newSegment(nextOffset)]
    void this.flushBelow(nextOffset).catch((error: unknown) => this.onBackgroundFailure(error))
  }

  #newSegment(baseOffset: number): Segment {
    const jitterMax = Math.min(this.#config.segmentJitterMs, this.#config.segmentMs)
    const jitter = jitterMax > 0 && this.#random ? this.#random.int(Math.min(jitterMax, 2 ** 47)) : 0
    this.#unfinished = baseOffset
    const segment = Segment.create(this, baseOffset, this.clock.now(), jitter)
    this.#unfinished = null
    this.#newNames = true
    return segment
  }

  #rollBack(endOffset: number): void {
    const isWhole = false
    try {
      if (this.#endOffset !== endOffset || this.active.baseOffset > endOffset) {
        this.#forget({ offset: endOffset, isWhole })
        this.settle()
      } else {
        this.settle()
        this.active.discardTail()
      }
    } catch (error) {
      this.#cut ??= { offset: endOffset, isWhole }
      this.logger.debug('a failed append could not be taken back yet', { ...this.topicPartition, error })
    }
  }

  // ---- cutting

  /** Records below `offset` are gone, at least for readers. */
  advanceStart(offset: number): void {
    if (offset <= this.#logStartOffset) return
    assert(offset <= this.#endOffset, `a log that ends at ${this.#endOffset} cannot start at ${offset}`)
    this.#logStartOffset = offset
    this.#recoveryPoint = Math.max(this.#recoveryPoint, offset)
    this.leaderEpochs.truncateFromStart(offset)
    this.producers.logStartMoved(offset)
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
    this.#truncations++
    this.#cut = cut
    this.#endOffset = offset
    this.#logStartOffset = isWhole ? offset : Math.min(this.#logStartOffset, offset)
    this.#recoveryPoint = Math.min(this.#recoveryPoint, offset)
    if (isWhole) this.leaderEpochs.clear()
    else this.leaderEpochs.truncateFromEnd(offset)
  }

  /** Finishes what the disk has refused, or throws its error again. */
  settle(): void {
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
    for (const segment of this.segmentsFrom(this.#recoveryPoint)) {
      segment.flushSync()
      this.producers.flushSnapshot(segment.baseOffset)
    }
    this.#flushNames()
    this.#recoveryPoint = this.#endOffset
    this.#lastFlushMs = this.clock.now()
  }

  /** Makes all records below `offset` durable without blocking the event loop. */
  async flushBelow(offset: number): Promise<void> {
    this.settle()
    if (offset <= this.#recoveryPoint) return
    const truncations = this.#truncations
    for (const segment of this.segmentsFrom(this.#recoveryPoint)) {
      if (segment.baseOffset >= offset) break
      // Retention may have removed it meanwhile.
      if (this.#segments.includes(segment)) await segment.flush()
      if (this.#closed || truncations !== this.#truncations) return
    }
    for (const snapshot of [...this.producers.snapshotOffsets])
      if (snapshot > this.#recoveryPoint && snapshot <= offset)
        await this.producers.flushSnapshotSoon(snapshot)
    await this.#flushNamesSoon()
    if (this.#closed || truncations !== this.#truncations) return
    this.#recoveryPoint = Math.max(this.#recoveryPoint, Math.min(offset, this.#endOffset))
    this.#lastFlushMs = this.clock.now()
  }

  /** The same of the records alone: indexes, snapshots and epochs are what the next load makes of them. */
  async flushRecordsBelow(offset: number): Promise<void> {
    this.settle()
    if (offset <= this.#recoveryPoint) return
    const truncations = this.#truncations
    for (const segment of this.segmentsFrom(this.#recoveryPoint)) {
      if (segment.baseOffset >= offset) break
      if (this.#segments.includes(segment)) await segment.flushRecords()
      if (this.#closed || truncations !== this.#truncations) return
    }
    if (this.#newNames) {
      this.#newNames = false
      await this.disk.syncDirectory(this.#directory).catch((error: unknown) => {
        this.#newNames = true
        throw error
      })
      if (this.#closed || truncations !== this.#truncations) return
    }
    this.#recoveryPoint = Math.max(this.#recoveryPoint, Math.min(offset, this.#endOffset))
    this.#lastFlushMs = this.clock.now()
  }

  async #flushNamesSoon(): Promise<void> {
    const newNames = this.#newNames
    this.#newNames = false
    try {
      await this.leaderEpochs.flushSoon()
      if (newNames) await this.disk.syncDirectory(this.#directory)
    } catch (error) {
      this.#newNames ||= newNames
      throw error
    }
  }

  #flushNames(): void {
    const directorySynced = this.leaderEpochs.flush()
    if (this.#newNames && !directorySynced) this.disk.syncDirectorySync(this.#directory)
    this.#newNames = false
  }

  // ---- the directory

  /** Lets go of all files as they are. */
  close(): void {
    this.#closed = true
    this.#removals?.giveUp()
    for (const segment of this.#segments) segment.close()
  }

  /** The directory was renamed. */
  moveTo(directory: string): void {
    assert(this.disk.existsSync(directory), `${directory} is not there`)
    this.#directory = directory
  }

  path(name: string): string {
    return join(this.#directory, name)
  }
}

/**
 * The log of one partition, in Apache Kafka's files.
 *
 * Appending as leader takes three calls. `validate` judges a batch by itself and may be a Promise when a codec has
 * no synchronous form; `stage` gives it offsets and judges its producer; `commit` writes all that is staged with
 * one call and only then shows it. What is staged are the caller's own bytes: they must stay as they are until
 * `commit` or `dropStage` returns, and are not looked at afterwards.
 *
 *   const validated = log.validate(records, { origin: 'client', nowMs })
 *   const staged = log.stage(validated, leaderEpoch)    // any number of these
 *   log.commit()                                        // throws the disk's error: then nothing was appended
 *
 * A `duplicate` names offsets that may still be staged: commit before answering it.
 */
import { assert, isSystemError, raise, thrownMidway } from '@sluice/effects'
import { type ErrorCode, type Int64, RecordBatch } from '@sluice/wire'
import { type BatchFacts, concernsProducer, readBatchFacts } from './batch-facts.ts'
import { type Validated, validateBatch } from './batch-validator.ts'
import { type FetchSlice, readSlice } from './fetch-slice.ts'
import { readLeaderBatches } from './leader-batches.ts'
import { LargeBatches } from './large-batches.ts'
import type { LeaderEpochs } from './leader-epochs.ts'
import type { LogConfig } from './log-config.ts'
import { type OffsetLookup, maxTimestampOffset, offsetForTimestamp } from './log-lookup.ts'
import { LogStore } from './log-store.ts'
import type { LogStoreOptions } from './log-store-options.ts'
import type { TopicPartition } from './topic-partition.ts'
import { type LoadOptions, loadLog } from './recovery.ts'
import type { AppendContext, Rejected } from './record-checks.ts'
import { countExpired } from './retention.ts'
import { atOnce, type Steps } from './slices.ts'
import type { TransactionalFacts, TransactionClaim } from './producer-check.ts'
import { type AbortedTransaction, collectAborted } from './transaction-index.ts'
import type { UnverifiedBatch, Verification } from './verification.ts'

export type { Validated } from './batch-validator.ts'
export type { Rejected } from './record-checks.ts'
export type { FetchSlice } from './fetch-slice.ts'
export type { LogConfig } from './log-config.ts'

export type { TopicPartition } from './topic-partition.ts'

/** Without `onBackgroundFailure` what fails in the background is a line in the log, or a bug that is raised. */
export interface LogOptions
  extends LoadOptions,
    Omit<LogStoreOptions, 'onBackgroundFailure'>,
    Partial<Pick<LogStoreOptions, 'onBackgroundFailure'>> {
  /** The node's; without it the log has its own. */
  largeBatches?: LargeBatches
  /** Written to `partition.metadata` where that has none yet. */
  topicId?: string
}

interface Staged {
  kind: 'staged'
  baseOffset: number
  lastOffset: number
  /** -1 under CreateTime. */
  logAppendTimeMs: Int64
}

interface Duplicate {
  kind: 'duplicate'
  baseOffset: number
  lastOffset: number
  /** As Kafka answers a retry: the largest timestamp of the batch that stands in the log. */
  logAppendTimeMs: Int64
}

export type StageResult = Staged | Duplicate | Rejected

interface ActiveProducer {
  producerId: Int64
  producerEpoch: number
  lastSequence: number
  lastTimestamp: Int64
  coordinatorEpoch: number
  /** -1 without an open transaction. */
  currentTransactionStartOffset: number
}

export class Log {
  readonly topicPartition: TopicPartition
  readonly leaderEpochs: LeaderEpochs
  readonly #store: LogStore
  readonly #largeBatches: LargeBatches
  #batches: Buffer[] = []
  #facts: BatchFacts[] = []
  #stagedEnd: number
  #highWatermark: number

  private constructor(store: LogStore, largeBatches: LargeBatches) {
    this.#store = store
    this.#largeBatches = largeBatches
    this.topicPartition = store.topicPartition
    this.leaderEpochs = store.leaderEpochs
    this.#stagedEnd = store.endOffset
    this.#highWatermark = store.logStartOffset
  }

  /** At once: for logs that are new, small or the only thing to wait for. */
  static load(options: LogOptions): Log {
    return atOnce(Log.loadInSteps(options))
  }

  static *loadInSteps(options: LogOptions): Steps<Log> {
    if (!options.isNew) options.disk.mkdirSync(options.directory)
    const { clock, logger, topicPartition } = options
    const failed = (error: unknown) => {
      if (!isSystemError(error)) raise(clock, error)
      else logger.error('background work on a log failed', { ...topicPartition, error })
    }
    const store = new LogStore({ ...options, onBackgroundFailure: options.onBackgroundFailure ?? failed })
    let log: Log | null = null
    try {
      yield* loadLog(store, options)
      if (options.topicId !== undefined && store.partitionMetadata.topicId === null)
        store.partitionMetadata.assign(options.topicId)
      return (log = new Log(store, options.largeBatches ?? new LargeBatches(clock)))
    } finally {
      if (!log) store.close()
    }
  }

  // ---- facts

  /** Null until one is given. */
  get topicId(): string | null {
    return this.#store.partitionMetadata.topicId
  }

  /** Nothing was ever written to it: there is nothing that could be lost with it. */
  get isUnwritten(): boolean {
    return this.#store.isUnwritten
  }

  get hasDirectory(): boolean {
    return this.#store.partitionMetadata.isMade
  }

  get directory(): string {
    return this.#store.directory
  }

  /** For the log cleaner alone. */
  get store(): LogStore {
    return this.#store
  }

  get config(): LogConfig {
    return this.#store.config
  }

  get logStartOffset(): number {
    return this.#store.logStartOffset
  }

  /** One after the last record that is appended; what is staged does not count. */
  get logEndOffset(): number {
    return this.#store.endOffset
  }

  /** Everything below is durable. */
  get recoveryPoint(): number {
    return this.#store.recoveryPoint
  }

  get sizeInBytes(): number {
    return this.#store.sizeInBytes
  }

  get segmentCount(): number {
    return this.#store.segments.length
  }

  /** The oldest segment's: the log-start checkpoint names a partition only while its start is above this. */
  get firstSegmentBaseOffset(): number {
    return this.#store.segmentAt(0).baseOffset
  }

  /** Records below are committed: never below the log's start, never above its end. */
  get highWatermark(): number {
    return this.#highWatermark
  }

  /** Records below are committed and belong to no transaction that is open, or whose end is not committed yet. */
  get lastStableOffset(): number {
    const unstable = this.#store.producers.firstUnstableOffset
    return unstable === null ? this.#highWatermark : Math.min(unstable, this.#highWatermark)
  }

  get lastFlushMs(): number {
    return this.#store.lastFlushMs
  }

  /**
   * Records below `offset` are committed, as far as they are here. Whoever speaks for the log's replicas says so, and
   * nobody else; only truncation takes it back. Whether the high watermark has risen.
   */
  advanceHighWatermark(offset: number): boolean {
    const highWatermark = Math.min(offset, this.#store.endOffset)
    if (highWatermark <= this.#highWatermark) return false
    this.#setHighWatermark(highWatermark)
    return true
  }

  updateConfig(config: LogConfig): void {
    this.#store.updateConfig(config)
  }

  assignTopicId(topicId: string): void {
    this.#store.partitionMetadata.assign(topicId)
  }

  // ---- appending

  /** Asked before so many bytes are kept until a batch before them has been validated. False: there is no room. */
  keepWaiting(bytes: number): boolean {
    return this.#largeBatches.keep(bytes)
  }

  letGoWaiting(bytes: number): void {
    this.#largeBatches.letGo(bytes)
  }

  validate(records: Buffer, context: AppendContext): Validated | Rejected | Promise<Validated | Rejected> {
    return validateBatch(records, context, this.#store.config, this.#largeBatches)
  }

  /** Throws the disk's error while that refuses to finish a cut: nothing is known of producers before. */
  stage(validated: Validated, leaderEpoch: number, claim?: TransactionClaim): StageResult {
    try {
      this.#store.settle()
      return this.#stage(validated, leaderEpoch, claim)
    } catch (error) {
      throw thrownMidway(error)
    }
  }

  #stage(validated: Validated, leaderEpoch: number, claim?: TransactionClaim): StageResult {
    const { batch, marker, origin } = validated
    RecordBatch.setBaseOffset(batch, 0, this.#stagedEnd)
    RecordBatch.setPartitionLeaderEpoch(batch, 0, leaderEpoch)
    const facts = readBatchFacts(batch, 0, batch.length, marker)
    if (origin !== 'controller' && concernsProducer(facts, RecordBatch.isControl(batch, 0))) {
      const verdict = this.#store.producers.check(facts, origin, claim)
      if (verdict.kind === 'duplicate')
        return {
          kind: 'duplicate',
          baseOffset: verdict.baseOffset,
          lastOffset: verdict.lastOffset,
          logAppendTimeMs: verdict.timestamp,
        }
      if (verdict.kind === 'rejected') return { ...verdict, recordErrors: [] }
    }
    this.#batches.push(batch)
    this.#facts.push(facts)
    this.#stagedEnd = facts.lastOffset + 1
    return {
      kind: 'staged',
      baseOffset: facts.baseOffset,
      lastOffset: facts.lastOffset,
      logAppendTimeMs: validated.logAppendTimeMs,
    }
  }

  /** How many batches the next commit appends. */
  get stagedCount(): number {
    return this.#batches.length
  }

  /** Appends what is staged, and gives it: all of it or, with the disk's error, nothing. */
  commit(): readonly Buffer[] {
    const batches = this.#batches
    if (batches.length === 0) return batches
    try {
      this.#store.append(batches, this.#facts)
    } finally {
      this.dropStage()
    }
    return batches
  }

  dropStage(): void {
    // Setting an array's length is a call into the runtime, which costs more than two arrays.
    this.#batches = []
    this.#facts = []
    this.#store.producers.dropStaged()
    this.#stagedEnd = this.#store.endOffset
  }

  /**
   * Appends whole batches as a leader has made them, offsets and epochs included, in one write. They must follow
   * each other and begin at or after the log's end. Returns an error code for bytes that are none.
   */
  appendAsFollower(batches: Buffer): { kind: 'appended'; lastOffset: number } | Rejected {
    assert(this.#batches.length === 0, 'a follower stages nothing')
    const read = readLeaderBatches(batches, this.#store.endOffset)
    if (read.kind === 'rejected') return read
    if (read.facts.length > 0) this.#store.append(read.batches, read.facts)
    this.#stagedEnd = this.#store.endOffset
    return { kind: 'appended', lastOffset: this.#store.endOffset - 1 }
  }

  /**
   * The same of batches that a leader in this process has judged and written, one a buffer. False: they do not begin
   * at the log's end.
   */
  appendJudged(batches: readonly Buffer[]): boolean {
    assert(this.#batches.length === 0, 'a follower stages nothing')
    const facts = batches.map((batch) => readBatchFacts(batch, 0, batch.length))
    if (facts[0]?.baseOffset !== this.#store.endOffset) return false
    this.#store.append(batches, facts)
    this.#stagedEnd = this.#store.endOffset
    return true
  }

  // ---- reading

  /**
   * Whole batches from the one that holds `startOffset` on, all below `upTo` (high watermark, last stable offset
   * or log end), at most `maxBytes`, or one batch that is larger if `minOneBatch`. Null if there is nothing.
   * Offsets below the log's start count as its start: the caller answers OFFSET_OUT_OF_RANGE where that is due.
   */
  read(startOffset: number, maxBytes: number, upTo: number, minOneBatch: boolean): FetchSlice | null {
    // Else the last segment goes on with records that are gone.
    this.#store.settle()
    return readSlice(this.#store, startOffset, maxBytes, upTo, minOneBatch)
  }

  /** The aborted transactions with records in [from, to). */
  abortedTransactions(from: number, to: number): AbortedTransaction[] {
    const found: AbortedTransaction[] = []
    for (const segment of this.#store.segmentsFrom(from))
      if (collectAborted(segment.aborted, from, to, found)) break
    return found
  }

  /** The first record whose timestamp is at least this; null if there is none. */
  offsetForTimestamp(timestamp: Int64): OffsetLookup {
    this.#store.settle()
    return offsetForTimestamp(this.#store, timestamp, this.#largeBatches)
  }

  /** The first record with the largest timestamp; null in a log without timestamps. */
  maxTimestampOffset(): OffsetLookup {
    this.#store.settle()
    return maxTimestampOffset(this.#store, this.#largeBatches)
  }

  /** See ProducerState. Throws the disk's error while nothing is known of producers. */
  verify(batch: UnverifiedBatch, nowMs: number): Verification | null {
    this.#store.settle()
    return this.#store.producers.verify(batch, nowMs)
  }

  /** See ProducerState. */
  refusal(of: TransactionalFacts, claim: TransactionClaim): ErrorCode {
    return this.#store.producers.refusal(of, claim)
  }

  activeProducers(): ActiveProducer[] {
    return [...this.#store.producers.entries].map((entry) => ({
      producerId: entry.producerId,
      producerEpoch: entry.epoch,
      lastSequence: entry.lastSequence,
      lastTimestamp: entry.lastTimestamp,
      coordinatorEpoch: entry.coordinatorEpoch,
      currentTransactionStartOffset: entry.transactionFirstOffset ?? -1,
    }))
  }

  // ---- upkeep

  removeExpiredProducers(nowMs: number): void {
    this.#store.producers.removeExpired(nowMs, this.#store.producerIdExpirationMs)
  }

  /** DeleteRecords: records below `offset` are gone. The caller has compared it with the high watermark. */
  deleteRecordsBefore(offset: number): void {
    assert(offset <= this.#highWatermark, `records before ${offset} of ${this.#highWatermark} cannot go`)
    this.#store.advanceStart(offset)
  }

  /** Removes the segments that retention takes; returns how many. */
  applyRetention(nowMs: number): number {
    this.#store.settle()
    const count = countExpired(this.#store, nowMs, this.#highWatermark)
    this.#store.removeOldest(count)
    return count
  }

  /** Ends the active segment, if it holds anything. */
  roll(): void {
    this.#store.roll(this.#store.endOffset)
  }

  /** Makes everything durable, blocking. */
  flushSync(): void {
    this.#store.flushSync()
  }

  /** Makes what is appended by now durable, off the event loop. */
  async flush(): Promise<void> {
    await this.#store.flushBelow(this.#store.endOffset)
  }

  /** The same of the records alone: enough for a log whose every load checks all of it (`clean: false`). */
  async flushRecords(): Promise<void> {
    await this.#store.flushRecordsBelow(this.#store.endOffset)
  }

  /**
   * For followers: removes all records from `offset` on. After the disk's error nobody sees them any more either, and the
   * next append, stage, read or flush finishes the cut first.
   */
  truncateTo(offset: number): void {
    // An epoch may have begun at the end without a record, of which the leader knows nothing.
    this.leaderEpochs.truncateFromEnd(offset)
    try {
      this.#store.truncateTo(offset)
    } finally {
      this.dropStage()
      this.#setHighWatermark(Math.min(this.#highWatermark, this.#store.endOffset))
    }
  }

  /** For followers that are too far behind: an empty log that begins at `offset`. The same holds after the disk's error. */
  truncateFullyAndStartAt(offset: number): void {
    try {
      this.#store.restartAt(offset)
    } finally {
      this.dropStage()
      this.#setHighWatermark(offset)
    }
  }

  /** The directory has been renamed: the log goes on there until it is closed. */
  movedTo(directory: string): void {
    this.#store.moveTo(directory)
  }

  /**
   * Lets go of all files. `clean`: after everything is durable, indexes are whole and the producers' state is
   * saved, so that the next start can trust what it finds.
   */
  close(options: { clean: boolean }): void {
    this.dropStage()
    const store = this.#store
    try {
      if (options.clean) {
        store.settle()
        // Apache Kafka takes a directory without it for one that no topic has.
        store.partitionMetadata.keep()
        store.active.finishTimeIndex()
        store.active.persistIndexes()
        store.producers.takeSnapshot()
        store.producers.flushSnapshot(store.endOffset)
        store.flushSync()
      }
    } finally {
      store.close()
    }
  }

  #setHighWatermark(offset: number): void {
    assert(
      offset >= this.#store.logStartOffset && offset <= this.#store.endOffset,
      'the high watermark lies between the start of the log and its end',
    )
    this.#highWatermark = offset
    this.#store.producers.highWatermarkMoved(offset)
  }
}

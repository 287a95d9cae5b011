import type { DiskFile } from '@sluice/effects'
import { type Int64, RecordBatch } from '@sluice/wire'
import { type HeaderCursor, readHeader, scanBatches, scanHeaders, scanHeadersInSteps } from './batch-scan.ts'
import { type BatchHeader, largestTimestamp, lastBatch, lastWholeBatch } from './batch-headers.ts'
import { CachedFile, type FileOwner } from './file-cache.ts'
import { canHold, type OffsetIndex } from './offset-index.ts'
import { RememberedPositions } from './remembered-positions.ts'
import type { SegmentHome } from './segment-home.ts'
import { SegmentIndexes } from './segment-indexes.ts'
import { deletedSuffix, logSuffix, offsetFilePath } from './segment-names.ts'
import { atOnce, type Steps } from './slices.ts'
import type { TimeIndex } from './time-index.ts'
import type { AbortedTransaction } from './transaction-index.ts'

/** The facts of a batch that a segment keeps. */
export interface BatchPlace {
  baseOffset: number
  lastOffset: number
  size: number
  maxTimestamp: Int64
}

type Options = { rollJitterMs?: number; suffix?: string }

/** So many index entries go to the file together. */
const pendingEntriesMax = 128

/** Kafka's "no timestamp". */
const none = -1

/**
 * One segment of a log: `<base>.log` and its indexes. The log file is open only while it is used, and the
 * indexes are in memory only while it is open or they hold what the files do not.
 *
 * Positions are explicit and `size` is the truth: bytes behind it in the file are left-overs of a failed write.
 */
export class Segment implements FileOwner {
  readonly baseOffset: number
  readonly file: CachedFile
  readonly createdMs: number
  /** Taken off `segment.ms`, so that logs that were made together do not roll together. */
  readonly rollJitterMs: number
  /** Bytes of whole batches. */
  size: number

  readonly #home: SegmentHome
  readonly #indexes: SegmentIndexes
  #bytesSinceEntry = 0
  #maxTimestamp: Int64 | undefined
  #offsetOfMaxTimestamp = 0
  #firstTimestamp: Int64 | undefined
  #remembered: RememberedPositions | null = null
  #hasFiles = true
  /** Whether the log file has bytes that are not durable. */
  #unsynced = true
  /** Syncs that are under way off the event loop: nobody knows yet whether they will go well. */
  #syncs = 0
  /** Of the name of the log file: empty, or what says that it is not in place yet, or any more. */
  #suffix: string

  constructor(
    home: SegmentHome,
    baseOffset: number,
    size: number,
    createdMs: number,
    { rollJitterMs = 0, suffix = '' }: Options = {},
  ) {
    this.#home = home
    this.baseOffset = baseOffset
    this.size = size
    this.createdMs = createdMs
    this.rollJitterMs = rollJitterMs
    this.#suffix = suffix
    this.#indexes = new SegmentIndexes(home, baseOffset, suffix)
    this.file = new CachedFile(home.files, this)
  }

  /** An empty one without files: they have to be made before anything is written. */
  static unwritten(home: SegmentHome, baseOffset: number, createdMs: number, options: Options = {}): Segment {
    const segment = new Segment(home, baseOffset, 0, createdMs, options)
    segment.#hasFiles = false
    segment.#unsynced = false
    segment.#maxTimestamp = none
    return segment
  }

  get hasFiles(): boolean {
    return this.#hasFiles
  }

  /** Makes the files of one that has none, over whatever is there. */
  makeFiles(): void {
    const file = this.#home.disk.openSync(this.filePath(), 'write')
    try {
      file.truncateSync(0)
    } finally {
      file.closeSync()
    }
    this.#indexes.reset()
    this.#hasFiles = true
  }

  /** A clean stop has made its log file durable. */
  noteDurable(): void {
    this.#unsynced = false
  }

  canHold(offset: number): boolean {
    return canHold(this.baseOffset, offset)
  }

  // ---- writing

  /** Puts the bytes `behind` the end of the last batch. `noteAppended` makes them part of the segment. */
  write(buffers: readonly Uint8Array[], behind = 0): void {
    const file = this.file.get()
    this.#unsynced = true
    if (buffers.length === 1) file.writeSync(buffers[0] as Uint8Array, this.size + behind)
    else file.writevSync(buffers, this.size + behind)
  }

  /** Cuts off what a failed write may have left, so that the space is free and nothing stale stays behind. */
  discardTail(): void {
    if (!this.#hasFiles) return
    const file = this.file.get()
    if (file.sizeSync() > this.size) file.truncateSync(this.size)
  }

  /** Takes the batch that `write` has put at the end into size, indexes and largest timestamp. */
  noteAppended(batch: BatchPlace): void {
    const offsets = this.offsets
    const times = this.times
    if (batch.maxTimestamp > this.maxTimestamp) {
      this.#maxTimestamp = batch.maxTimestamp
      this.#offsetOfMaxTimestamp = batch.lastOffset
    }
    if (this.#bytesSinceEntry > this.#home.config.indexIntervalBytes) {
      offsets.append(batch.lastOffset, this.size)
      times.maybeAppend(this.maxTimestamp, this.#offsetOfMaxTimestamp)
      this.#bytesSinceEntry = 0
      if (this.#indexes.pendingEntries >= pendingEntriesMax) this.#indexes.tryPersist()
    }
    if (this.size === 0) this.#firstTimestamp = batch.maxTimestamp
    this.#bytesSinceEntry += batch.size
    this.size += batch.size
  }

  /** Remembers where a batch starts, for readers that will ask for its base offset soon. */
  rememberAppend(baseOffset: number, position: number): void {
    this.#remembered ??= new RememberedPositions()
    this.#remembered.addAppend(baseOffset, position)
  }

  rememberRead(nextOffset: number, position: number): void {
    this.#remembered ??= new RememberedPositions()
    this.#remembered.addRead(nextOffset, position)
  }

  appendAborted(entry: AbortedTransaction): void {
    this.#indexes.appendAborted(entry)
  }

  /** Adds the last time entry, as Kafka does when a segment rolls and at a clean stop. */
  finishTimeIndex(): void {
    if (this.size > 0) this.times.maybeAppend(this.maxTimestamp, this.#offsetOfMaxTimestamp)
  }

  /** Brings the index files up to the entries in memory. */
  persistIndexes(): void {
    this.#indexes.persist()
  }

  flushSync(): void {
    this.persistIndexes()
    if (this.#unsynced || this.#syncs > 0) this.file.get().syncSync()
    this.#unsynced = false
    this.#indexes.sync()
  }

  /** The same without blocking the event loop. */
  async flush(): Promise<void> {
    this.persistIndexes()
    const file = this.file.pin()
    // What is written while the disk works is not covered.
    this.#unsynced = false
    this.#syncs++
    try {
      await file.sync()
    } catch (error) {
      this.#unsynced = true
      throw error
    } finally {
      this.#syncs--
      this.file.unpin()
    }
    await this.#indexes.syncSoon()
  }

  /** The log file alone, for indexes that nobody will trust. */
  async flushRecords(): Promise<void> {
    const file = this.file.pin()
    await file.sync().finally(() => this.file.unpin())
  }

  // ---- looking up

  get offsets(): OffsetIndex {
    if (!this.#indexes.offsets) atOnce(this.loadIndexes())
    return this.#indexes.offsets as OffsetIndex
  }

  get times(): TimeIndex {
    if (!this.#indexes.times) atOnce(this.loadIndexes())
    return this.#indexes.times as TimeIndex
  }

  get aborted(): readonly AbortedTransaction[] {
    return this.#indexes.aborted
  }

  /** The largest timestamp of its batches, -1 without one. */
  get maxTimestamp(): Int64 {
    if (this.#maxTimestamp === undefined) {
      // The last entry alone, if it is one: retention asks this of segments that are not in use otherwise.
      const last = this.#indexes.times ?? this.#indexes.readLastTimeEntry() ?? this.times
      this.#maxTimestamp = last.lastTimestamp
      this.#offsetOfMaxTimestamp = last.lastOffset
    }
    return this.#maxTimestamp
  }

  /** The last offset of the batch that holds it. */
  get offsetOfMaxTimestamp(): number {
    return this.maxTimestamp === none ? this.baseOffset : this.#offsetOfMaxTimestamp
  }

  /** What retention by time compares: without timestamps, when the file was last written. */
  largestTimestampMs(): Int64 {
    return this.maxTimestamp >= 0 ? this.maxTimestamp : this.modifiedMs
  }

  /** When the log file was last written. */
  get modifiedMs(): number {
    return Math.floor(this.#home.disk.statSync(this.filePath()).modifiedAtMs)
  }

  /** The first batch's largest timestamp, from which rolling by time counts; -1 when empty or without one. */
  get firstTimestamp(): Int64 {
    if (this.size === 0) return none
    this.#firstTimestamp ??=
      readHeader(this.file.get(), 0, this.size, ({ buffer, at }) => RecordBatch.maxTimestamp(buffer, at)) ??
      none
    return this.#firstTimestamp
  }

  /**
   * The position of the first batch that ends at or after `offset`, `size` if there is none. Where a reader goes
   * on from its last read, or begins at a recent commit, no byte is read.
   */
  positionOf(offset: number): number {
    if (offset <= this.baseOffset) return 0
    const remembered = this.#remembered?.find(offset) ?? -1
    if (remembered >= 0) return remembered
    const entry = this.offsets.findByOffset(offset)
    if (entry >= 0 && this.offsets.offsetAt(entry) === offset) return this.offsets.positionAt(entry)
    const from = entry < 0 ? 0 : this.offsets.positionAt(entry)
    return scanHeaders(
      this.file.get(),
      from,
      this.size,
      ({ buffer, at }) => RecordBatch.lastOffset(buffer, at) < offset,
    )
  }

  /**
   * Where a read of at most `maxBytes` from the batch start `position` ends: a batch boundary at or below `end`.
   * Not before `position`; equal to it when the first batch is larger than `maxBytes`.
   */
  boundaryBelow(position: number, maxBytes: number, end: number): number {
    const limit = position + maxBytes
    if (limit >= end) return end
    const entry = this.offsets.findByPosition(limit)
    const indexed = entry < 0 ? 0 : this.offsets.positionAt(entry)
    // An entry in the second half of what may be read is good enough: no header has to be read.
    if (indexed > position && indexed - position >= maxBytes / 2) return indexed
    return scanHeaders(
      this.file.get(),
      Math.max(indexed, position),
      end,
      (cursor) => cursor.position + cursor.size <= limit,
    )
  }

  /** The base offset of the batch at `position`; null at the end. */
  baseOffsetAt(position: number): number | null {
    const read = ({ buffer, at }: HeaderCursor) => RecordBatch.baseOffset(buffer, at)
    return readHeader(this.file.get(), position, this.size, read) ?? null
  }

  sizeOfBatchAt(position: number): number {
    return readHeader(this.file.get(), position, this.size, ({ size }) => size) ?? 0
  }

  /** Null where it is empty; reads as few headers as the index allows. Throws CorruptLogError where the last batch is not whole. */
  findLast(): BatchHeader | null {
    const last = this.offsets.length - 1
    return lastBatch(this.file.get(), last < 0 ? 0 : this.offsets.positionAt(last), this.size)
  }

  /**
   * The same of a segment that may have lost its end: of whole batches alone. The last index entry is asked, without the
   * index in memory; where that does not lead to what is expected, all of the file.
   */
  *findLastWhole(expectedEnd: number): Steps<BatchHeader | null> {
    const file = this.file.pin()
    try {
      const last = yield* lastWholeBatch(file, this.#indexes.readLastPosition(), this.size)
      return last?.nextOffset === expectedEnd ? last : yield* lastWholeBatch(file, 0, this.size)
    } finally {
      this.file.unpin()
    }
  }

  /** A copy of the whole batch at `position`. */
  readBatch(position: number): Buffer {
    let batch = Buffer.alloc(0)
    const first = scanBatches(this.file.get(), position, this.size, (buffer, at, size) => {
      batch = Buffer.from(buffer.subarray(at, at + size))
      return false
    })
    atOnce(first)
    return batch
  }

  // ---- cutting, rebuilding, removing

  /** Removes batches that end at or after `offset`. */
  truncateTo(offset: number): void {
    const position = this.positionOf(offset)
    this.#indexes.truncateTo(offset)
    this.#cut(position)
    this.#maxTimestamp = undefined
    // Batches behind the last time entry may hold a larger timestamp than it.
    const from = Math.max(
      0,
      this.positionOf(this.times.length === 0 ? this.baseOffset : this.times.lastOffset),
    )
    const { lastTimestamp: timestamp, lastOffset: offsetOfIt } = this.times
    const largest = largestTimestamp(this.file.get(), from, this.size, { timestamp, offset: offsetOfIt })
    this.#maxTimestamp = largest.timestamp
    this.#offsetOfMaxTimestamp = largest.offset
  }

  /** Empties the indexes; the caller hands in every batch of the file through `noteAppended`. */
  beginRebuild(): void {
    this.#bytesSinceEntry = 0
    this.#maxTimestamp = none
    this.#firstTimestamp = undefined
    this.#remembered = null
    this.size = 0
    this.#indexes.beginAnew()
  }

  /** After the last batch of a rebuild: cuts the file behind it and writes the indexes. */
  endRebuild(): void {
    this.#cut(this.size)
    this.finishTimeIndex()
    this.persistIndexes()
  }

  /** Has the indexes in memory: from their files or, where these are none, made from the batches as they stand. */
  *loadIndexes(): Steps {
    if (!this.#hasFiles) this.#indexes.begin()
    if (this.#indexes.offsets) return
    // They live as long as the file is open.
    const file = this.file.pin()
    try {
      if (!this.#indexes.load(this.size)) yield* this.#rebuildIndexes(file)
    } finally {
      this.file.unpin()
    }
  }

  *#rebuildIndexes(file: DiskFile): Steps {
    const end = this.size
    const aborted = this.#indexes.aborted
    this.beginRebuild()
    this.#indexes.reset()
    this.#indexes.rewriteAborted(aborted)
    yield* scanHeadersInSteps(file, 0, end, ({ buffer, at, size }) => {
      this.noteAppended({
        baseOffset: RecordBatch.baseOffset(buffer, at),
        lastOffset: RecordBatch.lastOffset(buffer, at),
        size,
        maxTimestamp: RecordBatch.maxTimestamp(buffer, at),
      })
      return true
    })
    this.finishTimeIndex()
    this.persistIndexes()
  }

  /** As from another segment's: what was written anew is not newer. */
  setModified(modifiedMs: number): void {
    this.#home.disk.setModifiedSync(this.filePath(), modifiedMs)
  }

  /** Removes the files at once, in the same two steps. May be called again after the disk's error. */
  remove(): void {
    this.renameTo(deletedSuffix)
    this.removeFiles(deletedSuffix)
  }

  /**
   * Gives the files another suffix, as Kafka does: readers go on. What a start makes of them depends on the log file: it
   * is the last that is put aside, and the first that is in place. May be called again after the disk's error.
   */
  renameTo(suffix: string): void {
    if (suffix !== '') this.#indexes.renameTo(suffix)
    if (suffix !== this.#suffix) {
      if (this.#hasFiles) this.#home.disk.renameSync(this.filePath(), this.#path(suffix))
      this.#suffix = suffix
    }
    if (suffix === '') this.#indexes.renameTo(suffix)
  }

  /** Removes the files that have one of these suffixes, the log file first. */
  removeFiles(...suffixes: readonly string[]): void {
    this.file.close()
    for (const suffix of suffixes) this.#home.disk.removeSync(this.#path(suffix))
    this.#indexes.removeFiles(suffixes)
  }

  close(): void {
    this.file.close()
    this.fileEvicted()
  }

  filePath(): string {
    return this.#path(this.#suffix)
  }

  #path(suffix: string): string {
    return offsetFilePath(this.#home.directory, this.baseOffset, logSuffix + suffix)
  }

  /** The log file has left the cache: so may the indexes. */
  fileEvicted(): void {
    // What the time index does not say yet must survive it.
    if (this.#indexes.times) void this.maxTimestamp
    this.#indexes.release()
    this.#remembered = null
  }

  #cut(position: number): void {
    this.size = position
    this.#remembered = null
    this.discardTail()
  }
}

import type { Disk, DiskFile } from '@sluice/effects'
import { RecordBatch } from '@sluice/wire'
import { scanBatches, scanHeaders } from './batch-scan.ts'
import { CachedFile, type FileCache } from './file-cache.ts'
import { OffsetIndex, offsetEntryBytes } from './offset-index.ts'
import { RememberedPositions } from './remembered-positions.ts'
import {
  deletedSuffix,
  logSuffix,
  offsetFilePath,
  offsetIndexSuffix,
  timeIndexSuffix,
  transactionIndexSuffix,
} from './segment-names.ts'
import { TimeIndex, timeEntryBytes } from './time-index.ts'
import {
  type AbortedTransaction,
  decodeTransactionIndex,
  encodeAbortedTransaction,
} from './transaction-index.ts'

/** What the segments of one log share. */
export interface SegmentHome {
  readonly disk: Disk
  readonly files: FileCache
  /** Changes when the log is renamed for deletion. */
  directory: string
  /** Read at each append: the configuration may change. */
  readonly indexIntervalBytes: () => number
}

/** The facts of a batch that a segment keeps. */
export interface BatchPlace {
  baseOffset: number
  lastOffset: number
  size: number
  maxTimestamp: number
}

/**
 * Index entries wait in memory and go to the file in one write. Nothing is lost by that: entries above the
 * recovery point are made anew after a crash, and the recovery point only moves after `persistIndexes`.
 */
const pendingEntriesMax = 128

/** Kafka's "no timestamp". */
const none = -1

/**
 * One segment of a log: `<base>.log` and its indexes. The log file is open only while it is used, and the
 * indexes are in memory only while it is open or they hold what the files do not.
 *
 * Positions are explicit and `size` is the truth: bytes behind it in the file are left-overs of a failed write.
 */
export class Segment {
  readonly baseOffset: number
  readonly file: CachedFile
  readonly createdMs: number
  /** Taken off `segment.ms`, so that logs that were made together do not roll together. */
  readonly rollJitterMs: number
  /** Bytes of whole batches. */
  size: number

  readonly #home: SegmentHome
  #offsets: OffsetIndex | null = null
  #times: TimeIndex | null = null
  #offsetsInFile = 0
  #timesInFile = 0
  #bytesSinceEntry = 0
  #maxTimestamp: number | undefined
  #offsetOfMaxTimestamp = 0
  #firstTimestamp: number | undefined
  #aborted: AbortedTransaction[] | null = null
  #remembered: RememberedPositions | null = null
  #deleted = false
  /** Whether the index files have bytes that are not durable. */
  #indexesUnsynced = false

  constructor(home: SegmentHome, baseOffset: number, size: number, createdMs: number, rollJitterMs = 0) {
    this.#home = home
    this.baseOffset = baseOffset
    this.size = size
    this.createdMs = createdMs
    this.rollJitterMs = rollJitterMs
    this.file = new CachedFile(home.files, this.#path(logSuffix), () => this.#onEvict())
  }

  /** Makes the files of an empty segment, over whatever is there. */
  static create(home: SegmentHome, baseOffset: number, createdMs: number, rollJitterMs = 0): Segment {
    const segment = new Segment(home, baseOffset, 0, createdMs, rollJitterMs)
    for (const suffix of [logSuffix, offsetIndexSuffix, timeIndexSuffix]) {
      const file = home.disk.openSync(segment.#path(suffix), 'write')
      try {
        if (file.sizeSync() > 0) file.truncateSync(0)
      } finally {
        file.closeSync()
      }
    }
    if (home.disk.existsSync(segment.#path(transactionIndexSuffix)))
      home.disk.unlinkSync(segment.#path(transactionIndexSuffix))
    segment.#offsets = new OffsetIndex(baseOffset)
    segment.#times = new TimeIndex(baseOffset)
    return segment
  }

  // ---- writing

  /** Puts the bytes behind the last batch. `noteAppended` makes them part of the segment. */
  write(buffers: readonly Uint8Array[]): void {
    const file = this.file.get()
    if (buffers.length === 1) file.writeSync(buffers[0] as Uint8Array, this.size)
    else file.writevSync(buffers, this.size)
  }

  /** Cuts off what a failed write may have left, so that the space is free and nothing stale stays behind. */
  discardTail(): void {
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
    if (this.#bytesSinceEntry > this.#home.indexIntervalBytes()) {
      offsets.append(batch.lastOffset, this.size)
      times.maybeAppend(this.maxTimestamp, this.#offsetOfMaxTimestamp)
      this.#bytesSinceEntry = 0
      if (offsets.length - this.#offsetsInFile >= pendingEntriesMax) this.#tryPersistIndexes()
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
    const entries = this.aborted
    const bytes = encodeAbortedTransaction(entry)
    this.#withFile(transactionIndexSuffix, (file) => file.writeSync(bytes, entries.length * bytes.length))
    this.#indexesUnsynced = true
    entries.push(entry)
  }

  /** Adds the last time entry, as Kafka does when a segment rolls and at a clean stop. */
  finishTimeIndex(): void {
    if (this.size > 0) this.times.maybeAppend(this.maxTimestamp, this.#offsetOfMaxTimestamp)
  }

  /** Brings the index files up to the entries in memory. */
  persistIndexes(): void {
    if (this.#deleted) return
    const before = this.#offsetsInFile + this.#timesInFile
    if (this.#offsets && this.#offsets.length > this.#offsetsInFile) {
      const bytes = this.#offsets.encode(this.#offsetsInFile)
      const at = this.#offsetsInFile * offsetEntryBytes
      this.#withFile(offsetIndexSuffix, (file) => file.writeSync(bytes, at))
      this.#offsetsInFile = this.#offsets.length
    }
    if (this.#times && this.#times.length > this.#timesInFile) {
      const bytes = this.#times.encode(this.#timesInFile)
      const at = this.#timesInFile * timeEntryBytes
      this.#withFile(timeIndexSuffix, (file) => file.writeSync(bytes, at))
      this.#timesInFile = this.#times.length
    }
    if (this.#offsetsInFile + this.#timesInFile > before) this.#indexesUnsynced = true
  }

  flushSync(): void {
    this.persistIndexes()
    this.file.get().syncSync()
    this.#syncIndexes()
  }

  /** The same without blocking the event loop for the log file, which is nearly all of it. */
  async flush(): Promise<void> {
    this.persistIndexes()
    const file = this.file.pin()
    try {
      await file.sync()
    } finally {
      this.file.unpin()
    }
    this.#syncIndexes()
  }

  // ---- looking up

  get offsets(): OffsetIndex {
    if (!this.#offsets) this.#loadIndexes()
    return this.#offsets as OffsetIndex
  }

  get times(): TimeIndex {
    if (!this.#times) this.#loadIndexes()
    return this.#times as TimeIndex
  }

  get aborted(): AbortedTransaction[] {
    if (this.#aborted) return this.#aborted
    const path = this.#path(transactionIndexSuffix)
    const bytes = this.#home.disk.existsSync(path) ? this.#home.disk.readFileSync(path) : Buffer.alloc(0)
    this.#aborted = decodeTransactionIndex(bytes, this.baseOffset) ?? []
    return this.#aborted
  }

  /** The largest timestamp of its batches, -1 without one. */
  get maxTimestamp(): number {
    if (this.#maxTimestamp === undefined) {
      // The last entry alone, if it is one: retention asks this of segments that are not in use otherwise.
      const last = this.#times ?? this.#readLastTimeEntry() ?? this.times
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
  largestTimestampMs(): number {
    if (this.maxTimestamp >= 0) return this.maxTimestamp
    return Math.floor(this.#home.disk.statSync(this.file.path).modifiedAtMs)
  }

  /** The first batch's largest timestamp, from which rolling by time counts; -1 when empty or without one. */
  get firstTimestamp(): number {
    if (this.size === 0) return none
    if (this.#firstTimestamp === undefined) {
      let found = none
      scanHeaders(this.file.get(), 0, this.size, ({ buffer, at }) => {
        found = RecordBatch.maxTimestamp(buffer, at)
        return false
      })
      this.#firstTimestamp = found
    }
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
    let found: number | null = null
    scanHeaders(this.file.get(), position, this.size, ({ buffer, at }) => {
      found = RecordBatch.baseOffset(buffer, at)
      return false
    })
    return found
  }

  sizeOfBatchAt(position: number): number {
    let found = 0
    scanHeaders(this.file.get(), position, this.size, ({ size }) => {
      found = size
      return false
    })
    return found
  }

  /** One after the last offset; reads as few headers as the index allows. */
  findNextOffset(): number {
    const last = this.offsets.length - 1
    let next = this.baseOffset
    scanHeaders(
      this.file.get(),
      last < 0 ? 0 : this.offsets.positionAt(last),
      this.size,
      ({ buffer, at }) => {
        next = RecordBatch.nextOffset(buffer, at)
        return true
      },
    )
    return next
  }

  /** A copy of the whole batch at `position`. */
  readBatch(position: number): Buffer {
    let batch = Buffer.alloc(0)
    scanBatches(this.file.get(), position, this.size, (buffer, at, size) => {
      batch = Buffer.from(buffer.subarray(at, at + size))
      return false
    })
    return batch
  }

  // ---- cutting, rebuilding, removing

  /** Removes batches that end at or after `offset`. */
  truncateTo(offset: number): void {
    const position = this.positionOf(offset)
    this.offsets.truncateTo(offset)
    this.times.truncateTo(offset)
    const aborted = this.aborted.filter((entry) => entry.lastOffset < offset)
    this.#cut(position)
    this.#rewriteAborted(aborted)
    this.#maxTimestamp = undefined
    // Batches behind the last time entry may hold a larger timestamp than it.
    const from = Math.max(
      0,
      this.positionOf(this.times.length === 0 ? this.baseOffset : this.times.lastOffset),
    )
    let largest = this.times.lastTimestamp
    let offsetOfLargest = this.times.lastOffset
    scanHeaders(this.file.get(), from, this.size, ({ buffer, at }) => {
      const timestamp = RecordBatch.maxTimestamp(buffer, at)
      if (timestamp > largest) {
        largest = timestamp
        offsetOfLargest = RecordBatch.lastOffset(buffer, at)
      }
      return true
    })
    this.#maxTimestamp = largest
    this.#offsetOfMaxTimestamp = offsetOfLargest
  }

  /** Empties the indexes; the caller hands in every batch of the file through `noteAppended`. */
  beginRebuild(): void {
    this.#offsets = new OffsetIndex(this.baseOffset)
    this.#times = new TimeIndex(this.baseOffset)
    this.#bytesSinceEntry = 0
    this.#maxTimestamp = none
    this.#firstTimestamp = undefined
    this.#remembered = null
    this.size = 0
    this.#truncateIndexFiles()
    this.#rewriteAborted([])
  }

  /** After the last batch of a rebuild: cuts the file behind it and writes the indexes. */
  endRebuild(): void {
    this.#cut(this.size)
    this.finishTimeIndex()
    this.persistIndexes()
  }

  /** What the indexes would be, made from the batches as they stand. */
  rebuildIndexes(): void {
    const end = this.size
    const aborted = this.aborted
    this.beginRebuild()
    this.#rewriteAborted(aborted)
    scanHeaders(this.file.get(), 0, end, ({ buffer, at, size }) => {
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

  /** Renames the files to `*.deleted` (Kafka's way): readers go on, a restart removes them. */
  markDeleted(): void {
    this.#deleted = true
    for (const suffix of [logSuffix, ...this.#indexSuffixes()])
      this.#home.disk.renameSync(this.#path(suffix), this.#path(suffix + deletedSuffix))
    this.file.path = this.#path(logSuffix + deletedSuffix)
  }

  /** Removes the files that `markDeleted` has renamed. */
  removeDeleted(): void {
    this.file.close()
    for (const suffix of [logSuffix, offsetIndexSuffix, timeIndexSuffix, transactionIndexSuffix])
      this.#home.disk.removeSync(this.#path(suffix + deletedSuffix))
  }

  close(): void {
    this.file.close()
    this.#onEvict()
  }

  /** The directory of the log has a new name. */
  moved(): void {
    this.file.path = this.#path(logSuffix)
  }

  #path(suffix: string): string {
    return offsetFilePath(this.#home.directory, this.baseOffset, suffix)
  }

  #indexSuffixes(): string[] {
    const suffixes = [offsetIndexSuffix, timeIndexSuffix]
    if (this.#home.disk.existsSync(this.#path(transactionIndexSuffix))) suffixes.push(transactionIndexSuffix)
    return suffixes
  }

  #withFile(suffix: string, use: (file: DiskFile) => void): void {
    const file = this.#home.disk.openSync(this.#path(suffix), 'write')
    try {
      use(file)
    } finally {
      file.closeSync()
    }
  }

  #syncIndexes(): void {
    if (this.#deleted || !this.#indexesUnsynced) return
    for (const suffix of this.#indexSuffixes()) this.#withFile(suffix, (file) => file.syncSync())
    this.#indexesUnsynced = false
  }

  #loadIndexes(): void {
    // The indexes live as long as the file is open.
    this.file.get()
    const offsetBytes = this.#readIndexFile(offsetIndexSuffix)
    const timeBytes = this.#readIndexFile(timeIndexSuffix)
    const offsets = offsetBytes && OffsetIndex.decode(offsetBytes, this.baseOffset, this.size)
    const times = timeBytes && TimeIndex.decode(timeBytes, this.baseOffset)
    if (!offsets || !times) return this.rebuildIndexes()
    this.#offsets = offsets
    this.#times = times
    this.#offsetsInFile = offsets.length
    this.#timesInFile = times.length
  }

  #readLastTimeEntry(): TimeIndex | null {
    const path = this.#path(this.#deleted ? timeIndexSuffix + deletedSuffix : timeIndexSuffix)
    if (!this.#home.disk.existsSync(path)) return null
    const last = Buffer.alloc(timeEntryBytes)
    const file = this.#home.disk.openSync(path, 'read')
    try {
      const size = file.sizeSync()
      if (size < timeEntryBytes || size % timeEntryBytes !== 0) return null
      file.readSync(last, 0, timeEntryBytes, size - timeEntryBytes)
    } finally {
      file.closeSync()
    }
    const entry = TimeIndex.decode(last, this.baseOffset)
    return entry && entry.length > 0 ? entry : null
  }

  #readIndexFile(suffix: string): Buffer | null {
    // A segment that waits for its removal may still be read.
    const path = this.#path(this.#deleted ? suffix + deletedSuffix : suffix)
    return this.#home.disk.existsSync(path) ? this.#home.disk.readFileSync(path) : null
  }

  /** The log file has left the cache: so may the indexes, once the files hold all of them. */
  #onEvict(): void {
    this.#tryPersistIndexes()
    if (this.#offsets && this.#offsets.length > this.#offsetsInFile) return
    if (this.#times && this.#times.length > this.#timesInFile) return
    // What the time index does not say yet must survive it.
    if (this.#times) void this.maxTimestamp
    this.#offsets = null
    this.#times = null
    this.#aborted = null
    this.#remembered = null
  }

  /** For places that must not fail for an index: what cannot be written now is written at the next flush. */
  #tryPersistIndexes(): void {
    try {
      this.persistIndexes()
    } catch {
      // Disk full, mostly. The entries stay in memory; a flush reports it.
    }
  }

  #cut(position: number): void {
    this.size = position
    this.#remembered = null
    const file = this.file.get()
    if (file.sizeSync() > position) file.truncateSync(position)
    this.#truncateIndexFiles()
  }

  /** Removes entries from the index files that are no longer in memory, and preallocated zeros. */
  #truncateIndexFiles(): void {
    this.#offsetsInFile = Math.min(this.#offsetsInFile, this.offsets.length)
    this.#timesInFile = Math.min(this.#timesInFile, this.times.length)
    this.#withFile(offsetIndexSuffix, (file) => file.truncateSync(this.#offsetsInFile * offsetEntryBytes))
    this.#withFile(timeIndexSuffix, (file) => file.truncateSync(this.#timesInFile * timeEntryBytes))
    this.#indexesUnsynced = true
  }

  #rewriteAborted(entries: AbortedTransaction[]): void {
    this.#aborted = entries
    const path = this.#path(transactionIndexSuffix)
    if (!this.#home.disk.existsSync(path)) return
    if (entries.length === 0) this.#home.disk.unlinkSync(path)
    else this.#home.disk.writeFileAtomicSync(path, Buffer.concat(entries.map(encodeAbortedTransaction)))
  }
}

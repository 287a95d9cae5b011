import type { DiskFile } from '@sluice/effects'
import { OffsetIndex, offsetEntryBytes } from './offset-index.ts'
import {
  deletedSuffix,
  indexSuffixes,
  offsetFilePath,
  offsetIndexSuffix,
  timeIndexSuffix,
  transactionIndexSuffix,
} from './segment-names.ts'
import type { SegmentHome } from './segment-home.ts'
import { TimeIndex, timeEntryBytes } from './time-index.ts'
import {
  type AbortedTransaction,
  decodeTransactionIndex,
  encodeAbortedTransaction,
} from './transaction-index.ts'

/**
 * The three indexes of a segment, in memory and in their files.
 *
 * Entries of the offset and time index wait in memory and go to the file in one write. Nothing is lost by that:
 * entries above the recovery point are made anew after a crash, and the recovery point only moves after
 * `persist`.
 */
export class SegmentIndexes {
  readonly #home: SegmentHome
  readonly #baseOffset: number
  #offsets: OffsetIndex | null = null
  #times: TimeIndex | null = null
  #aborted: AbortedTransaction[] | null = null
  #offsetsInFile = 0
  #timesInFile = 0
  /** The entries are made anew, and the files are of before. */
  #areFilesOld = false
  /** Of their names, as of the log file's: empty, or one of those that files in between have. */
  #suffix: string
  /** Whether the files have bytes that are not durable. */
  #unsynced = false
  /** Syncs that are under way off the event loop. */
  #syncs = 0

  constructor(home: SegmentHome, baseOffset: number, suffix: string) {
    this.#home = home
    this.#baseOffset = baseOffset
    this.#suffix = suffix
  }

  /** Null until `load` or `reset`. */
  get offsets(): OffsetIndex | null {
    return this.#offsets
  }

  get times(): TimeIndex | null {
    return this.#times
  }

  get aborted(): AbortedTransaction[] {
    if (this.#aborted) return this.#aborted
    const bytes = this.#readFile(transactionIndexSuffix) ?? Buffer.alloc(0)
    this.#aborted = decodeTransactionIndex(bytes, this.#baseOffset) ?? []
    return this.#aborted
  }

  /** Entries of the offset index that are not in its file. */
  get pendingEntries(): number {
    return this.#areFilesOld ? 0 : (this.#offsets?.length ?? 0) - this.#offsetsInFile
  }

  /** Reads the offset and time index; false where a file is missing or cannot be an index of this log. */
  load(logSize: number): boolean {
    const offsetBytes = this.#readFile(offsetIndexSuffix)
    const timeBytes = this.#readFile(timeIndexSuffix)
    const offsets = offsetBytes && OffsetIndex.decode(offsetBytes, this.#baseOffset, logSize)
    const times = timeBytes && TimeIndex.decode(timeBytes, this.#baseOffset)
    if (!offsets || !times) return false
    this.#offsets = offsets
    this.#times = times
    this.#offsetsInFile = offsets.length
    this.#timesInFile = times.length
    return true
  }

  /** Where the last entry of the offset index points to; 0 where the file does not end with one. */
  readLastPosition(): number {
    const path = this.#path(offsetIndexSuffix)
    if (!this.#home.disk.existsSync(path)) return 0
    const position = Buffer.alloc(4)
    const file = this.#home.disk.openSync(path, 'read')
    try {
      const size = file.sizeSync()
      if (size > 0 && size % offsetEntryBytes === 0) file.readSync(position, 0, 4, size - 4)
    } finally {
      file.closeSync()
    }
    return Math.max(0, position.readInt32BE(0))
  }

  /** The last entry of the time index alone; null where the file does not end with one. */
  readLastTimeEntry(): TimeIndex | null {
    const path = this.#path(timeIndexSuffix)
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
    const entry = TimeIndex.decode(last, this.#baseOffset)
    return entry && entry.length > 0 ? entry : null
  }

  /** All are empty, and have no files yet. */
  begin(): void {
    this.#offsets = new OffsetIndex(this.#baseOffset)
    this.#times = new TimeIndex(this.#baseOffset)
    this.#aborted = []
    this.#areFilesOld = false
  }

  /** Makes all indexes empty, in memory and on disk. */
  reset(): void {
    this.begin()
    this.truncateFiles()
    this.rewriteAborted([])
  }

  /**
   * Makes all indexes empty in memory; `persist` then brings the files to what has been added. For a recovery, which comes to
   * what the files say in most cases: to cut thousands of them and write the same again makes a start wait for the disk.
   */
  beginAnew(): void {
    this.begin()
    this.#areFilesOld = true
    this.rewriteAborted([])
  }

  /** Drops what points at or after `offset`. */
  truncateTo(offset: number): void {
    this.#offsets?.truncateTo(offset)
    this.#times?.truncateTo(offset)
    this.truncateFiles()
    this.rewriteAborted(this.aborted.filter((entry) => entry.lastOffset < offset))
  }

  appendAborted(entry: AbortedTransaction): void {
    const entries = this.aborted
    const bytes = encodeAbortedTransaction(entry)
    this.#withFile(transactionIndexSuffix, (file) => file.writeSync(bytes, entries.length * bytes.length))
    this.#unsynced = true
    entries.push(entry)
  }

  rewriteAborted(entries: AbortedTransaction[]): void {
    this.#aborted = entries
    const path = this.#path(transactionIndexSuffix)
    if (entries.length > 0)
      this.#home.disk.writeFileAtomicSync(path, Buffer.concat(entries.map(encodeAbortedTransaction)))
    else if (this.#home.disk.existsSync(path)) this.#home.disk.unlinkSync(path)
  }

  /** Brings the files up to the entries in memory. */
  persist(): void {
    if (this.#isDeleted) return
    if (this.#areFilesOld) this.#renewFiles()
    if (this.#offsets && this.#offsets.length > this.#offsetsInFile) {
      const bytes = this.#offsets.encode(this.#offsetsInFile)
      const at = this.#offsetsInFile * offsetEntryBytes
      this.#withFile(offsetIndexSuffix, (file) => file.writeSync(bytes, at))
      this.#offsetsInFile = this.#offsets.length
      this.#unsynced = true
    }
    if (this.#times && this.#times.length > this.#timesInFile) {
      const bytes = this.#times.encode(this.#timesInFile)
      const at = this.#timesInFile * timeEntryBytes
      this.#withFile(timeIndexSuffix, (file) => file.writeSync(bytes, at))
      this.#timesInFile = this.#times.length
      this.#unsynced = true
    }
  }

  /** Whatever is right in them may not be durable. */
  #renewFiles(): void {
    this.#unsynced = true
    if (this.#offsets) this.#renew(offsetIndexSuffix, this.#offsets.encode(0))
    if (this.#times) this.#renew(timeIndexSuffix, this.#times.encode(0))
    this.#offsetsInFile = this.#offsets?.length ?? 0
    this.#timesInFile = this.#times?.length ?? 0
    this.#areFilesOld = false
  }

  #renew(suffix: string, bytes: Buffer): void {
    this.#withFile(suffix, (file) => {
      const size = file.sizeSync()
      const known = Buffer.alloc(Math.min(size, bytes.length))
      file.readSync(known, 0, known.length, 0)
      const from = known.equals(bytes.subarray(0, known.length)) ? known.length : 0
      if (from < bytes.length) file.writeSync(bytes.subarray(from), from)
      if (size > bytes.length) file.truncateSync(bytes.length)
    })
  }

  /** For places that must not fail for an index: what cannot be written now is written at the next flush. */
  tryPersist(): void {
    try {
      this.persist()
    } catch {
      // Disk full, mostly. The entries stay in memory; a flush reports it.
    }
  }

  /** Makes the files durable as they are. */
  sync(): void {
    if (this.#isDeleted || (!this.#unsynced && this.#syncs === 0)) return
    for (const suffix of this.#suffixes()) this.#withFile(suffix, (file) => file.syncSync())
    this.#unsynced = false
  }

  /** The same off the event loop. */
  async syncSoon(): Promise<void> {
    if (this.#isDeleted || !this.#unsynced) return
    this.#unsynced = false
    this.#syncs++
    try {
      for (const suffix of this.#suffixes()) {
        const file = this.#home.disk.openSync(this.#path(suffix), 'read')
        await file.sync().finally(() => file.closeSync())
        if (this.#isDeleted) return
      }
    } catch (error) {
      this.#unsynced = true
      throw error
    } finally {
      this.#syncs--
    }
  }

  /** Removes entries from the files that are no longer in memory, and zeros behind them. */
  truncateFiles(): void {
    this.#offsetsInFile = Math.min(this.#offsetsInFile, this.#offsets?.length ?? 0)
    this.#timesInFile = Math.min(this.#timesInFile, this.#times?.length ?? 0)
    this.#shorten(offsetIndexSuffix, this.#offsetsInFile * offsetEntryBytes)
    this.#shorten(timeIndexSuffix, this.#timesInFile * timeEntryBytes)
  }

  /** Gives the memory back, once the files hold everything. */
  release(): void {
    this.tryPersist()
    if (this.#areFilesOld) return
    if (this.#offsets && this.#offsets.length > this.#offsetsInFile) return
    if (this.#times && this.#times.length > this.#timesInFile) return
    this.#offsets = null
    this.#times = null
    this.#aborted = null
  }

  /** May be called again after the disk's error. */
  renameTo(suffix: string): void {
    if (suffix === this.#suffix) return
    for (const one of this.#suffixes()) this.#home.disk.renameSync(this.#path(one), this.#path(one, suffix))
    this.#suffix = suffix
  }

  removeFiles(suffixes: readonly string[]): void {
    for (const one of indexSuffixes)
      for (const suffix of suffixes) this.#home.disk.removeSync(this.#path(one, suffix))
  }

  get #isDeleted(): boolean {
    return this.#suffix === deletedSuffix
  }

  #path(indexSuffix: string, suffix = this.#suffix): string {
    return offsetFilePath(this.#home.directory, this.#baseOffset, indexSuffix + suffix)
  }

  /** Of the files that are there: a transaction index only after the first abort. */
  #suffixes(): string[] {
    return indexSuffixes.filter((suffix) => this.#home.disk.existsSync(this.#path(suffix)))
  }

  #withFile(suffix: string, use: (file: DiskFile) => void): void {
    const file = this.#home.disk.openSync(this.#path(suffix), 'write')
    try {
      use(file)
    } finally {
      file.closeSync()
    }
  }

  #shorten(suffix: string, length: number): void {
    this.#withFile(suffix, (file) => {
      if (file.sizeSync() <= length) return
      file.truncateSync(length)
      this.#unsynced = true
    })
  }

  #readFile(suffix: string): Buffer | null {
    const path = this.#path(suffix)
    return this.#home.disk.existsSync(path) ? this.#home.disk.readFileSync(path) : null
  }
}

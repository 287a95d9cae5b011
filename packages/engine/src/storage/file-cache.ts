import { assert, type Disk, type DiskFile } from '@sluice/effects'

const openMaxDefault = 500
/** Of the files that the process may have open so many are a broker's segments at most: a cluster has several. */
const shareOfOpenFiles = 1 / 8

/**
 * The open log files of a broker, bounded in number: a broker may hold more segments than the system allows
 * descriptors. A file opens at first use and closes when another needs its place, unless it is pinned.
 * Eviction is the clock algorithm: a hand goes round, spares what was used since it last came by.
 */
export class FileCache {
  readonly disk: Disk
  readonly #openMax: number
  readonly #open: CachedFile[] = []
  #hand = 0

  constructor(
    disk: Disk,
    openMax = Math.min(openMaxDefault, Math.floor(disk.openFilesMax * shareOfOpenFiles)),
  ) {
    this.disk = disk
    this.#openMax = openMax
  }

  get openCount(): number {
    return this.#open.length
  }

  /** Called by a file that is about to open. */
  admit(file: CachedFile): void {
    if (this.#open.length >= this.#openMax) this.#evictOne()
    this.#open.push(file)
  }

  /** Called by a file that has closed. */
  drop(file: CachedFile): void {
    const at = this.#open.indexOf(file)
    if (at < 0) return
    const last = this.#open.pop() as CachedFile
    if (last !== file) this.#open[at] = last
  }

  /** Closes what was not used since the last call, so that an idle partition holds no descriptor. */
  closeUnused(): void {
    for (const file of this.#open.slice()) file.evict()
  }

  #evictOne(): void {
    // Two rounds: the first may only clear marks. Where all are pinned the bound gives way.
    for (let tries = this.#open.length * 2; tries > 0; tries--) {
      if (this.#hand >= this.#open.length) this.#hand = 0
      const file = this.#open[this.#hand] as CachedFile
      if (file.evict()) return
      this.#hand++
    }
  }
}

/** Whose file it is. */
export interface FileOwner {
  /** Asked when the file opens: names change. */
  filePath(): string
  /** The place to drop what is only worth its memory while the file is in use. */
  fileEvicted(): void
}

/** A file that may be open or not. */
export class CachedFile {
  readonly #cache: FileCache
  readonly #owner: FileOwner
  #file: DiskFile | null = null
  #pins = 0
  #used = false
  #closing = false

  constructor(cache: FileCache, owner: FileOwner) {
    this.#cache = cache
    this.#owner = owner
  }

  /** The open file. It stays open until the caller lets go of the event loop or another file opens. */
  get(): DiskFile {
    this.#used = true
    if (this.#file) return this.#file
    const file = this.#cache.disk.openSync(this.#owner.filePath(), 'write')
    this.#cache.admit(this)
    this.#file = file
    return file
  }

  /** The open file, kept open until `unpin`: for asynchronous work. A renamed or removed file stays readable. */
  pin(): DiskFile {
    const file = this.get()
    this.#pins++
    return file
  }

  unpin(): void {
    assert(this.#pins > 0, 'unpin without a pin')
    this.#pins--
    if (this.#pins === 0 && this.#closing) this.#closeNow()
  }

  /** Closes now, or at the last `unpin`. */
  close(): void {
    if (!this.#file) return
    if (this.#pins > 0) this.#closing = true
    else this.#closeNow()
  }

  /** For the cache: closes unless pinned or used since the last call. */
  evict(): boolean {
    if (this.#pins > 0) return false
    if (this.#used) {
      this.#used = false
      return false
    }
    this.#closeNow()
    this.#owner.fileEvicted()
    return true
  }

  #closeNow(): void {
    const file = this.#file
    this.#file = null
    this.#closing = false
    this.#cache.drop(this)
    file?.closeSync()
  }
}

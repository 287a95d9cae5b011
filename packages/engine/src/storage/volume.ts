import { join } from 'node:path'
import type { Disk, DiskFile, DiskStat } from '@sluice/effects'
import { cleanedSuffix, logSuffix } from './segment-names.ts'
import type { Steps } from './slices.ts'

/** Kept back from records, as a file system keeps blocks back: a broker whose volume is full goes on with small files. */
const reserveShare = 1 / 20
const reserveBytesMax = 64 * 1024 * 1024
/** Files are written anew under such names, and count when they have their own. */
const temporarySuffix = '.tmp'
/** What tries whether the disk serves again is as large as records are. */
export const probeName = '.disk-probe'

/** The volume of a broker is full. To whoever writes it is what a full disk is. */
export class VolumeFullError extends Error {
  override name = 'VolumeFullError'
  readonly sizeBytes: number

  constructor(sizeBytes: number) {
    super(`ENOSPC: the volume of ${sizeBytes} bytes is full`)
    this.sizeBytes = sizeBytes
    Object.assign(this, { code: 'ENOSPC', syscall: 'write' })
  }
}

/**
 * The disk of one broker, of which the broker's directory may take so much and no more. What stands elsewhere is not
 * counted.
 *
 * Invariant: `usedBytes` is the sum of the sizes of all files in the directory, but for those that are being written anew.
 */
export class Volume implements Disk {
  readonly openFilesMax: number
  readonly #disk: Disk
  readonly #directory: string
  readonly #below: string
  #sizeBytes: number
  #usedBytes = 0

  constructor(disk: Disk, directory: string, sizeBytes: number) {
    this.openFilesMax = disk.openFilesMax
    this.#disk = disk
    this.#directory = directory
    this.#below = join(directory, '/')
    this.#sizeBytes = sizeBytes
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  resize(sizeBytes: number): void {
    this.#sizeBytes = sizeBytes
  }

  /** Counts what is there. Before it nothing may be written. */
  *measure(): Steps {
    this.#usedBytes = 0
    if (this.#disk.existsSync(this.#directory)) yield* this.#measure(this.#directory)
  }

  *#measure(directory: string): Steps {
    for (const { name, isDirectory } of this.#disk.readdirSync(directory)) {
      const path = join(directory, name)
      if (isDirectory) yield* this.#measure(path)
      else this.#usedBytes += this.#sizeOf(path)
    }
    yield
  }

  /** Throws where so many bytes more do not fit. */
  claim(bytes: number, isRecords: boolean): void {
    if (bytes > 0 && bytes > this.#freeBytes(isRecords)) throw new VolumeFullError(this.#sizeBytes)
  }

  took(bytes: number): void {
    this.#usedBytes = Math.max(0, this.#usedBytes + bytes)
  }

  #freeBytes(isRecords: boolean): number {
    const reserve = isRecords ? Math.min(this.#sizeBytes * reserveShare, reserveBytesMax) : 0
    return this.#sizeBytes - reserve - this.#usedBytes
  }

  openSync(path: string, mode: 'read' | 'write'): DiskFile {
    const file = this.#disk.openSync(path, mode)
    return mode === 'write' && this.#counts(path) ? new VolumeFile(this, file) : file
  }

  existsSync(path: string): boolean {
    return this.#disk.existsSync(path)
  }

  statSync(path: string): DiskStat {
    return this.#disk.statSync(path)
  }

  readdirSync(path: string): { name: string; isDirectory: boolean }[] {
    return this.#disk.readdirSync(path)
  }

  setModifiedSync(path: string, modifiedAtMs: number): void {
    this.#disk.setModifiedSync(path, modifiedAtMs)
  }

  mkdirSync(path: string): void {
    this.#disk.mkdirSync(path)
  }

  renameSync(from: string, to: string): void {
    const replaced = this.#treeBytes(to)
    this.#disk.renameSync(from, to)
    this.took(-replaced)
  }

  unlinkSync(path: string): void {
    const bytes = this.#treeBytes(path)
    this.#disk.unlinkSync(path)
    this.took(-bytes)
  }

  removeSync(path: string): void {
    const bytes = this.#treeBytes(path)
    this.#disk.removeSync(path)
    this.took(-bytes)
  }

  readFileSync(path: string): Buffer {
    return this.#disk.readFileSync(path)
  }

  writeFileAtomicSync(
    path: string,
    data: string | Uint8Array,
    options?: { mode?: number; durable?: boolean },
  ): void {
    const grown = this.#claimFor(path, data)
    this.#disk.writeFileAtomicSync(path, data, options)
    this.took(grown)
  }

  async writeFileAtomic(path: string, data: string | Uint8Array, isStale: () => boolean): Promise<void> {
    this.#claimFor(path, data)
    let grown = 0
    await this.#disk.writeFileAtomic(path, data, () => {
      const stale = isStale()
      grown = stale ? 0 : this.#claimFor(path, data)
      return stale
    })
    this.took(grown)
  }

  syncDirectorySync(path: string): void {
    this.#disk.syncDirectorySync(path)
  }

  syncDirectory(path: string): Promise<void> {
    return this.#disk.syncDirectory(path)
  }

  createExclusiveSync(path: string, data: string): void {
    const grown = this.#claimFor(path, data)
    this.#disk.createExclusiveSync(path, data)
    this.took(grown)
  }

  /** What is left for records: of the volume, or of the disk that it is on. */
  spaceSync(path: string): { totalBytes: number; usableBytes: number } {
    const { usableBytes } = this.#disk.spaceSync(path)
    const free = Math.max(0, Math.floor(this.#freeBytes(true)))
    return { totalBytes: this.#sizeBytes, usableBytes: usableBytes < 0 ? free : Math.min(usableBytes, free) }
  }

  /** By how much the directory grows when this file has such content. */
  #claimFor(path: string, data: string | Uint8Array): number {
    if (!this.#counts(path)) return 0
    const grown = Buffer.byteLength(data) - this.#treeBytes(path)
    this.claim(grown, isOfRecords(path))
    return grown
  }

  #counts(path: string): boolean {
    return path.startsWith(this.#below) && !path.endsWith(temporarySuffix)
  }

  #treeBytes(path: string): number {
    if (!this.#counts(path) || !this.#disk.existsSync(path)) return 0
    if (!this.#disk.statSync(path).isDirectory) return this.#sizeOf(path)
    let bytes = 0
    for (const { name } of this.#disk.readdirSync(path)) bytes += this.#treeBytes(join(path, name))
    return bytes
  }

  /** A file may go while it is counted: what removes it in the background is another's work. */
  #sizeOf(path: string): number {
    if (path.endsWith(temporarySuffix)) return 0
    try {
      return this.#disk.statSync(path).size
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
      throw error
    }
  }
}

function isOfRecords(path: string): boolean {
  return [logSuffix, logSuffix + cleanedSuffix, probeName].some((end) => path.endsWith(end))
}

/** An open file that may grow as far as its volume has room. Its size is known without asking: it has one writer. */
class VolumeFile implements DiskFile {
  readonly path: string
  readonly #volume: Volume
  readonly #file: DiskFile
  readonly #isRecords: boolean
  #size: number

  constructor(volume: Volume, file: DiskFile) {
    this.path = file.path
    this.#volume = volume
    this.#file = file
    this.#isRecords = isOfRecords(file.path)
    this.#size = file.sizeSync()
  }

  writeSync(data: Uint8Array, position: number): void {
    const end = position + data.length
    this.#volume.claim(end - this.#size, this.#isRecords)
    try {
      this.#file.writeSync(data, position)
    } catch (error) {
      this.#look()
      throw error
    }
    this.#reached(end)
  }

  writevSync(data: readonly Uint8Array[], position: number): void {
    let end = position
    for (const part of data) end += part.length
    this.#volume.claim(end - this.#size, this.#isRecords)
    try {
      this.#file.writevSync(data, position)
    } catch (error) {
      this.#look()
      throw error
    }
    this.#reached(end)
  }

  #reached(end: number): void {
    if (end <= this.#size) return
    this.#volume.took(end - this.#size)
    this.#size = end
  }

  /** A write that failed may have come to something. */
  #look(): void {
    const size = this.#file.sizeSync()
    this.#volume.took(size - this.#size)
    this.#size = size
  }

  readSync(target: Uint8Array, offset: number, length: number, position: number): number {
    return this.#file.readSync(target, offset, length, position)
  }

  read(target: Uint8Array, offset: number, length: number, position: number): Promise<number> {
    return this.#file.read(target, offset, length, position)
  }

  sizeSync(): number {
    return this.#file.sizeSync()
  }

  truncateSync(length: number): void {
    this.#file.truncateSync(length)
    this.#volume.took(length - this.#size)
    this.#size = length
  }

  syncSync(): void {
    this.#file.syncSync()
  }

  sync(): Promise<void> {
    return this.#file.sync()
  }

  closeSync(): void {
    this.#file.closeSync()
  }
}

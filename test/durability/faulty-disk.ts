import type { Disk, DiskFile, DiskStat } from '@sluice/effects'

/** What a disk may refuse. */
type DiskOperation =
  | 'open'
  | 'write'
  | 'read'
  | 'truncate'
  | 'sync'
  | 'mkdir'
  | 'rename'
  | 'remove'
  | 'replace'

/** The code with which an operation fails, null where it goes well. */
export type Fault = (operation: DiskOperation, path: string) => string | null

/** Another disk that fails as told. A write that fails has written some of its bytes, as on a full disk. */
export class FaultyDisk implements Disk {
  fault: Fault = () => null
  readonly #disk: Disk

  constructor(disk: Disk) {
    this.#disk = disk
  }

  get openFilesMax(): number {
    return this.#disk.openFilesMax
  }

  openSync(path: string, mode: 'read' | 'write'): DiskFile {
    this.check('open', path)
    return new FaultyFile(this, this.#disk.openSync(path, mode))
  }

  existsSync(path: string): boolean {
    return this.#disk.existsSync(path)
  }

  statSync(path: string): DiskStat {
    return this.#disk.statSync(path)
  }

  setModifiedSync(path: string, modifiedAtMs: number): void {
    this.#disk.setModifiedSync(path, modifiedAtMs)
  }

  readdirSync(path: string): { name: string; isDirectory: boolean }[] {
    this.check('read', path)
    return this.#disk.readdirSync(path)
  }

  mkdirSync(path: string): void {
    this.check('mkdir', path)
    this.#disk.mkdirSync(path)
  }

  renameSync(from: string, to: string): void {
    this.check('rename', from)
    this.#disk.renameSync(from, to)
  }

  unlinkSync(path: string): void {
    this.check('remove', path)
    this.#disk.unlinkSync(path)
  }

  removeSync(path: string): void {
    this.check('remove', path)
    this.#disk.removeSync(path)
  }

  readFileSync(path: string): Buffer {
    this.check('read', path)
    return this.#disk.readFileSync(path)
  }

  writeFileAtomicSync(
    path: string,
    data: string | Uint8Array,
    options?: { mode?: number; durable?: boolean },
  ): void {
    this.check('replace', path)
    this.#disk.writeFileAtomicSync(path, data, options)
  }

  async writeFileAtomic(path: string, data: string | Uint8Array, isStale: () => boolean): Promise<void> {
    this.check('replace', path)
    await this.#disk.writeFileAtomic(path, data, isStale)
  }

  async syncDirectory(path: string): Promise<void> {
    this.check('sync', path)
    await this.#disk.syncDirectory(path)
  }

  syncDirectorySync(path: string): void {
    this.check('sync', path)
    this.#disk.syncDirectorySync(path)
  }

  createExclusiveSync(path: string, data: string): void {
    this.check('replace', path)
    this.#disk.createExclusiveSync(path, data)
  }

  spaceSync(path: string): { totalBytes: number; usableBytes: number } {
    return this.#disk.spaceSync(path)
  }

  check(operation: DiskOperation, path: string): void {
    const code = this.fault(operation, path)
    if (code !== null)
      throw Object.assign(new Error(`${code}: ${operation} '${path}'`), { code, syscall: operation, path })
  }
}

class FaultyFile implements DiskFile {
  readonly path: string
  readonly #disk: FaultyDisk
  readonly #file: DiskFile

  constructor(disk: FaultyDisk, file: DiskFile) {
    this.#disk = disk
    this.#file = file
    this.path = file.path
  }

  writeSync(data: Uint8Array, position: number): void {
    try {
      this.#disk.check('write', this.path)
    } catch (error) {
      this.#file.writeSync(data.subarray(0, data.length >> 1), position)
      throw error
    }
    this.#file.writeSync(data, position)
  }

  writevSync(data: readonly Uint8Array[], position: number): void {
    this.writeSync(Buffer.concat(data), position)
  }

  readSync(target: Uint8Array, offset: number, length: number, position: number): number {
    this.#disk.check('read', this.path)
    return this.#file.readSync(target, offset, length, position)
  }

  async read(target: Uint8Array, offset: number, length: number, position: number): Promise<number> {
    this.#disk.check('read', this.path)
    return this.#file.read(target, offset, length, position)
  }

  sizeSync(): number {
    return this.#file.sizeSync()
  }

  truncateSync(length: number): void {
    this.#disk.check('truncate', this.path)
    this.#file.truncateSync(length)
  }

  syncSync(): void {
    this.#disk.check('sync', this.path)
    this.#file.syncSync()
  }

  async sync(): Promise<void> {
    this.#disk.check('sync', this.path)
    await this.#file.sync()
  }

  closeSync(): void {
    this.#file.closeSync()
  }
}

import { dirname } from 'node:path'
import type { Disk, DiskFile, DiskStat } from './disk.ts'

type Node =
  | { directory: true; modifiedAtMs: number }
  | {
      directory: false
      data: Buffer
      size: number
      modifiedAtMs: number
      /** Replaced at each sync, never changed in place. */
      synced: Buffer
      /** How many syncs have begun, and the last of them whose content has become durable. */
      syncs: number
      lastSynced: number
    }

/** A disk in memory, with faults on request. Paths are absolute and use `/`. */
export class MemoryDisk implements Disk {
  openFilesMax = Infinity
  readonly #nodes = new Map<string, Node>([['/', { directory: true, modifiedAtMs: 0 }]])
  readonly #now: () => number
  /** A power cut may come. Without one nothing is kept twice. */
  readonly isForgetful: boolean
  /** Called before each operation; throw here to make it fail. */
  beforeOperation: (operation: string, path: string) => void = () => {}
  /** How long a sync takes that nobody blocks for: what is written meanwhile is not durable with it. */
  duringSync: (path: string) => Promise<void> = () => Promise.resolve()
  /** The process that has it has died. */
  isLeft = false

  constructor(now: () => number = () => 0, { isForgetful = true }: { isForgetful?: boolean } = {}) {
    this.#now = now
    this.isForgetful = isForgetful
  }

  /** Makes the next operations of this name, below a path, fail with this system error code, e.g. ('write', 'ENOSPC'). */
  failNext(operation: string, code: string, times = 1, under = ''): void {
    let left = times
    const before = this.beforeOperation
    this.beforeOperation = (name, path) => {
      before(name, path)
      if (name === operation && left > 0 && path.startsWith(under)) {
        left--
        throw systemError(code, name, path)
      }
    }
  }

  /** What a power cut leaves below a path: files fall back to their content at their last sync. Names stay. */
  loseUnsynced(under = ''): void {
    for (const [path, node] of this.#nodes) {
      if (node.directory || !path.startsWith(under)) continue
      node.data = Buffer.from(node.synced)
      node.size = node.synced.length
    }
  }

  /** Another disk with all that is on this one now. Both go on. */
  copy(): MemoryDisk {
    const copy = new MemoryDisk(this.#now, this)
    for (const [path, node] of this.#nodes)
      copy.#nodes.set(path, node.directory ? { ...node } : { ...node, data: Buffer.from(writtenTo(node)) })
    return copy
  }

  /**
   * The disk as the next process finds it; this one stays with the one that has died. Without `survives` only the process
   * has ended, and nothing is lost. After a power cut it says what is left of each file; that is durable then. Names stay.
   */
  afterCrash(survives?: (path: string, synced: Buffer, written: Buffer) => Buffer): MemoryDisk {
    const found = new MemoryDisk(this.#now, this)
    this.isLeft = true
    for (const [path, node] of this.#nodes) {
      if (node.directory) {
        found.#nodes.set(path, { ...node })
        continue
      }
      const written = writtenTo(node)
      const left = Buffer.from(survives ? survives(path, node.synced, written) : written)
      const synced = survives ? Buffer.from(left) : node.synced
      found.#nodes.set(path, { ...node, data: left, size: left.length, synced, syncs: 0, lastSynced: 0 })
    }
    return found
  }

  /**
   * A file as its readers see it, or what a power cut would leave of it in any case. For whoever looks from outside: no
   * operation of the disk. Null where there is no such file.
   */
  contentOf(path: string, state: 'written' | 'synced'): Buffer | null {
    const node = this.#nodes.get(path)
    if (!node || node.directory) return null
    return state === 'synced' ? node.synced : writtenTo(node)
  }

  openSync(path: string, mode: 'read' | 'write'): DiskFile {
    this.beforeOperation('open', path)
    let node = this.#nodes.get(path)
    if (node?.directory) throw systemError('EISDIR', 'open', path)
    if (!node) {
      if (mode === 'read' || !this.#nodes.get(dirname(path))?.directory)
        throw systemError('ENOENT', 'open', path)
      node = {
        directory: false,
        data: Buffer.alloc(0),
        size: 0,
        modifiedAtMs: this.#now(),
        synced: Buffer.alloc(0),
        syncs: 0,
        lastSynced: 0,
      }
      this.#nodes.set(path, node)
    }
    return new MemoryFile(this, path, node as Extract<Node, { directory: false }>, this.#now)
  }

  existsSync(path: string): boolean {
    return this.#nodes.has(path)
  }

  statSync(path: string): DiskStat {
    const node = this.#node(path, 'stat')
    return {
      size: node.directory ? 0 : node.size,
      modifiedAtMs: node.modifiedAtMs,
      isDirectory: node.directory,
      isFile: !node.directory,
    }
  }

  setModifiedSync(path: string, modifiedAtMs: number): void {
    this.beforeOperation('setModified', path)
    this.#node(path, 'utimes').modifiedAtMs = modifiedAtMs
  }

  readdirSync(path: string): { name: string; isDirectory: boolean }[] {
    if (!this.#node(path, 'readdir').directory) throw systemError('ENOTDIR', 'readdir', path)
    const prefix = path === '/' ? '/' : `${path}/`
    const entries: { name: string; isDirectory: boolean }[] = []
    for (const [at, node] of this.#nodes) {
      if (at.length === prefix.length || !at.startsWith(prefix) || at.includes('/', prefix.length)) continue
      entries.push({ name: at.slice(prefix.length), isDirectory: node.directory })
    }
    return entries
  }

  mkdirSync(path: string): void {
    this.beforeOperation('mkdir', path)
    for (let at = path; !this.#nodes.has(at); at = dirname(at))
      this.#nodes.set(at, { directory: true, modifiedAtMs: this.#now() })
  }

  renameSync(from: string, to: string): void {
    this.beforeOperation('rename', from)
    const node = this.#node(from, 'rename')
    if (node.directory) {
      for (const [at, child] of [...this.#nodes]) {
        if (!at.startsWith(`${from}/`)) continue
        this.#nodes.delete(at)
        this.#nodes.set(to + at.slice(from.length), child)
      }
    }
    this.#nodes.delete(from)
    this.#nodes.set(to, node)
  }

  unlinkSync(path: string): void {
    this.beforeOperation('unlink', path)
    this.#node(path, 'unlink')
    this.#nodes.delete(path)
  }

  removeSync(path: string): void {
    this.beforeOperation('remove', path)
    for (const at of [...this.#nodes.keys()])
      if (at === path || at.startsWith(`${path}/`)) this.#nodes.delete(at)
  }

  readFileSync(path: string): Buffer {
    this.beforeOperation('readFile', path)
    const node = this.#node(path, 'open')
    if (node.directory) throw systemError('EISDIR', 'read', path)
    return Buffer.from(node.data.subarray(0, node.size))
  }

  writeFileAtomicSync(path: string, data: string | Uint8Array, options?: { durable?: boolean }): void {
    this.beforeOperation('writeFileAtomic', path)
    if (!this.#nodes.get(dirname(path))?.directory) throw systemError('ENOENT', 'open', path)
    const content = Buffer.from(data as Uint8Array)
    this.#nodes.set(path, {
      directory: false,
      data: content,
      size: content.length,
      modifiedAtMs: this.#now(),
      synced: options?.durable === false ? Buffer.alloc(0) : Buffer.from(content),
      syncs: 0,
      lastSynced: 0,
    })
  }

  async writeFileAtomic(path: string, data: string | Uint8Array, isStale: () => boolean): Promise<void> {
    await this.duringSync(path)
    if (!isStale()) this.writeFileAtomicSync(path, data)
  }

  async syncDirectory(path: string): Promise<void> {
    this.syncDirectorySync(path)
  }

  syncDirectorySync(path: string): void {
    this.beforeOperation('syncDirectory', path)
  }

  createExclusiveSync(path: string, data: string): void {
    if (this.#nodes.has(path)) throw systemError('EEXIST', 'open', path)
    this.writeFileAtomicSync(path, data)
  }

  spaceSync(): { totalBytes: number; usableBytes: number } {
    return { totalBytes: 2 ** 40, usableBytes: 2 ** 40 }
  }

  #node(path: string, operation: string): Node {
    const node = this.#nodes.get(path)
    if (!node) throw systemError('ENOENT', operation, path)
    return node
  }
}

function writtenTo(file: Extract<Node, { directory: false }>): Buffer {
  return file.data.subarray(0, file.size)
}

class MemoryFile implements DiskFile {
  readonly path: string
  readonly #disk: MemoryDisk
  readonly #node: Extract<Node, { directory: false }>
  readonly #now: () => number

  constructor(disk: MemoryDisk, path: string, node: Extract<Node, { directory: false }>, now: () => number) {
    this.#disk = disk
    this.path = path
    this.#node = node
    this.#now = now
  }

  writeSync(data: Uint8Array, position: number): void {
    this.#disk.beforeOperation('write', this.path)
    const node = this.#node
    const end = position + data.length
    if (end > node.data.length) {
      const grown = Buffer.alloc(Math.max(end, node.data.length * 2))
      node.data.copy(grown, 0, 0, node.size)
      node.data = grown
    }
    node.data.set(data, position)
    node.size = Math.max(node.size, end)
    node.modifiedAtMs = this.#now()
  }

  writevSync(data: readonly Uint8Array[], position: number): void {
    this.writeSync(Buffer.concat(data), position)
  }

  readSync(target: Uint8Array, offset: number, length: number, position: number): number {
    this.#disk.beforeOperation('read', this.path)
    const available = Math.max(0, Math.min(length, this.#node.size - position))
    target.set(this.#node.data.subarray(position, position + available), offset)
    return available
  }

  async read(target: Uint8Array, offset: number, length: number, position: number): Promise<number> {
    return this.readSync(target, offset, length, position)
  }

  sizeSync(): number {
    return this.#node.size
  }

  truncateSync(length: number): void {
    this.#disk.beforeOperation('truncate', this.path)
    const node = this.#node
    if (length > node.size) this.writeSync(Buffer.alloc(length - node.size), node.size)
    node.data.fill(0, length)
    node.size = length
  }

  syncSync(): void {
    this.#disk.beforeOperation('sync', this.path)
    this.#synced(this.#content(), ++this.#node.syncs)
  }

  async sync(): Promise<void> {
    this.#disk.beforeOperation('sync', this.path)
    const content = this.#content()
    const order = ++this.#node.syncs
    await this.#disk.duringSync(this.path)
    // Nobody may rest on what has come too late for the next process.
    if (this.#disk.isLeft) throw systemError('EIO', 'sync', this.path)
    this.#synced(content, order)
  }

  #content(): Buffer {
    return this.#disk.isForgetful ? Buffer.from(writtenTo(this.#node)) : this.#node.synced
  }

  /** Of two syncs that run together the one that began last has seen more. */
  #synced(content: Buffer, order: number): void {
    if (order < this.#node.lastSynced) return
    this.#node.synced = content
    this.#node.lastSynced = order
  }

  closeSync(): void {}
}

function systemError(code: string, operation: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${operation} '${path}'`), { code, syscall: operation, path })
}

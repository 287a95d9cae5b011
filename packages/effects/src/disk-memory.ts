import { basename, dirname, join } from 'node:path'
import type { Disk, DiskFile, DiskStat } from './disk.ts'

interface File {
  readonly directory: false
  data: Buffer
  size: number
  modifiedAtMs: number
  /** Replaced at each sync, never changed in place. */
  synced: Buffer
  /** How many syncs have begun, and the last of them whose content has become durable. */
  syncs: number
  lastSynced: number
}

interface Directory {
  readonly directory: true
  modifiedAtMs: number
  /** What it held when it was last synced. */
  durable: Map<string, Node>
  /** What was done to its names since, in order. */
  changes: Change[]
  /** How many have become durable before those. */
  changesSynced: number
}

type Node = File | Directory

/** Names that change together, and what each of them means from then on; null: nothing. */
type Change = readonly (readonly [name: string, node: Node | null])[]

/** What a power cut leaves. */
interface Survivors {
  /** Of what was written to a file. */
  readonly content: (path: string, synced: Buffer, written: Buffer) => Buffer
  /** How many of so many changes of names in a directory, the first ones. */
  readonly names: (path: string, changes: number) => number
}

/** All that nobody has promised is gone. */
export const onlySynced: Survivors = { content: (_, synced) => synced, names: () => 0 }

/**
 * A disk in memory, with faults on request. Paths are absolute and use `/`.
 *
 * A power cut takes what is not synced, names as well as content, and each apart from the other: POSIX promises a name only
 * once its directory is synced, and that of the directory in the one above it. Of the changes in one directory the first ones
 * survive, for all file systems with a journal keep their order, and what a log leaves in its directory rests on it as Apache
 * Kafka's does; directories do not wait for each other, nor for files. It is harder than ext4, whose fsync of any file keeps
 * all names that were changed before it.
 */
export class MemoryDisk implements Disk {
  openFilesMax = Infinity
  /** All that there is now, by path. */
  #nodes = new Map<string, Node>([['/', newDirectory(0)]])
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

  /** What a power cut leaves below a path in any case: names and files as they were at their last sync. */
  loseUnsynced(under = ''): void {
    this.#lose(under, onlySynced)
  }

  /** Another disk with all that is on this one now. Both go on. */
  copy(): MemoryDisk {
    const copy = new MemoryDisk(this.#now, this)
    const copies = new Map<Node, Node>()
    for (const [path, node] of this.#nodes) copy.#nodes.set(path, copied(node, copies))
    return copy
  }

  /**
   * The disk as the next process finds it; this one stays with the one that has died. Without `survivors` only the process
   * has ended, and nothing is lost. After a power cut they say what is left; that is durable then.
   */
  afterCrash(survivors?: Survivors): MemoryDisk {
    this.isLeft = true
    const found = this.copy()
    if (survivors) found.#lose('', survivors)
    return found
  }

  /**
   * A file as its readers see it, or what a power cut would leave of it in any case. For whoever looks from outside: no
   * operation of the disk. Null where there is no such file.
   */
  contentOf(path: string, state: 'written' | 'synced'): Buffer | null {
    const node = state === 'synced' ? this.#durableNode(path) : this.#nodes.get(path)
    if (!node || node.directory) return null
    return state === 'synced' ? node.synced : writtenTo(node)
  }

  #durableNode(path: string): Node | undefined {
    if (path === '/') return this.#nodes.get(path)
    const parent = this.#durableNode(dirname(path))
    return parent?.directory ? parent.durable.get(basename(path)) : undefined
  }

  #lose(under: string, { content, names }: Survivors): void {
    const before = this.#nodes
    this.#nodes = new Map()
    const lose = (path: string, node: Node): void => {
      this.#nodes.set(path, node)
      if (!node.directory) {
        if (!path.startsWith(under)) return
        node.data = Buffer.from(content(path, node.synced, writtenTo(node)))
        node.size = node.data.length
        node.synced = Buffer.from(node.data)
        return
      }
      if (path.startsWith(under)) {
        makeDurable(node, node.changesSynced + names(path, node.changes.length))
        node.changes = []
        for (const [name, child] of node.durable) lose(join(path, name), child)
      } else for (const [at, child] of before) if (at !== '/' && dirname(at) === path) lose(at, child)
    }
    lose('/', before.get('/') as Node)
  }

  openSync(path: string, mode: 'read' | 'write'): DiskFile {
    this.beforeOperation('open', path)
    let node = this.#nodes.get(path)
    if (node?.directory) throw systemError('EISDIR', 'open', path)
    if (!node) {
      if (mode === 'read') throw systemError('ENOENT', 'open', path)
      node = newFile(Buffer.alloc(0), this.#now(), false)
      this.#put(path, node)
    }
    return new MemoryFile(this, path, node, this.#now)
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
    if (this.#nodes.has(path)) return
    if (!this.#nodes.has(dirname(path))) this.mkdirSync(dirname(path))
    this.#put(path, newDirectory(this.#now()))
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
    const [old, now] = [[basename(from), null] as const, [basename(to), node] as const]
    if (dirname(from) === dirname(to)) return this.#changed(dirname(to), [old, now])
    // A power cut may leave both names, or none.
    this.#changed(dirname(to), [now])
    this.#changed(dirname(from), [old])
  }

  unlinkSync(path: string): void {
    this.beforeOperation('unlink', path)
    this.#node(path, 'unlink')
    this.#delete(path)
  }

  removeSync(path: string): void {
    this.beforeOperation('remove', path)
    const doomed = [...this.#nodes.keys()].filter((at) => at === path || at.startsWith(`${path}/`))
    // What is in a directory goes before it.
    for (const at of doomed.sort((one, other) => other.length - one.length)) this.#delete(at)
  }

  readFileSync(path: string): Buffer {
    this.beforeOperation('readFile', path)
    const node = this.#node(path, 'open')
    if (node.directory) throw systemError('EISDIR', 'read', path)
    return Buffer.from(node.data.subarray(0, node.size))
  }

  writeFileAtomicSync(path: string, data: string | Uint8Array, options?: { durable?: boolean }): void {
    this.beforeOperation('writeFileAtomic', path)
    const content = Buffer.from(data as Uint8Array)
    const isDurable = options?.durable !== false
    this.#put(path, newFile(content, this.#now(), isDurable))
    if (isDurable) this.#syncNames(dirname(path))
  }

  async writeFileAtomic(path: string, data: string | Uint8Array, isStale: () => boolean): Promise<void> {
    await this.duringSync(path)
    if (isStale()) return
    this.beforeOperation('writeFileAtomic', path)
    this.#put(path, newFile(Buffer.from(data as Uint8Array), this.#now(), true))
  }

  async syncDirectory(path: string): Promise<void> {
    this.beforeOperation('syncDirectory', path)
    const directory = this.#node(path, 'open')
    if (!directory.directory) throw systemError('ENOTDIR', 'open', path)
    const upTo = directory.changesSynced + directory.changes.length
    await this.duringSync(path)
    if (this.isLeft) throw systemError('EIO', 'sync', path)
    makeDurable(directory, upTo)
  }

  syncDirectorySync(path: string): void {
    this.beforeOperation('syncDirectory', path)
    this.#syncNames(path)
  }

  createExclusiveSync(path: string, data: string): void {
    if (this.#nodes.has(path)) throw systemError('EEXIST', 'open', path)
    this.writeFileAtomicSync(path, data, { durable: false })
  }

  spaceSync(): { totalBytes: number; usableBytes: number } {
    return { totalBytes: 2 ** 40, usableBytes: 2 ** 40 }
  }

  #node(path: string, operation: string): Node {
    const node = this.#nodes.get(path)
    if (!node) throw systemError('ENOENT', operation, path)
    return node
  }

  #put(path: string, node: Node): void {
    if (!this.#nodes.get(dirname(path))?.directory) throw systemError('ENOENT', 'open', path)
    this.#nodes.set(path, node)
    this.#changed(dirname(path), [[basename(path), node]])
  }

  #delete(path: string): void {
    this.#nodes.delete(path)
    this.#changed(dirname(path), [[basename(path), null]])
  }

  #changed(path: string, change: Change): void {
    const directory = this.#nodes.get(path)
    if (this.isForgetful && directory?.directory) directory.changes.push(change)
  }

  #syncNames(path: string): void {
    const directory = this.#node(path, 'open')
    if (directory.directory) makeDurable(directory, directory.changesSynced + directory.changes.length)
  }
}

function newDirectory(modifiedAtMs: number): Directory {
  return { directory: true, modifiedAtMs, durable: new Map(), changes: [], changesSynced: 0 }
}

function newFile(data: Buffer, modifiedAtMs: number, isSynced: boolean): File {
  const synced = Buffer.from(isSynced ? data : '')
  return { directory: false, data, size: data.length, modifiedAtMs, synced, syncs: 0, lastSynced: 0 }
}

/** Changes of its names, counted from its beginning, are durable below `upTo`. */
function makeDurable(directory: Directory, upTo: number): void {
  const count = Math.max(0, upTo - directory.changesSynced)
  for (const [name, node] of directory.changes.splice(0, count).flat())
    if (node) directory.durable.set(name, node)
    else directory.durable.delete(name)
  directory.changesSynced += count
}

/** What has two names, or had another one, is one thing in the copy, too. */
function copied(node: Node, copies: Map<Node, Node>): Node {
  const known = copies.get(node)
  if (known) return known
  if (!node.directory) {
    const copy = { ...node, data: Buffer.from(writtenTo(node)), syncs: 0, lastSynced: 0 }
    copies.set(node, copy)
    return copy
  }
  const copy = { ...node }
  copies.set(node, copy)
  copy.durable = new Map([...node.durable].map(([name, child]) => [name, copied(child, copies)]))
  copy.changes = node.changes.map((change) =>
    change.map(([name, child]) => [name, child && copied(child, copies)] as const),
  )
  return copy
}

function writtenTo(file: File): Buffer {
  return file.data.subarray(0, file.size)
}

class MemoryFile implements DiskFile {
  readonly path: string
  readonly #disk: MemoryDisk
  readonly #node: File
  readonly #now: () => number

  constructor(disk: MemoryDisk, path: string, node: File, now: () => number) {
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

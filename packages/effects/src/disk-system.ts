import * as fs from 'node:fs'
import { dirname, join, basename } from 'node:path'
import type { Disk, DiskFile } from './disk.ts'
import { FewAtOnce } from './few-at-once.ts'

/** Linux refuses more buffers than this in one writev (IOV_MAX). */
const writevBuffersMax = 1024

/** What is kept is its user's own, whatever the umask says. */
const fileMode = 0o600
const directoryMode = 0o700

/**
 * Node has four threads for all that goes on beside its event loop, and an fsync may keep one for seconds: records that are
 * read for a client are not to wait for that.
 */
const fsyncs = new FewAtOnce(3)

/** Where the system does not tell: what most allow at least. */
const openFilesMaxUnknown = 1024

/** Node raises the soft limit to the hard one when it starts. Only Linux tells without a report of everything. */
function openFilesMax(): number {
  try {
    const limits = fs.readFileSync('/proc/self/limits', 'utf8')
    const [, soft] = /^Max open files +(\S+)/m.exec(limits) ?? []
    return soft === 'unlimited' ? Infinity : Number(soft ?? openFilesMaxUnknown)
  } catch {
    return process.platform === 'win32' ? Infinity : openFilesMaxUnknown
  }
}

export function systemDisk(): Disk {
  return {
    openFilesMax: openFilesMax(),
    openSync(path, mode) {
      // O_CREAT without O_TRUNC: 'a+' would force every positional write to the end on Linux.
      const flags = mode === 'read' ? fs.constants.O_RDONLY : fs.constants.O_RDWR | fs.constants.O_CREAT
      return new SystemFile(path, fs.openSync(path, flags, fileMode))
    },
    existsSync: (path) => fs.existsSync(path),
    statSync(path) {
      const stat = fs.statSync(path)
      return {
        size: stat.size,
        modifiedAtMs: stat.mtimeMs,
        isDirectory: stat.isDirectory(),
        isFile: stat.isFile(),
      }
    },
    setModifiedSync: (path, modifiedAtMs) => fs.utimesSync(path, modifiedAtMs / 1000, modifiedAtMs / 1000),
    readdirSync: (path) =>
      fs.readdirSync(path, { withFileTypes: true }).map((entry) => ({
        name: entry.name,
        isDirectory: entry.isDirectory(),
      })),
    mkdirSync: makeDirectory,
    renameSync: (from, to) => fs.renameSync(from, to),
    unlinkSync: (path) => fs.unlinkSync(path),
    removeSync: remove,
    readFileSync: (path) => fs.readFileSync(path),
    writeFileAtomicSync(path, data, options) {
      const temporary = join(dirname(path), `${basename(path)}.tmp`)
      const fd = openNew(temporary, options?.mode)
      try {
        try {
          fs.writeFileSync(fd, data)
          if (options?.durable !== false) fs.fsyncSync(fd)
        } finally {
          fs.closeSync(fd)
        }
        fs.renameSync(temporary, path)
      } catch (error) {
        // What a full disk took of it would be missed by others.
        fs.rmSync(temporary, { force: true })
        throw error
      }
      if (options?.durable !== false) syncDirectory(dirname(path))
    },
    writeFileAtomic,
    syncDirectorySync: syncDirectory,
    syncDirectory: async (path) => {
      if (process.platform === 'win32') return
      const directory = await opened(path, 'r')
      try {
        await fsyncs.run((ended) => fs.fsync(directory, ended))
      } finally {
        await closed(directory)
      }
    },
    createExclusiveSync: (path, data) => fs.writeFileSync(path, data, { flag: 'wx', mode: fileMode }),
    spaceSync(path) {
      const stat = fs.statfsSync(path)
      return { totalBytes: stat.blocks * stat.bsize, usableBytes: stat.bavail * stat.bsize }
    },
  }
}

/** Through the callback forms: `fs.promises` is a module of its own, and a start would load it for a file or two. */
async function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  isStale: () => boolean,
): Promise<void> {
  // Not the name that the blocking form uses: both may be at work.
  const temporary = join(dirname(path), `${basename(path)}.next.tmp`)
  const file = await opened(temporary, 'w')
  try {
    await done((callback) => fs.writeFile(file, data, callback))
    await fsyncs.run((ended) => fs.fsync(file, ended))
  } finally {
    await closed(file)
  }
  if (isStale()) await done((callback) => fs.rm(temporary, { force: true }, callback))
  else await done((callback) => fs.rename(temporary, path, callback))
}

function done(start: (callback: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())))
}

function opened(path: string, flags: string): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.open(path, flags, fileMode, (error, fd) => (error ? reject(error) : resolve(fd)))
  })
}

function closed(fd: number): Promise<void> {
  return done((callback) => fs.close(fd, callback))
}

/** What a crash has left there is overwritten, or, where its mode may be the wrong one, removed. */
function openNew(path: string, mode: number | undefined): number {
  try {
    if (mode === undefined) return fs.openSync(path, 'w', fileMode)
  } catch {
    // Its mode forbids writing, or what is wrong shows again below.
  }
  fs.rmSync(path, { force: true })
  return fs.openSync(path, 'w', mode ?? fileMode)
}

/** Most are files. The recursive form is a module of its own, which a start need not load. */
function remove(path: string): void {
  const stat = fs.lstatSync(path, { throwIfNoEntry: false })
  if (stat?.isDirectory()) fs.rmSync(path, { recursive: true, force: true })
  else if (stat) fs.unlinkSync(path)
}

/** Node's own recursive form never returns where a parent is there and takes no directory (/proc). */
function makeDirectory(path: string): void {
  try {
    fs.mkdirSync(path, directoryMode)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && fs.statSync(path).isDirectory()) return
    if (code !== 'ENOENT' || fs.existsSync(dirname(path))) throw error
    makeDirectory(dirname(path))
    makeDirectory(path)
  }
}

function syncDirectory(path: string): void {
  // Windows cannot open a directory; its renames are durable enough without.
  if (process.platform === 'win32') return
  const fd = fs.openSync(path, 'r')
  try {
    fs.fsyncSync(fd)
  } finally {
    fs.closeSync(fd)
  }
}

class SystemFile implements DiskFile {
  readonly path: string
  readonly #fd: number

  constructor(path: string, fd: number) {
    this.path = path
    this.#fd = fd
  }

  writeSync(data: Uint8Array, position: number): void {
    let done = fs.writeSync(this.#fd, data, 0, data.length, position)
    while (done < data.length) done += fs.writeSync(this.#fd, data, done, data.length - done, position + done)
  }

  writevSync(data: readonly Uint8Array[], position: number): void {
    if (data.length === 1) return this.writeSync(data[0] as Uint8Array, position)
    let at = position
    for (let from = 0; from < data.length; from += writevBuffersMax) {
      const part = data.length <= writevBuffersMax ? data : data.slice(from, from + writevBuffersMax)
      let total = 0
      for (const buffer of part) total += buffer.length
      const written = fs.writevSync(this.#fd, part as Uint8Array[], at)
      // A short write is rare (a signal, a nearly full disk): finish it the slow way.
      if (written < total) this.writeSync(Buffer.concat(part as Uint8Array[]).subarray(written), at + written)
      at += total
    }
  }

  readSync(target: Uint8Array, offset: number, length: number, position: number): number {
    let done = 0
    while (done < length) {
      const read = fs.readSync(this.#fd, target, offset + done, length - done, position + done)
      if (read === 0) break
      done += read
    }
    return done
  }

  read(target: Uint8Array, offset: number, length: number, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.read(this.#fd, target, offset, length, position, (error, read) => {
        if (error) reject(error)
        else if (read === 0 || read === length) resolve(read)
        else {
          this.read(target, offset + read, length - read, position + read).then(
            (rest) => resolve(read + rest),
            reject,
          )
        }
      })
    })
  }

  sizeSync(): number {
    return fs.fstatSync(this.#fd).size
  }

  truncateSync(length: number): void {
    fs.ftruncateSync(this.#fd, length)
  }

  syncSync(): void {
    fs.fdatasyncSync(this.#fd)
  }

  sync(): Promise<void> {
    return fsyncs.run((ended) => fs.fdatasync(this.#fd, ended))
  }

  closeSync(): void {
    fs.closeSync(this.#fd)
  }
}

import { join } from 'node:path'
import { type Disk, isAlive, isSystemError, ownIdentity, type Processes } from '@sluice/effects'

const lockName = '.lock'

/** What this process holds, by disk: a lock that names it and is not in here could not be freed on a failing disk. */
const held = new WeakMap<Disk, Set<string>>()

function heldOn(disk: Disk): Set<string> {
  const paths = held.get(disk) ?? new Set()
  held.set(disk, paths)
  return paths
}

/** Another process serves this directory. */
export class DirectoryLockedError extends Error {
  override name = 'DirectoryLockedError'
}

/**
 * `.lock` in a log directory. Apache Kafka locks the empty file through the system; Node cannot, so the file names
 * the process, and is free when that process is gone. Kafka does not look at the content.
 */
export class DirectoryLock {
  readonly #disk: Disk
  readonly #path: string
  /** No lock was left: the directory is new, or was stopped cleanly. */
  readonly wasFree: boolean

  private constructor(disk: Disk, path: string) {
    this.#disk = disk
    this.#path = path
    this.wasFree = !disk.existsSync(path)
  }

  static acquire(disk: Disk, directory: string, processes: Processes | undefined): DirectoryLock {
    const path = join(directory, lockName)
    const lock = new DirectoryLock(disk, path)
    const own = processes ? ownIdentity(processes) : null
    if (processes && disk.existsSync(path)) {
      const [pid, startedAt] = disk.readFileSync(path).toString('latin1').trim().split(' ')
      const isLeftOver = Number(pid) === own?.pid && !heldOn(disk).has(path)
      if (pid && !isLeftOver && isAlive({ pid: Number(pid), startedAt: startedAt ?? null }, processes))
        throw new DirectoryLockedError(`${directory} is in use by process ${pid}.`)
    }
    const holder = own ? `${own.pid} ${own.startedAt ?? ''}`.trim() : ''
    disk.writeFileAtomicSync(path, holder, { durable: false })
    heldOn(disk).add(path)
    return lock
  }

  /** It was removed under this node, and mostly the directory with it. Of a disk that cannot be read nobody knows. */
  isGone(): boolean {
    try {
      this.#disk.statSync(this.#path)
      return false
    } catch (error) {
      if (!isSystemError(error)) throw error
      return error.code === 'ENOENT' || error.code === 'ENOTDIR'
    }
  }

  /**
   * After an unclean stop the file stays, as a killed process leaves it, but names nobody. Where the disk refuses either,
   * the file stays as it is: a lock that is gone would tell of a clean stop.
   */
  release(clean: boolean): void {
    heldOn(this.#disk).delete(this.#path)
    try {
      if (clean) this.#disk.removeSync(this.#path)
      else this.#disk.writeFileAtomicSync(this.#path, '', { durable: false })
    } catch (error) {
      if (!isSystemError(error)) throw error
    }
  }
}

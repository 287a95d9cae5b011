import { join } from 'node:path'
import { type Disk, isAlive, isSystemError, ownIdentity, type Processes } from '@sluice/effects'

const lockName = '.lock'

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
    if (processes && disk.existsSync(path)) {
      const [pid, startedAt] = disk.readFileSync(path).toString('latin1').trim().split(' ')
      if (pid && isAlive({ pid: Number(pid), startedAt: startedAt ?? null }, processes))
        throw new DirectoryLockedError(`${directory} is in use by process ${pid}.`)
    }
    const own = processes ? ownIdentity(processes) : null
    const holder = own ? `${own.pid} ${own.startedAt ?? ''}`.trim() : ''
    disk.writeFileAtomicSync(path, holder, { durable: false })
    return lock
  }

  /** After an unclean stop the file stays, as a killed process leaves it, but names nobody. */
  release(clean: boolean): void {
    try {
      if (!clean) {
        this.#disk.writeFileAtomicSync(this.#path, '', { durable: false })
        return
      }
    } catch (error) {
      if (!isSystemError(error)) throw error
      // On a full disk there is no room for an empty file, but a file can go.
    }
    try {
      this.#disk.removeSync(this.#path)
    } catch (error) {
      // It names this process, and is free when that has ended.
      if (!isSystemError(error)) throw error
    }
  }
}

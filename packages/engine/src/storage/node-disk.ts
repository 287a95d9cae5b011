import { join } from 'node:path'
import { type Clock, type Disk, isSystemError, type Logger, raise, type Timer } from '@sluice/effects'
import { probeName, VolumeFullError } from './volume.ts'

const checkMs = 1_000
/** A disk that has refused something within this time does not serve: whoever writes tries again sooner. */
const quietMsMin = 2_500
/** A disk that has not served for so long is no passing matter: one that has refused once serves again before. */
const givenUpAfterMs = 4_000
/** As the largest batch is by default (message.max.bytes): a nearly full disk may still take a small file. */
const probeBytes = 1024 * 1024

/** Why the disk does not serve, and since when. */
export interface DiskFailure {
  readonly sinceMs: number
  readonly reason: string
  /** It is the broker's own volume of so many bytes that is full, and not the disk that it is on. */
  readonly fullVolumeBytes?: number
}

/** The directory of a node is gone while it runs. Open files hide that: writes to what nobody can find go well. */
export class DirectoryLostError extends Error {
  override name = 'DirectoryLostError'

  constructor(directory: string) {
    super(
      `its directory ${directory} was removed or moved away while it ran, and what was written since is lost`,
    )
  }
}

/**
 * What becomes known of the disk that one node lives on. Whatever finds that the disk refuses something says so here:
 * a change of state is told once, however many requests run into it. From then on a file is written from time to
 * time, so that the disk is known to serve again also when nobody has anything to write.
 */
export class NodeDisk {
  readonly #disk: Disk
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #directory: string
  #failure: DiskFailure | null = null
  #failingSinceMs = 0
  #failedAtMs = 0
  #timer: Timer | null = null
  #isProbing = false

  /** `clock`: the node's own, so that what is thrown here ends the node. */
  constructor(options: { disk: Disk; clock: Clock; logger: Logger; directory: string }) {
    this.#disk = options.disk
    this.#clock = options.clock
    this.#logger = options.logger
    this.#directory = options.directory
  }

  /** Null while the disk serves. */
  get failure(): DiskFailure | null {
    return this.#failure
  }

  /** It has not served for so long that others had better do what this node does, where they can. */
  get isGivenUp(): boolean {
    return this.#failure !== null && this.#clock.monotonic() - this.#failingSinceMs >= givenUpAfterMs
  }

  /** From now on looks whether the directory is still there; a node whose directory is gone fails. */
  begin(isDirectoryGone: () => boolean): void {
    this.#timer = this.#clock.schedule(checkMs, () => {
      this.begin(isDirectoryGone)
      if (isDirectoryGone()) throw new DirectoryLostError(this.#directory)
      if (this.#failure) void this.#probe()
    })
  }

  end(): void {
    this.#timer?.cancel()
    this.#timer = null
    this.#failure = null
  }

  /** The disk has refused something; `what` says what came of it. */
  failed(what: string, error: NodeJS.ErrnoException, facts: Readonly<Record<string, unknown>> = {}): void {
    const { message: reason } = error
    this.#logger.debug(what, { ...facts, reason })
    this.#failedAtMs = this.#clock.monotonic()
    if (this.#failure) return
    this.#failingSinceMs = this.#failedAtMs
    this.#failure = {
      sinceMs: this.#clock.now(),
      reason,
      ...(error instanceof VolumeFullError && { fullVolumeBytes: error.sizeBytes }),
    }
    this.#logger.error('the disk fails', { directory: this.#directory, reason, what, ...facts })
  }

  async #probe(): Promise<void> {
    if (this.#isProbing) return
    this.#isProbing = true
    const path = join(this.#directory, probeName)
    try {
      await this.#disk.writeFileAtomic(path, Buffer.alloc(probeBytes), () => this.#timer === null)
      if (this.#clock.monotonic() - this.#failedAtMs >= quietMsMin) this.#served()
    } catch (error) {
      if (!isSystemError(error)) raise(this.#clock, error)
    } finally {
      this.#isProbing = false
      this.#removeProbe(path)
    }
  }

  #served(): void {
    if (!this.#failure) return
    const seconds = Math.round((this.#clock.now() - this.#failure.sinceMs) / 1000)
    this.#failure = null
    this.#logger.warn('the disk serves again', { directory: this.#directory, seconds })
  }

  #removeProbe(path: string): void {
    try {
      for (const name of [path, `${path}.next.tmp`]) this.#disk.removeSync(name)
    } catch (error) {
      if (!isSystemError(error)) raise(this.#clock, error)
    }
  }
}

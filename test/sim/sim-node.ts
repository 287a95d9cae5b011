import {
  type Clock,
  type Disk,
  type Logger,
  MemoryDisk,
  type Network,
  type Random,
  seededRandom,
} from '@sluice/effects'
import { Life } from './life.ts'
import type { SimNetwork } from './network.ts'
import { beginningMs, nodeClock, type WallClock } from './node-clock.ts'
import type { Scheduler } from './scheduler.ts'
import { systemError } from './system-error.ts'

/** What is wrong with a disk at the moment. */
interface DiskFaults {
  isFull: boolean
  /** By operation: of how many one fails. */
  readonly failing: Map<string, number>
  /** How long a sync takes at most. */
  syncMsMax: number
  /** The process dies before the operation that comes after so many; −1: it does not. */
  diesAfter: number
  /** And its machine with it. */
  diesWithPower: () => boolean
}

/** What is left of a controller ends with it. */
export class GoneError extends Error {}

const syncMsUsual = 4
const growing: ReadonlySet<string> = new Set(['write', 'writeFileAtomic', 'mkdir'])

interface NodeEffects {
  readonly clock: Clock
  readonly disk: Disk
  readonly network: Network
  readonly random: Random
  readonly logger: Logger
}

/**
 * A machine with one process on it: its clock on the wall, its disk, its place on the network. They outlive the process;
 * whatever a process has of them is dead when the process is.
 */
export class SimNode {
  readonly id: number
  readonly host: string
  readonly wall: WallClock = { aheadMs: 0 }
  readonly faults: DiskFaults = {
    isFull: false,
    failing: new Map(),
    syncMsMax: syncMsUsual,
    diesAfter: -1,
    diesWithPower: () => false,
  }
  readonly #scheduler: Scheduler
  readonly #network: SimNetwork
  readonly #random: Random
  readonly #logger: Logger
  readonly #isController: boolean
  readonly #onDeath: () => void
  readonly #onSynced: () => void
  #disk: MemoryDisk
  #life = new Life()
  #hasRefused = false

  constructor(options: {
    id: number
    host: string
    isController: boolean
    scheduler: Scheduler
    network: SimNetwork
    random: Random
    logger: Logger
    /** The disk has been the death of the process. */
    onDeath: () => void
    onSynced: () => void
  }) {
    this.id = options.id
    this.host = options.host
    this.#scheduler = options.scheduler
    this.#network = options.network
    this.#random = options.random
    this.#logger = options.logger
    this.#isController = options.isController
    this.#onDeath = options.onDeath
    this.#onSynced = options.onSynced
    this.#disk = this.#newDisk()
  }

  /** As it is now: another one after each crash. */
  get disk(): MemoryDisk {
    return this.#disk
  }

  get life(): Life {
    return this.#life
  }

  /** Whether a fault of the disk has struck the process that began last. */
  get hasRefused(): boolean {
    return this.#hasRefused
  }

  /** A new process begins. */
  begin(): NodeEffects {
    this.#life = new Life()
    this.#hasRefused = false
    this.#watch(this.#disk, this.#life)
    return {
      clock: nodeClock(this.#scheduler, this.#life, this.wall),
      disk: this.#disk,
      network: this.#network.at({ host: this.host, life: this.#life }),
      random: seededRandom(this.#random.int(0x7fffffff)),
      logger: this.#logger,
    }
  }

  /** The process ends at once. `power`: and so does the machine, with what its disk has not synced. */
  crash({ power }: { power: boolean }): void {
    const life = this.#life
    if (life.isOver) return
    this.#disk = this.#disk.afterCrash(
      power
        ? {
            content: (path, synced, written) => this.#left(path, synced, written),
            names: (_, changes) => this.#namesLeft(changes),
          }
        : undefined,
    )
    this.faults.diesAfter = -1
    this.#network.end({ host: this.host, life }, { silently: power && this.#random.int(2) === 0 })
    life.end()
  }

  /** The disk is replaced by an empty one. */
  replaceDisk(): void {
    this.#disk = this.#newDisk()
  }

  endFaults(): void {
    this.faults.isFull = false
    this.faults.failing.clear()
    this.faults.syncMsMax = syncMsUsual
    this.faults.diesAfter = -1
    this.wall.aheadMs = 0
    this.#life.goOn()
  }

  #newDisk(): MemoryDisk {
    return new MemoryDisk(() => beginningMs + Math.floor(this.#scheduler.nowMs + this.wall.aheadMs))
  }

  #watch(disk: MemoryDisk, life: Life): void {
    disk.beforeOperation = (operation) => {
      const { faults } = this
      if (!life.isOver && faults.diesAfter >= 0 && faults.diesAfter-- === 0) this.#onDeath()
      // Whoever still asks a process that is gone, within the one that plays them all, gets nothing from it.
      if (life.isOver) throw systemError('EIO', operation)
      this.#fails(operation)
    }
    disk.duringSync = async (path) => {
      await new Promise<void>((resolve) => this.#scheduler.after(this.#syncMs(), () => life.enter(resolve)))
      if (life.isOver) {
        // Nothing may rest on it any more. A broker that is gone waits for ever; a controller must come to its end.
        if (this.#isController) throw new GoneError('the process is gone')
        await new Promise(() => {})
      }
      this.#fails('synced')
      if (/\.log$|__cluster_metadata-0$/.test(path))
        this.#scheduler.after(0, () => !life.isOver && this.#onSynced())
    }
  }

  #fails(operation: string): void {
    const { isFull, failing } = this.faults
    const oneIn = failing.get(operation)
    const lacksRoom = isFull && growing.has(operation)
    if (!lacksRoom && (oneIn === undefined || this.#random.int(oneIn) > 0)) return
    this.#hasRefused = true
    throw systemError(lacksRoom ? 'ENOSPC' : 'EIO', operation)
  }

  #syncMs(): number {
    return 0.2 + (this.#random.int(1000) / 1000) * this.faults.syncMsMax
  }

  /** All of a file, or only what is synced, or some of the rest: torn within a write, or zeros where it was not written. */
  #left(path: string, synced: Buffer, written: Buffer): Buffer {
    // What is replaced whole is there or not.
    const isAppended = /\.(log|index|timeindex)$/.test(path)
    const isLonger = written.length > synced.length && written.subarray(0, synced.length).equals(synced)
    const chance = this.#random.int(10)
    if (chance < 5 || !isLonger) return chance === 9 ? written : synced
    if (chance < 6 || !isAppended) return written
    const left = Buffer.from(
      written.subarray(0, synced.length + this.#random.int(written.length - synced.length + 1)),
    )
    if (chance < 8) left.fill(0, synced.length + this.#random.int(left.length - synced.length + 1))
    return left
  }

  /** All that was done to the names in a directory, nothing that is not synced, or the first of it. */
  #namesLeft(changes: number): number {
    const chance = changes === 0 ? 0 : this.#random.int(4)
    return chance < 2 ? chance * changes : this.#random.int(changes + 1)
  }
}

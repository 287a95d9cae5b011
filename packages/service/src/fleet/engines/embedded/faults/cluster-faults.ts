import { join } from 'node:path'
import type { Clock, Disk, Processes, Random } from '@sluice/effects'
import type { Interceptor } from '@sluice/engine'
import { OperatingError } from '../../../operating-error.ts'
import { ArmedFaults } from './armed-faults.ts'
import { FaultBoard, type PostedFault } from './fault-board.ts'
import type { FaultReport, FaultRequest } from './fault-request.ts'

interface FaultEffects {
  clock: Clock
  disk: Disk
  random: Random
  processes: Processes
}

/** So often a service looks whether its brokers have taken faults up. */
const pollMs = 10
/** A broker that is being started anew may take as long. */
const takenUpMsMax = 15_000

export function faultDirectoryIn(dataDirectory: string): string {
  return join(dataDirectory, 'faults')
}

/** What goes wrong on purpose, for development, with requests of clients to brokers of the embedded engine, in this process and in others. */
export class ClusterFaults {
  readonly #effects: FaultEffects
  readonly directory: string
  readonly #board: FaultBoard
  readonly #armed: ArmedFaults
  #posted: readonly PostedFault[] = []
  #revision = ''

  constructor(effects: FaultEffects, dataDirectory: string) {
    this.#effects = effects
    this.directory = faultDirectoryIn(dataDirectory)
    this.#board = new FaultBoard(effects.disk, this.directory)
    this.#armed = new ArmedFaults({ board: this.#board, pid: effects.processes.pid })
  }

  get interceptor(): Interceptor {
    return this.#armed.interceptor
  }

  /** Once the data directory is this service's: nothing goes wrong yet, either at brokers that an earlier one has left running. */
  setUp(): void {
    this.#board.setUp()
    this.#post([])
  }

  takeDown(): void {
    this.#board.takeDown()
  }

  /** Throws what is wrong with it. */
  add(request: FaultRequest): void {
    const fault = { id: this.#effects.random.uuid(), request }
    this.#armed.arm(fault)
    this.#post([...this.#posted, fault])
  }

  list(): FaultReport[] {
    return this.#armed
      .list()
      .map(({ id, text, times }) => ({ id, text, times, fired: this.#board.fired(id) }))
      .filter(({ times, fired }) => fired < times)
      .map(({ text, times, fired }) => ({ text, fired, left: Number.isFinite(times) ? times - fired : null }))
  }

  clear(): void {
    this.#post([])
  }

  /** Resolves when these processes have taken up what there is now; `pids` is asked again and again. */
  async takenUp(pids: () => readonly number[]): Promise<void> {
    const { clock } = this.#effects
    const deadlineMs = clock.monotonic() + takenUpMsMax
    for (;;) {
      const late = pids().filter((pid) => this.#board.heardBy(pid).revision !== this.#revision)
      if (late.length === 0) return
      if (clock.monotonic() > deadlineMs) throw notTakenUp(late)
      await clock.sleep(pollMs)
    }
  }

  #post(faults: readonly PostedFault[]): void {
    this.#posted = faults
    this.#revision = this.#effects.random.uuid()
    this.#board.post({ revision: this.#revision, faults })
    this.#armed.follow()
  }
}

function notTakenUp(pids: readonly number[]): OperatingError {
  return new OperatingError(`Brokers have not taken it up (processes ${pids.join(', ')}).`, {
    code: 'FAULT',
    why: `They were given ${takenUpMsMax / 1000} seconds; those that are slow follow by themselves.`,
    next: 'Look at their logs by sluice logs, and ask again.',
  })
}

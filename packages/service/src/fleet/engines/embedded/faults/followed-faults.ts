import type { Clock, Disk, Processes, Timer } from '@sluice/effects'
import type { Interceptor } from '@sluice/engine'
import { ArmedFaults } from './armed-faults.ts'
import { FaultBoard } from './fault-board.ts'

/** Whoever sets a fault waits for it. */
const checkIntervalMs = 25

/** How a broker with a process of its own hears of what is to go wrong: by the board of its service, for development alone. */
export class FollowedFaults {
  readonly #clock: Clock
  readonly #armed: ArmedFaults
  #timer: Timer | null = null

  constructor(directory: string, effects: { clock: Clock; disk: Disk; processes: Processes }) {
    this.#clock = effects.clock
    const board = new FaultBoard(effects.disk, directory)
    this.#armed = new ArmedFaults({ board, pid: effects.processes.pid })
    this.#look()
  }

  get interceptor(): Interceptor {
    return this.#armed.interceptor
  }

  end(): void {
    this.#timer?.cancel()
  }

  #look(): void {
    this.#armed.follow()
    this.#timer = this.#clock.schedule(checkIntervalMs, () => this.#look())
  }
}

import type { Scheduler } from './scheduler.ts'

interface Line {
  readonly atMs: number
  readonly who: string
  readonly what: string
}

/**
 * What happens in a simulation, one line an event. The first thing that must not happen ends it. The same seed has the
 * same lines, whatever the machine does.
 */
export class Story {
  readonly #scheduler: Scheduler
  readonly #lines: Line[] = []
  #violation: string | null = null

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler
  }

  get violation(): string | null {
    return this.#violation
  }

  get nowMs(): number {
    return this.#scheduler.nowMs
  }

  tell(who: string, what: string): void {
    this.#lines.push({ atMs: this.#scheduler.nowMs, who, what })
  }

  /** An invariant does not hold. */
  violated(what: string): void {
    if (this.#violation !== null) return
    this.#violation = what
    this.tell('VIOLATION', what)
  }

  text(): string[] {
    return this.#lines.map(
      ({ atMs, who, what }) => `${atMs.toFixed(1).padStart(10)}  ${who.padEnd(12)} ${what}`,
    )
  }
}

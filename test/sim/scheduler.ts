import type { Timer } from '@sluice/effects'

interface Entry {
  readonly dueAtMs: number
  /** Of two that are due together the one that was asked for first runs first. */
  readonly order: number
  run: (() => void) | null
}

/** More events in one simulation mean that something runs in a circle. */
const eventsMax = 3_000_000

/**
 * The time of a simulation, and everything that happens in it: one event after the other, and between two of them every
 * promise that can go on. Nothing of the real world decides what comes first, so the same seed tells the same story.
 */
export class Scheduler {
  #nowMs = 0
  #order = 0
  #events = 0
  /** A binary heap: the next one stands first. */
  readonly #heap: Entry[] = []

  get nowMs(): number {
    return this.#nowMs
  }

  /** How many events have happened. */
  get events(): number {
    return this.#events
  }

  after(delayMs: number, run: () => void): Timer {
    const entry: Entry = { dueAtMs: this.#nowMs + Math.max(delayMs, 0), order: this.#order++, run }
    this.#push(entry)
    return {
      cancel: () => {
        entry.run = null
      },
    }
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve))
  }

  /** Lets time pass until there is what is waited for; false when it is not there in time. */
  async run(until: () => boolean, limitMs: number): Promise<boolean> {
    const endMs = this.#nowMs + limitMs
    await promisesAreSettled()
    while (!until()) {
      const next = this.#heap[0]
      if (!next || next.dueAtMs > endMs) {
        this.#nowMs = endMs
        return until()
      }
      this.#pop()
      const { run } = next
      if (!run) continue
      this.#nowMs = next.dueAtMs
      if (++this.#events > eventsMax) throw new Error(`more than ${eventsMax} events`)
      run()
      await promisesAreSettled()
    }
    return true
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let at = heap.push(entry) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(entry, heap[parent] as Entry)) break
      heap[at] = heap[parent] as Entry
      at = parent
    }
    heap[at] = entry
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop() as Entry
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Entry, heap[child] as Entry)) child++
      if (!isBefore(heap[child] as Entry, last)) break
      heap[at] = heap[child] as Entry
      at = child
    }
    heap[at] = last
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.dueAtMs < other.dueAtMs || (one.dueAtMs === other.dueAtMs && one.order < other.order)
}

/**
 * Node runs all promises that can go on before the next tick, and a tick that is asked for by one of them after all of
 * them. The event loop does not turn meanwhile.
 */
function promisesAreSettled(): Promise<void> {
  return new Promise((resolve) => queueMicrotask(() => process.nextTick(resolve)))
}

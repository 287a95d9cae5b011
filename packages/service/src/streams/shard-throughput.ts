import type { Clock } from '@sluice/effects'
import { Allowance } from './allowance.ts'

export const bytesInPerSecond = 1_048_576
export const recordsInPerSecond = 1_000
export const bytesOutPerSecond = 2_097_152
const readsPerSecond = 5
const iteratorsPerSecond = 5

/** What a shard takes and gives in a second; of what is given, consumers have shares of their own. */
export class ShardThroughput {
  readonly #bytesIn: Allowance
  readonly #recordsIn: Allowance
  readonly #bytesOut: Allowance
  readonly #reads: Allowance
  readonly #iterators: Allowance

  constructor(clock: Clock) {
    this.#bytesIn = new Allowance(bytesInPerSecond, clock)
    this.#recordsIn = new Allowance(recordsInPerSecond, clock)
    this.#bytesOut = new Allowance(bytesOutPerSecond, clock)
    this.#reads = new Allowance(readsPerSecond, clock)
    this.#iterators = new Allowance(iteratorsPerSecond, clock)
  }

  /** Is there room for one more record? Then it counts. */
  takes(bytes: number): boolean {
    if (!this.#bytesIn.has(bytes) || !this.#recordsIn.has(1)) return false
    this.#bytesIn.spend(bytes)
    this.#recordsIn.spend(1)
    return true
  }

  /** May it be read once more? Then that counts. */
  isReadable(): boolean {
    if (!this.#reads.has(1) || !this.#bytesOut.has(1)) return false
    this.#reads.spend(1)
    return true
  }

  /** May reading it begin once more? Then that counts. */
  givesIterator(): boolean {
    if (!this.#iterators.has(1)) return false
    this.#iterators.spend(1)
    return true
  }

  given(bytes: number): void {
    this.#bytesOut.spend(bytes)
  }
}

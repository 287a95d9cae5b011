import { Deferred } from '@sluice/effects'

/** Lets work begin in the order of the calls, as long as what is under way weighs no more than `max` in sum. */
export class Limit {
  readonly #max: number
  readonly #waiting: { weight: number; turn: Deferred<void> }[] = []
  #underWay = 0

  constructor(max: number) {
    this.#max = max
  }

  /** What weighs more than everything that is allowed goes alone. */
  async run<T>(weight: number, work: () => Promise<T>): Promise<T> {
    const place = { weight: Math.min(weight, this.#max), turn: new Deferred<void>() }
    this.#waiting.push(place)
    this.#admit()
    await place.turn.promise
    try {
      return await work()
    } finally {
      this.#underWay -= place.weight
      this.#admit()
    }
  }

  #admit(): void {
    for (;;) {
      const [next] = this.#waiting
      if (!next || this.#underWay + next.weight > this.#max) return
      this.#waiting.shift()
      this.#underWay += next.weight
      next.turn.resolve()
    }
  }
}

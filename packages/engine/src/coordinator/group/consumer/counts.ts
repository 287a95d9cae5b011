/** How many of something there are, by name. Invariant: none of them is 0. */
export class Counts {
  readonly #counts: Map<string, number>

  constructor(counts: Iterable<[string, number]> = []) {
    this.#counts = new Map(counts)
  }

  get size(): number {
    return this.#counts.size
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0
  }

  add(names: Iterable<string>, by: 1 | -1): void {
    for (const name of names) {
      const count = this.of(name) + by
      if (count > 0) this.#counts.set(name, count)
      else this.#counts.delete(name)
    }
  }

  names(): IterableIterator<string> {
    return this.#counts.keys()
  }

  /** The one that there are most of; null where there is none. */
  most(): string | null {
    let most: string | null = null
    for (const [name, count] of this.#counts) if (most === null || count > this.of(most)) most = name
    return most
  }

  copy(): Counts {
    return new Counts(this.#counts)
  }
}

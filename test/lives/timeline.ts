/** Prints what happens, with the seconds since the start. */
export class Timeline {
  readonly #startedAt = performance.now()
  readonly #print: (line: string) => void

  constructor(print: (line: string) => void) {
    this.#print = print
  }

  note(sentence: string): void {
    const seconds = ((performance.now() - this.#startedAt) / 1000).toFixed(1)
    this.#print(`${seconds.padStart(7)} s  ${sentence}`)
  }

  /** Notes what begins, and how long it took. */
  async step<T>(title: string, run: () => Promise<T>): Promise<T> {
    this.note(`${title} …`)
    const from = performance.now()
    const value = await run()
    this.note(`${title}: done in ${((performance.now() - from) / 1000).toFixed(1)} s`)
    return value
  }
}

/** Asks until the answer is there. */
export async function until<T>(
  what: string,
  withinMs: number,
  attempt: () => Promise<T | undefined>,
  pollMs = 100,
): Promise<T> {
  const end = performance.now() + withinMs
  for (;;) {
    const value = await attempt()
    if (value !== undefined) return value
    if (performance.now() > end) throw new Error(`Not within ${withinMs / 1000} s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

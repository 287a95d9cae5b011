/**
 * One life of a process, from its start to its end. Nothing reaches it from outside any more once it is over, and
 * nothing it does leaves it; while it hangs, what would reach it waits.
 */
export class Life {
  #isOver = false
  #isHanging = false
  #waiting: (() => void)[] = []

  get isOver(): boolean {
    return this.#isOver
  }

  /** Something from outside: a timer, bytes, the end of a sync. */
  enter(work: () => void): void {
    if (this.#isHanging) this.#waiting.push(work)
    else work()
  }

  hang(): void {
    this.#isHanging = true
  }

  goOn(): void {
    this.#isHanging = false
    const waiting = this.#waiting
    this.#waiting = []
    for (const work of waiting) this.enter(work)
  }

  /** What is left of the process may come to its own end, unheard. */
  end(): void {
    this.#isOver = true
    this.goOn()
  }
}

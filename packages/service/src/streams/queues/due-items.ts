/** Whatever has a time, by that time: the earliest first. A binary heap. */
export class DueItems<Item> {
  readonly #heap: { atMs: number; item: Item }[] = []

  add(atMs: number, item: Item): void {
    const heap = this.#heap
    let at = heap.push({ atMs, item }) - 1
    for (let parent = (at - 1) >> 1; at > 0 && this.#atMs(parent) > atMs; parent = (at - 1) >> 1) {
      this.#swap(at, parent)
      at = parent
    }
  }

  /** Of the first one. */
  get nextMs(): number {
    return this.#atMs(0)
  }

  /** The first one, if its time has come. */
  takeDue(nowMs: number): Item | undefined {
    const heap = this.#heap
    const [first] = heap
    if (!first || first.atMs > nowMs) return undefined
    this.#swap(0, heap.length - 1)
    heap.pop()
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      const child = this.#atMs(right) < this.#atMs(left) ? right : left
      if (this.#atMs(child) >= this.#atMs(at)) break
      this.#swap(at, child)
      at = child
    }
    return first.item
  }

  #atMs(at: number): number {
    return this.#heap[at]?.atMs ?? Number.POSITIVE_INFINITY
  }

  #swap(one: number, other: number): void {
    const heap = this.#heap
    const [a, b] = [heap[one], heap[other]]
    if (!a || !b) return
    heap[one] = b
    heap[other] = a
  }
}

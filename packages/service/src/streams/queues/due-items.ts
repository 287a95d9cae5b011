/** Each item has a time, and the earliest is the first. A binary heap that knows where each item is, so that none is there twice. */
export class DueItems<Item> {
  readonly #heap: { atMs: number; item: Item }[] = []
  /** Of each item, its place in the heap. */
  readonly #places = new Map<Item, number>()

  get size(): number {
    return this.#heap.length
  }

  /** Gives it this time, in place of the one that it may have had. */
  put(atMs: number, item: Item): void {
    this.remove(item)
    this.#place(this.#heap.length, { atMs, item })
    this.#rise(this.#heap.length - 1)
  }

  remove(item: Item): void {
    const at = this.#places.get(item)
    const last = at === undefined ? undefined : this.#heap.pop()
    if (at === undefined || !last) return
    this.#places.delete(item)
    if (last.item === item) return
    this.#place(at, last)
    this.#rise(at)
    this.#sink(this.#places.get(last.item) ?? at)
  }

  /** Of the first one. */
  get nextMs(): number {
    return this.#atMs(0)
  }

  /** Takes the first one away, if its time has come. */
  takeDue(nowMs: number): Item | undefined {
    const [first] = this.#heap
    if (!first || first.atMs > nowMs) return undefined
    this.remove(first.item)
    return first.item
  }

  #rise(from: number): void {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1
      if (this.#atMs(parent) <= this.#atMs(at)) return
      this.#swap(at, parent)
      at = parent
    }
  }

  #sink(from: number): void {
    for (let at = from; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      const child = this.#atMs(right) < this.#atMs(left) ? right : left
      if (this.#atMs(child) >= this.#atMs(at)) return
      this.#swap(at, child)
      at = child
    }
  }

  #atMs(at: number): number {
    return this.#heap[at]?.atMs ?? Number.POSITIVE_INFINITY
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#heap[one], this.#heap[other]]
    if (!a || !b) return
    this.#place(one, b)
    this.#place(other, a)
  }

  #place(at: number, due: { atMs: number; item: Item }): void {
    this.#heap[at] = due
    this.#places.set(due.item, at)
  }
}

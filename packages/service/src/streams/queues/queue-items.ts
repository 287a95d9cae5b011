import { DueItems } from './due-items.ts'

/**
 * Of one queue. Whoever looks at none of them keeps no more in memory: where there are as many, what has been received too often
 * comes again until one of them is done with. AWS says nothing of a limit.
 */
export const deadLettersMax = 120_000

/** What a queue knows of a record that was received and not acknowledged. Another one takes its place when that changes. */
export interface QueueItem {
  readonly shard: number
  readonly offset: number
  /** Since it came, or was restored. */
  readonly receives: number
  readonly firstReceivedAtMs: number
  /** When it is visible again; of one that is, when it became so. */
  readonly visibleAtMs: number
  /** That of the last receive; those before are worth nothing. */
  readonly handle: string
  readonly isDead: boolean
}

/** What is written of a queue: what an item is now, null where it is done with, or what was never received of a shard. */
export type ItemChange =
  | { shard: number; offset: number; item: QueueItem | null }
  | { shard: number; next: number }

/**
 * The state of a queue's records: which were never received, by the first such offset of each shard, and what is known of those
 * that were and are not acknowledged. All others are done with. Whoever changes it here writes that down.
 */
export class QueueItems {
  /** By shard and offset. */
  readonly #items = new Map<number, Map<number, QueueItem>>()
  /** By shard, the first offset that was never received. */
  readonly #next = new Map<number, number>()
  /** By the time at which they become visible. */
  readonly #hidden = new DueItems<QueueItem>()
  /** In the order in which they became so. */
  readonly #visible = new Set<QueueItem>()
  readonly #visibleDead = new Set<QueueItem>()
  /** Visible or not. */
  #dead = 0

  /** A change as it was written. */
  replay(change: ItemChange): void {
    if ('next' in change) return this.advance(change.shard, change.next)
    const before = this.of(change.shard, change.offset)
    if (change.item) this.put(change.item)
    else if (before) this.remove(before)
  }

  next(shard: number): number | undefined {
    return this.#next.get(shard)
  }

  advance(shard: number, next: number): void {
    this.#next.set(shard, next)
  }

  of(shard: number, offset: number): QueueItem | undefined {
    return this.#items.get(shard)?.get(offset)
  }

  /** It is hidden until its time, and all that is known of its record from now on. */
  put(item: QueueItem): void {
    const before = this.of(item.shard, item.offset)
    if (before) this.remove(before)
    this.#keep(item)
    this.#hidden.put(item.visibleAtMs, item)
  }

  #keep(item: QueueItem): void {
    const ofShard = this.#items.get(item.shard) ?? new Map<number, QueueItem>()
    this.#items.set(item.shard, ofShard.set(item.offset, item))
    if (item.isDead) this.#dead++
  }

  /** It stays what is known of its record, and is neither visible nor becomes so until it is put again. */
  hold(item: QueueItem): void {
    this.#hidden.remove(item)
    for (const set of [this.#visible, this.#visibleDead]) set.delete(item)
  }

  remove(item: QueueItem): void {
    const ofShard = this.#items.get(item.shard)
    if (ofShard?.delete(item.offset) && item.isDead) this.#dead--
    if (ofShard?.size === 0) this.#items.delete(item.shard)
    this.hold(item)
  }

  /** Of which something was received and not acknowledged. */
  shards(): number[] {
    return [...this.#items.keys()]
  }

  /** What is below this offset in the shard is removed, and returned. */
  removeBelow(shard: number, offset: number): QueueItem[] {
    const old = [...(this.#items.get(shard)?.values() ?? [])].filter((item) => item.offset < offset)
    for (const item of old) this.remove(item)
    return old
  }

  get inFlight(): number {
    return this.#hidden.size
  }

  visible(isDead: boolean): number {
    return (isDead ? this.#visibleDead : this.#visible).size
  }

  /** When the next one becomes visible. */
  get nextVisibleMs(): number {
    return this.#hidden.nextMs
  }

  /**
   * Lets those be visible whose time has come; of these, those that have been received too often become dead letters, as long as
   * there is room for them, which are returned.
   */
  reveal(nowMs: number, maxReceives: number | null): QueueItem[] {
    const died: QueueItem[] = []
    for (let item = this.#hidden.takeDue(nowMs); item; item = this.#hidden.takeDue(nowMs)) {
      const mayDie = !item.isDead && this.#dead < deadLettersMax
      if (mayDie && maxReceives !== null && item.receives >= maxReceives) {
        // Nobody has it as a dead letter yet.
        item = { ...item, isDead: true, handle: '' }
        this.#keep(item)
        died.push(item)
      }
      if (item.isDead) this.#visibleDead.add(item)
      else this.#visible.add(item)
    }
    return died
  }

  /** The one that has been visible longest; it stays where it is until it is put again, or removed. */
  firstVisible(isDead: boolean): QueueItem | undefined {
    const [first] = isDead ? this.#visibleDead : this.#visible
    return first
  }
}

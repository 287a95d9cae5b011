import { DueItems } from './due-items.ts'

/** What a queue knows of a record that was received and not acknowledged. */
export interface QueueItem {
  readonly shard: number
  readonly offset: number
  /** Since it came, or was restored. */
  receives: number
  firstReceivedAtMs: number
  /** When it is visible again; of one that is, when it became so. */
  visibleAtMs: number
  /** That of the last receive; those before are worth nothing. */
  handle: string
  isDead: boolean
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
  readonly #items = new Map<string, QueueItem>()
  /** By shard, the first offset that was never received. */
  readonly #next = new Map<number, number>()
  /** By the time at which they become visible. */
  readonly #hidden = new DueItems<QueueItem>()
  /** In the order in which they became so. */
  readonly #visible = new Set<QueueItem>()
  readonly #visibleDead = new Set<QueueItem>()

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
    return this.#items.get(keyOf({ shard, offset }))
  }

  /** It is hidden until its time, and all that is known of its record from now on. */
  put(item: QueueItem): void {
    const before = this.of(item.shard, item.offset)
    if (before) this.remove(before)
    this.#items.set(keyOf(item), item)
    this.#hidden.put(item.visibleAtMs, item)
  }

  remove(item: QueueItem): void {
    this.#items.delete(keyOf(item))
    this.#hidden.remove(item)
    for (const set of [this.#visible, this.#visibleDead]) set.delete(item)
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
   * Lets those be visible whose time has come; of these, those that have been received too often become dead letters, which are
   * returned.
   */
  reveal(nowMs: number, maxReceives: number | null): QueueItem[] {
    const died: QueueItem[] = []
    for (let item = this.#hidden.takeDue(nowMs); item; item = this.#hidden.takeDue(nowMs)) {
      if (!item.isDead && maxReceives !== null && item.receives >= maxReceives) {
        item.isDead = true
        // Nobody has it as a dead letter yet.
        item.handle = ''
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

function keyOf({ shard, offset }: Pick<QueueItem, 'offset' | 'shard'>): string {
  return `${shard}/${offset}`
}

import { createSecretKey, type KeyObject } from 'node:crypto'
import type { Random } from '@sluice/effects'
import type { AccountSettings } from './account-settings.ts'
import { openIterator, sealIterator, type ShardPosition } from './shard-iterator.ts'

/** So many readers can be at work at once before any of their iterators has to be opened. */
const rememberedMax = 1_000

/** In base64, the same one after a restart, so that iterators outlive the service. */
type IteratorKeys = Pick<AccountSettings, 'iteratorKey' | 'keepIteratorKey'>

/**
 * Gives iterators, and knows where those that it has seen last point to: whoever reads a shard goes on with the one that has
 * just come, and to open it would be a tenth of the work of such a call. They say which stream they are for, so that what was
 * given of one that is deleted is told from what was never given.
 */
export class ShardIterators {
  readonly #random: Random
  readonly #keys: IteratorKeys
  readonly #seen = new Map<string, ShardPosition>()
  #key: KeyObject | null = null

  constructor(random: Random, keys: IteratorKeys) {
    this.#random = random
    this.#keys = keys
  }

  /** Throws the disk's error where the first one's key cannot be kept. */
  give(position: ShardPosition): string {
    const iterator = sealIterator(this.#keyOf(this.#keys.keepIteratorKey()), position, this.#random)
    this.#remember(iterator, position)
    return iterator
  }

  /** Undefined for one that was not given here. One in quotes, as shells make them of JSON, is taken by AWS, too. */
  open(given: string): ShardPosition | undefined {
    const iterator = given.replace(/^"(.*)"$/, '$1')
    const seen = this.#seen.get(iterator)
    if (seen) return seen
    // What strangers make up is no reason to make a key.
    const { iteratorKey } = this.#keys
    const position = iteratorKey === null ? undefined : openIterator(this.#keyOf(iteratorKey), iterator)
    if (position) this.#remember(iterator, position)
    return position
  }

  #keyOf(iteratorKey: string): KeyObject {
    this.#key ??= createSecretKey(iteratorKey, 'base64')
    return this.#key
  }

  #remember(iterator: string, position: ShardPosition): void {
    const [oldest] = this.#seen.keys()
    if (oldest !== undefined && this.#seen.size >= rememberedMax) this.#seen.delete(oldest)
    this.#seen.set(iterator, position)
  }
}

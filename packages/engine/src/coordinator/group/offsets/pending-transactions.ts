import { type Int64 } from '@sluice/wire'
import type { OffsetAndMetadata } from './offset-and-metadata.ts'
import type { OffsetKey } from '../group-records.ts'

interface PendingOffset {
  readonly key: OffsetKey
  readonly value: OffsetAndMetadata
  /** Rises from write to write. */
  readonly order: number
}

/**
 * Offsets that open transactions have written and whose end marker is still to come. They count only once the
 * transaction is committed.
 */
export class PendingTransactions {
  readonly #producers = new Map<Int64, Map<string, PendingOffset>>()
  /** What later writes, outside of these transactions or committed before them, have made void. */
  readonly #superseded = new WeakSet<PendingOffset>()

  add(producerId: Int64, pending: PendingOffset): void {
    let offsets = this.#producers.get(producerId)
    if (!offsets) this.#producers.set(producerId, (offsets = new Map()))
    offsets.set(identity(pending.key), pending)
  }

  /** The transaction's end: what it had written, in order, and which of that counts where it is committed. */
  end(producerId: Int64): { pending: PendingOffset; counts: boolean }[] {
    const offsets = this.#producers.get(producerId)
    this.#producers.delete(producerId)
    return [...(offsets?.values() ?? [])].map((pending) => ({
      pending,
      counts: !this.#superseded.has(pending),
    }))
  }

  /** An offset counts that was written then: none that was written before it will. */
  supersede(key: OffsetKey, order: number): void {
    if (this.#producers.size === 0) return
    const id = identity(key)
    for (const offsets of this.#producers.values()) {
      const pending = offsets.get(id)
      if (pending && pending.order < order) this.#superseded.add(pending)
    }
  }

  has(key: OffsetKey): boolean {
    const id = identity(key)
    for (const offsets of this.#producers.values()) if (offsets.has(id)) return true
    return false
  }

  hasGroup(group: string): boolean {
    for (const offsets of this.#producers.values())
      for (const { key } of offsets.values()) if (key.group === group) return true
    return false
  }

  /** A tombstone holds for what is pending too. */
  forget(key: OffsetKey): void {
    const id = identity(key)
    for (const [producerId, offsets] of this.#producers) {
      offsets.delete(id)
      if (offsets.size === 0) this.#producers.delete(producerId)
    }
  }

  /** Keys of these topics that are pending in any group. */
  keysOfTopics(topics: ReadonlySet<string>): OffsetKey[] {
    const keys: OffsetKey[] = []
    for (const offsets of this.#producers.values())
      for (const { key } of offsets.values()) if (topics.has(key.topic)) keys.push(key)
    return keys
  }

  /** Keys of a group that are pending. */
  keysOfGroup(group: string): OffsetKey[] {
    const keys: OffsetKey[] = []
    for (const offsets of this.#producers.values())
      for (const { key } of offsets.values()) if (key.group === group) keys.push(key)
    return keys
  }
}

function identity({ group, topic, partition }: OffsetKey): string {
  return [group, topic, partition].join('\u0000')
}

import { openShards } from './shards.ts'
import type { ShardRecord } from './stream-record.ts'

/** Which open shard takes a hash key. */
export class ShardRoutes {
  readonly #shards: readonly ShardRecord[]
  readonly #starts: readonly bigint[]

  constructor(shards: readonly ShardRecord[]) {
    const byStart = openShards(shards)
      .map((shard) => ({ shard, start: BigInt(shard.startingHashKey) }))
      .sort((a, b) => (a.start < b.start ? -1 : 1))
    this.#shards = byStart.map(({ shard }) => shard)
    this.#starts = byStart.map(({ start }) => start)
  }

  /** The last one that begins at or before it: the open shards of a stream have all hash keys between them. */
  of(hashKey: bigint): ShardRecord | undefined {
    let low = 0
    let high = this.#starts.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#starts[middle] ?? 0n) <= hashKey) low = middle + 1
      else high = middle
    }
    return this.#shards[low - 1]
  }
}

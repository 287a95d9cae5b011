import type { Shard } from './kinesis.ts'

/* Where shards lie in the space of hash keys, which has 128 bits: more than a number of JavaScript holds. */

const hashKeys = 1n << 128n
/** Of a place in the picture: a millionth of its width. */
const precision = 1_000_000n

/** A shard in the picture: a row for each generation, parents above their children. */
interface PlacedShard {
  id: string
  isOpen: boolean
  /** From 0 on. */
  row: number
  /** Of the width, 0 to 1. */
  left: number
  width: number
}

/** Parents that are gone already, for what was in them has passed its retention, have no row. */
export function placed(shards: readonly Shard[]): PlacedShard[] {
  const byId = new Map(shards.map((shard) => [shard.ShardId, shard]))
  const rows = new Map<string, number>()
  const rowOf = (id: string): number => {
    const known = rows.get(id)
    if (known !== undefined) return known
    const parents = parentsOf(byId.get(id)).filter((parent) => byId.has(parent))
    const row = parents.length === 0 ? 0 : 1 + Math.max(...parents.map(rowOf))
    rows.set(id, row)
    return row
  }
  // Parents have lower ids: taken in this order none is far from one that is known.
  return [...byId.keys()].sort().map((id) => {
    const { HashKeyRange: range } = byId.get(id) as Shard
    const left = share(BigInt(range.StartingHashKey))
    const width = share(BigInt(range.EndingHashKey) + 1n) - left
    return { id, isOpen: isOpen(byId.get(id) as Shard), row: rowOf(id), left, width }
  })
}

export function isOpen({ SequenceNumberRange: range }: Shard): boolean {
  return range.EndingSequenceNumber === undefined
}

export function parentsOf(shard: Shard | undefined): string[] {
  return [shard?.ParentShardId, shard?.AdjacentParentShardId].filter((id) => id !== undefined)
}

export function childrenOf(id: string, shards: readonly Shard[]): string[] {
  return shards.filter((shard) => parentsOf(shard).includes(id)).map((shard) => shard.ShardId)
}

/** Where a split makes two halves; null where there is but one hash key. */
export function middleOf({ HashKeyRange: range }: Shard): string | null {
  const [first, last] = [BigInt(range.StartingHashKey), BigInt(range.EndingHashKey)]
  return first === last ? null : String(first + (last - first + 1n) / 2n)
}

/** Open shards that a merge takes together with this one: what is beside it on either side. */
export function neighboursOf(shard: Shard, shards: readonly Shard[]): string[] {
  const { StartingHashKey: first, EndingHashKey: last } = shard.HashKeyRange
  return shards
    .filter(isOpen)
    .filter(
      ({ HashKeyRange: range }) =>
        BigInt(range.EndingHashKey) + 1n === BigInt(first) ||
        BigInt(last) + 1n === BigInt(range.StartingHashKey),
    )
    .map(({ ShardId: id }) => id)
}

/** A shard and a neighbour as MergeShards wants them: that with the smaller hash keys first. */
export function mergeOrder(shard: Shard, neighbour: string, shards: readonly Shard[]): [string, string] {
  const other = shards.find(({ ShardId: id }) => id === neighbour)
  const isFirst =
    other && BigInt(other.HashKeyRange.EndingHashKey) < BigInt(shard.HashKeyRange.StartingHashKey)
  return isFirst ? [neighbour, shard.ShardId] : [shard.ShardId, neighbour]
}

/** Of all hash keys, in percent, for people. */
export function shareText({ HashKeyRange: range }: Shard): string {
  const keys = BigInt(range.EndingHashKey) - BigInt(range.StartingHashKey) + 1n
  const percent = share(keys) * 100
  return percent > 0 && percent < 0.01 ? '< 0.01 %' : `${Number(percent.toFixed(2))} %`
}

function share(keys: bigint): number {
  return Number((keys * precision) / hashKeys) / Number(precision)
}

/** `shardId-000000000012` is 12. */
export function shortId(id: string): string {
  return id.replace(/^shardId-0*(?=\d)/, '')
}

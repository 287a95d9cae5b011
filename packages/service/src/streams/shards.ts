import { hashKeyMax } from './hash-keys.ts'
import type { ShardRecord, StreamRecord } from './stream-record.ts'

/* What becomes of shards, decided purely. */

/** So many shards with even shares of all hash keys. */
export function evenShards(count: number, createdAtMs: number): ShardRecord[] {
  const share = (hashKeyMax + 1n) / BigInt(count)
  return Array.from({ length: count }, (_, number) => ({
    number,
    startingHashKey: String(share * BigInt(number)),
    endingHashKey: String(number === count - 1 ? hashKeyMax : share * BigInt(number + 1) - 1n),
    parents: [],
    createdAtMs,
    closed: null,
  }))
}

export function openShards(shards: readonly ShardRecord[]): ShardRecord[] {
  return shards.filter(({ closed }) => closed === null)
}

/** May records of it be left? A closed one is forgotten when its last record is as old as can be. */
export function isKept({ closed }: ShardRecord, retention: Retention, nowMs: number): boolean {
  return closed === null || closed.atMs > trimHorizonMs(retention, nowMs)
}

/** From when on it takes records: children do when their parents end, though the time of their making may be a later one. */
export function beginsAtMs(shards: readonly ShardRecord[], { parents, createdAtMs }: ShardRecord): number {
  const ends = parents.map((parent) => shards[parent]?.closed?.atMs ?? createdAtMs)
  return ends.length > 0 ? Math.max(...ends) : createdAtMs
}

export function keptShards(record: StreamRecord, nowMs: number): ShardRecord[] {
  return record.shards.filter((shard) => isKept(shard, record, nowMs))
}

type Retention = Pick<StreamRecord, 'retentionHours'>

/** How long records are kept. */
export function retentionMs({ retentionHours }: Retention): number {
  return retentionHours * 3_600_000
}

/** From when on records are kept. */
export function trimHorizonMs(record: Retention, nowMs: number): number {
  return nowMs - retentionMs(record)
}

/** Children that come in place of open shards: two of one, or one of two. */
export interface Reshard {
  parents: ShardRecord[]
  /** The hash keys at which the children begin, and the last one at which they end. */
  starts: bigint[]
  end: bigint
}

/**
 * The next splits and merges on the way to open shards that begin at these hash keys; none when they do. Each shard has a part in
 * one of them at most, for a shard has one or two parents and no more.
 *
 *  1. A shard in which others shall begin is split, at the middle one of these.
 *  2. When there is none, neighbours of which the second shall not begin are merged, two at a time.
 */
export function nextReshards(shards: readonly ShardRecord[], wantedStarts: readonly string[]): Reshard[] {
  const wanted = wantedStarts.map(BigInt).sort((a, b) => (a < b ? -1 : 1))
  const open = openShards(shards)
    .map((shard) => ({ shard, start: BigInt(shard.startingHashKey), end: BigInt(shard.endingHashKey) }))
    .sort((a, b) => (a.start < b.start ? -1 : 1))
  const splits = open.flatMap(({ shard, start, end }): Reshard[] => {
    const inside = wanted.filter((one) => one > start && one <= end)
    const middle = inside[inside.length >> 1]
    return middle === undefined ? [] : [{ parents: [shard], starts: [start, middle], end }]
  })
  if (splits.length > 0) return splits
  const isWanted = new Set(wanted)
  const merges: Reshard[] = []
  for (let at = 0; at + 1 < open.length; at++) {
    const [left, right] = [open[at], open[at + 1]]
    if (!left || !right || isWanted.has(right.start)) continue
    merges.push({ parents: [left.shard, right.shard], starts: [left.start], end: right.end })
    at++
  }
  return merges
}

/** All shards after these splits and merges, whose parents end where they have come to. */
export function resharded(
  shards: readonly ShardRecord[],
  reshards: readonly Reshard[],
  endOffsets: ReadonlyMap<number, number>,
  nowMs: number,
): ShardRecord[] {
  const parents = new Set(reshards.flatMap((one) => one.parents.map(({ number }) => number)))
  const before = shards.map((shard) =>
    parents.has(shard.number)
      ? { ...shard, closed: { atMs: nowMs, endOffset: endOffsets.get(shard.number) ?? 0 } }
      : shard,
  )
  const children = reshards.flatMap((one) => childrenOf(one, nowMs))
  return [...before, ...children.map((child, at) => ({ ...child, number: shards.length + at }))]
}

function childrenOf({ parents, starts, end }: Reshard, nowMs: number): Omit<ShardRecord, 'number'>[] {
  // Their sequence numbers have to be greater than those of their parents, which tell the second of their making.
  const createdAtMs = Math.max(nowMs, ...parents.map((parent) => parent.createdAtMs + 1_000))
  return starts.map((start, at) => ({
    startingHashKey: String(start),
    endingHashKey: String(at + 1 < starts.length ? (starts[at + 1] ?? 0n) - 1n : end),
    parents: parents.map(({ number }) => number),
    createdAtMs,
    closed: null,
  }))
}

/** Where the open shards begin. */
export function startsOf(shards: readonly ShardRecord[]): string[] {
  return openShards(shards).map(({ startingHashKey }) => startingHashKey)
}

import { hashKeyMax } from './hash-keys.ts'
import type { ShardRecord, StreamRecord } from './stream-record.ts'

/* What becomes of shards, decided purely. */

const hourMs = 3_600_000

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

/** Those of which records may be left: a closed one is forgotten when its last record is as old as can be. */
export function keptShards({ shards, retentionHours }: StreamRecord, nowMs: number): ShardRecord[] {
  return shards.filter(({ closed }) => closed === null || closed.atMs > nowMs - retentionHours * hourMs)
}

/** From when on records are kept. */
export function trimHorizonMs(
  { retentionHours }: Pick<StreamRecord, 'retentionHours'>,
  nowMs: number,
): number {
  return nowMs - retentionHours * hourMs
}

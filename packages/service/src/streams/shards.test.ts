import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashKeyMax } from './hash-keys.ts'
import { ShardRoutes } from './shard-routes.ts'
import { evenShards, nextReshards, openShards, resharded, startsOf } from './shards.ts'
import type { ShardRecord } from './stream-record.ts'

function reached(shards: readonly ShardRecord[], wanted: readonly string[]): ShardRecord[] {
  let now = [...shards]
  for (let round = 0; ; round++) {
    const next = nextReshards(now, wanted)
    if (next.length === 0) return now
    expect(round).toBeLessThan(40)
    now = resharded(now, next, new Map(), 10_000 * (round + 1))
  }
}

/** The open shards have all hash keys between them, and each but the first has one parent or two, which are closed. */
function checkSound(shards: readonly ShardRecord[]): void {
  const open = openShards(shards).toSorted((a, b) =>
    BigInt(a.startingHashKey) < BigInt(b.startingHashKey) ? -1 : 1,
  )
  let next = 0n
  for (const { startingHashKey, endingHashKey } of open) {
    expect(BigInt(startingHashKey)).toBe(next)
    next = BigInt(endingHashKey) + 1n
  }
  expect(next).toBe(hashKeyMax + 1n)
  expect(shards.map(({ number }) => number)).toEqual(shards.map((_, at) => at))
  for (const { parents, createdAtMs } of shards)
    for (const parent of parents) {
      expect(shards[parent]?.closed).not.toBeNull()
      expect(createdAtMs).toBeGreaterThanOrEqual((shards[parent]?.createdAtMs ?? 0) + 1_000)
    }
  for (const { parents } of shards) expect(parents.length).toBeLessThanOrEqual(2)
}

describe('shards', () => {
  it('share all hash keys evenly, and are found by them', () => {
    const shards = evenShards(7, 0)
    checkSound(shards)
    const routes = new ShardRoutes(shards)
    for (const { number, startingHashKey, endingHashKey } of shards) {
      expect(routes.of(BigInt(startingHashKey))?.number).toBe(number)
      expect(routes.of(BigInt(endingHashKey))?.number).toBe(number)
    }
  })

  it('come from any distribution to any other by splits in two and merges of two', () => {
    const count = fc.integer({ min: 1, max: 40 })
    fc.assert(
      fc.property(count, fc.array(count, { minLength: 1, maxLength: 4 }), (first, others) => {
        let shards = evenShards(first, 0)
        for (const other of others) {
          const wanted = startsOf(evenShards(other, 0))
          shards = reached(shards, wanted)
          checkSound(shards)
          expect(startsOf(shards).sort()).toEqual(wanted.sort())
        }
      }),
      { numRuns: 20 },
    )
  })

  it('are doubled and halved in one round', () => {
    const four = reached(evenShards(2, 0), startsOf(evenShards(4, 0)))
    expect(four).toHaveLength(6)
    expect(reached(four, startsOf(evenShards(2, 0)))).toHaveLength(8)
  })
})

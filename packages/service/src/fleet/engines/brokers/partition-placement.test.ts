import type { Metadata, ResponseOf } from '@sluice/wire'
import { describe, expect, it } from 'vitest'
import { evenMoves } from './partition-placement.ts'

type Answer = ResponseOf<typeof Metadata>

const racks = ['a', 'b', 'c']
const brokersOf = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ nodeId: at + 1, rack: racks[at % 3] ?? null }))

/** Topics as lists of the replicas of their partitions, among so many brokers. */
function metadata(brokers: number, topics: Readonly<Record<string, readonly number[][]>>): Answer {
  return {
    brokers: brokersOf(brokers).map((one) => ({ ...one, host: 'h', port: 1 })),
    topics: Object.entries(topics).map(([name, partitions]) => ({
      name,
      partitions: partitions.map((replicaNodes, partitionIndex) => ({ partitionIndex, replicaNodes })),
    })),
  } as never
}

/** How it stands when all moves are done. */
function after(
  topics: Readonly<Record<string, readonly number[][]>>,
  moves: ReturnType<typeof evenMoves>['moves'],
) {
  const result = Object.fromEntries(
    Object.entries(topics).map(([name, partitions]) => [name, partitions.map((replicas) => [...replicas])]),
  )
  for (const { topic, partition, replicas } of moves) result[topic]?.splice(partition, 1, replicas)
  return result
}

function counts(
  topics: Readonly<Record<string, readonly number[][]>>,
  of: (replicas: readonly number[]) => number[],
) {
  const found: Record<number, number> = {}
  for (const replicas of Object.values(topics).flat())
    for (const id of of(replicas)) found[id] = (found[id] ?? 0) + 1
  return found
}

const spread = (partitions: number) =>
  Array.from({ length: partitions }, (_, at) => [0, 1, 2].map((n) => ((at + n) % 3) + 1))

describe('partitions of a cluster that grows', () => {
  it('go to the brokers that have joined, half of each topic, within their racks', () => {
    const topics = { events: spread(12), orders: spread(6) }
    const { moves, moving } = evenMoves(brokersOf(6), metadata(6, topics))
    const now = after(topics, moves)
    expect(moving).toBe(0)
    expect(counts({ events: now['events'] ?? [] }, (all) => [...all])).toEqual({
      1: 6,
      2: 6,
      3: 6,
      4: 6,
      5: 6,
      6: 6,
    })
    expect(counts({ orders: now['orders'] ?? [] }, (all) => [...all])).toEqual({
      1: 3,
      2: 3,
      3: 3,
      4: 3,
      5: 3,
      6: 3,
    })
    for (const replicas of Object.values(now).flat())
      expect(replicas.map((id) => (id - 1) % 3).sort()).toEqual([0, 1, 2])
    const leaders = counts(now, ([first = 0]) => [first])
    expect(Math.max(...Object.values(leaders))).toBeLessThanOrEqual(5)
    // And then nothing more.
    expect(evenMoves(brokersOf(6), metadata(6, now))).toEqual({ moves: [], moving: 0 })
  })

  it('are spread also where each topic has one', () => {
    const topics = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`t${at}`, [[1, 2, 3]]]))
    const now = after(topics, evenMoves(brokersOf(6), metadata(6, topics)).moves)
    expect(counts(now, (all) => [...all])).toEqual({ 1: 5, 2: 5, 3: 5, 4: 5, 5: 5, 6: 5 })
  })

  it('wait for what is under way', () => {
    // The first one is on its way from 1 to 4.
    const topics = {
      events: [
        [4, 2, 3, 1],
        [1, 2, 3],
        [1, 2, 3],
      ],
    }
    const { moves, moving } = evenMoves(brokersOf(6), metadata(6, topics))
    expect(moving).toBe(1)
    expect(moves.map(({ partition }) => partition)).not.toContain(0)
    expect(after(topics, moves)['events']?.map(([first]) => first)).toEqual([4, 1, 1])
  })
})

describe('partitions of a cluster that shrinks', () => {
  it('leave the brokers that leave, and no others', () => {
    const topics = {
      events: [
        [1, 2, 3],
        [4, 5, 6],
        [2, 6, 4],
      ],
      orders: [[5, 3, 1]],
    }
    const { moves } = evenMoves(brokersOf(3), metadata(6, topics))
    expect(after(topics, moves)).toEqual({
      events: [
        [1, 2, 3],
        [1, 2, 3],
        [2, 3, 1],
      ],
      orders: [[2, 3, 1]],
    })
    expect(moves).toHaveLength(3)
  })
})

import { describe, expect, it } from 'vitest'
import { testPlan } from '../apache-kafka/testing/test-plan.ts'
import { internalMoves } from './internal-topics.ts'

const properties = { 'offsets.topic.replication.factor': '3' }
const plan = (brokers: number) => testPlan('4.4.x.kraft', { brokers, properties })
type MetadataAnswer = Parameters<typeof internalMoves>[1]

function metadata(replicas: number[][], topic: object = {}) {
  const partitions = replicas.map((replicaNodes, partitionIndex) => ({ partitionIndex, replicaNodes }))
  const topics = [{ name: '__consumer_offsets', isInternal: true, partitions, ...topic }]
  return { topics } as unknown as MetadataAnswer
}

const moves = (brokers: number, replicas: number[][]) =>
  internalMoves(plan(brokers), metadata(replicas)).map((move) => [move.partition, ...move.replicas])

describe('partitions of internal topics', () => {
  it('that stand as they shall are left alone, and so are topics of users', () => {
    expect(moves(3, [[1, 2, 3]])).toEqual([])
    expect(moves(4, [[4, 3, 1]])).toEqual([])
    expect(internalMoves(plan(3), metadata([[1]], { name: 'orders', isInternal: false }))).toEqual([])
  })

  it('get the replicas that they lack, one a rack, and each broker leads its part', () => {
    expect(moves(3, [[1], [1], [1]])).toEqual([
      [0, 1, 2, 3],
      [1, 2, 1, 3],
      [2, 3, 1, 2],
    ])
    const placed = moves(6, [[1], [1], [1], [1], [1], [1]]).map(([, ...replicas]) => replicas)
    for (const replicas of placed) expect(new Set(replicas.map((id) => (id - 1) % 3)).size).toBe(3)
    const held = placed.flat().reduce((counts, id) => counts.set(id, (counts.get(id) ?? 0) + 1), new Map())
    expect([...held.keys()].sort()).toEqual([1, 2, 3, 5, 6])
  })

  it('get as many as there are brokers where these are fewer', () => {
    expect(moves(2, [[1]])).toEqual([[0, 1, 2]])
  })

  it('leave the brokers that the plan has no more', () => {
    expect(moves(3, [[4, 5, 6]])).toEqual([[0, 1, 2, 3]])
    expect(moves(3, [[4, 2, 3]])).toEqual([[0, 2, 3, 1]])
    // While they are being moved, they are on both.
    expect(moves(3, [[2, 3, 1, 4]])).toEqual([[0, 2, 3, 1]])
  })
})

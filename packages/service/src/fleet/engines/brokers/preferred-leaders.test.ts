import { expect, it } from 'vitest'
import { awayFromHome } from './preferred-leaders.ts'

it('partitions are away from home while another one than their first replica leads them', () => {
  const partitions = [
    { partitionIndex: 0, leaderId: 1, replicaNodes: [1, 2] },
    { partitionIndex: 1, leaderId: 1, replicaNodes: [2, 1] },
    { partitionIndex: 2, leaderId: -1, replicaNodes: [3] },
  ]
  const topics = [
    { name: 'orders', partitions },
    { name: 'home', partitions: partitions.slice(0, 1) },
  ]
  const answer = { topics } as unknown as Parameters<typeof awayFromHome>[0]
  expect(awayFromHome(answer)).toEqual([{ topic: 'orders', partitions: [1, 2] }])
})

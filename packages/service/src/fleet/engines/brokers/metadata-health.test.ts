import { describe, expect, it } from 'vitest'
import { metadataProblem, userPartitionsOf } from './metadata-health.ts'
import { testPlan } from '../apache-kafka/testing/test-plan.ts'

const plan = testPlan('4.4.x.kraft')
type MetadataAnswer = Parameters<typeof metadataProblem>[1]

const partition = (partitionIndex: number, leaderId: number, replicaNodes: number[], isrNodes: number[]) => ({
  errorCode: 0,
  partitionIndex,
  leaderId,
  leaderEpoch: 0,
  replicaNodes,
  isrNodes,
  offlineReplicas: [],
})

function metadata(partitions: ReturnType<typeof partition>[], brokers = [1, 2, 3], isInternal = false) {
  const topic = { errorCode: 0, name: 'orders', topicId: '', isInternal, partitions }
  const answer: Partial<MetadataAnswer> = {
    brokers: brokers.map((nodeId) => ({ nodeId, host: '127.0.0.1', port: 1, rack: null })),
    topics: [{ ...topic, topicAuthorizedOperations: 0 }],
  }
  return answer as MetadataAnswer
}

describe('brokers and partitions', () => {
  it('are well when all are there and in sync', () => {
    expect(metadataProblem(plan, metadata([partition(0, 1, [1, 2, 3], [3, 1, 2])]))).toBeNull()
  })

  it('are not while a broker of the plan is unknown; one that left does not count', () => {
    expect(metadataProblem(plan, metadata([], [1, 3]))).toBe('Broker 2 is not registered with the cluster.')
    expect(metadataProblem(plan, metadata([], [1, 2, 3, 4]))).toBeNull()
  })

  it('are not while a partition lacks a replica or its leader', () => {
    const lagging = partition(3, 1, [1, 2, 3], [1, 3])
    expect(metadataProblem(plan, metadata([partition(0, 1, [1], [1]), lagging]))).toBe(
      'Partition orders-3 has 2 of its 3 replicas in sync.',
    )
    expect(metadataProblem(plan, metadata([partition(0, -1, [2], [2]), lagging]))).toBe(
      'Partition orders-0 has no leader, and so it is with 1 more.',
    )
  })
})

it('counts the users’ partitions of a broker', () => {
  const partitions = [partition(0, 1, [1, 2], [1]), partition(1, 3, [3], [3]), partition(2, -1, [2], [])]
  expect(userPartitionsOf(metadata(partitions), 2)).toBe(2)
  expect(userPartitionsOf(metadata(partitions, [1, 2, 3], true), 2)).toBe(0)
})

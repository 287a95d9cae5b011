import { describe, expect, it } from 'vitest'
import { ensembleProblem, metadataProblem, quorumProblem, userPartitionsOf } from './health.ts'
import { testPlan } from './test-plan.ts'

const plan = testPlan('4.4.x.kraft')
type MetadataAnswer = Parameters<typeof metadataProblem>[1]
type QuorumAnswer = Parameters<typeof quorumProblem>[1]

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

function quorum(leaderId: number, caughtUp: Record<number, number>): QuorumAnswer {
  const currentVoters = Object.entries(caughtUp).map(([replicaId, lastCaughtUpTimestamp]) => ({
    replicaId: Number(replicaId),
    replicaDirectoryId: '',
    logEndOffset: 10,
    lastFetchTimestamp: -1,
    lastCaughtUpTimestamp,
  }))
  const data = { partitionIndex: 0, errorCode: 0, errorMessage: null, leaderId, leaderEpoch: 1 }
  const partitions = [{ ...data, highWatermark: 10, currentVoters, observers: [] }]
  return { errorCode: 0, errorMessage: null, topics: [{ topicName: '', partitions }], nodes: [] }
}

describe('the quorum of controllers', () => {
  it('is well when all voters keep up with the leader', () => {
    expect(quorumProblem(plan, quorum(10001, { 10001: 99_000, 10002: 98_500, 10003: 98_000 }))).toBeNull()
  })

  it('is not while a voter lags, has never fetched, or is none', () => {
    expect(quorumProblem(plan, quorum(10001, { 10001: 99_000, 10002: 90_000, 10003: 98_000 }))).toBe(
      'Controller 10002 has not caught up with the quorum’s leader.'.replace('’', "'"),
    )
    expect(quorumProblem(plan, quorum(10001, { 10001: 99_000, 10002: 99_000, 10003: -1 }))).toMatch(/10003/)
    expect(quorumProblem(plan, quorum(10001, { 10001: 99_000, 10002: 99_000 }))).toBe(
      'Controller 10003 is not a voter of the quorum.',
    )
  })

  it('is not without a leader', () => {
    const answer = quorum(-1, { 10001: 1, 10002: 1, 10003: 1 })
    expect(quorumProblem(plan, answer)).toBe('The quorum of controllers has no leader.')
    expect(quorumProblem(plan, { ...answer, errorCode: 41 })).toBe('The quorum of controllers has no leader.')
  })
})

it('says which ZooKeeper node is outside its ensemble', () => {
  expect(
    ensembleProblem(
      new Map([
        [1, 'follower'],
        [2, 'leader'],
        [3, 'follower'],
      ]),
    ),
  ).toBeNull()
  expect(
    ensembleProblem(
      new Map([
        [1, 'follower'],
        [2, null],
      ]),
    ),
  ).toBe("ZooKeeper node 2 is not part of the ensemble's quorum.")
})

it('counts the users’ partitions of a broker', () => {
  const partitions = [partition(0, 1, [1, 2], [1]), partition(1, 3, [3], [3]), partition(2, -1, [2], [])]
  expect(userPartitionsOf(metadata(partitions), 2)).toBe(2)
  expect(userPartitionsOf(metadata(partitions, [1, 2, 3], true), 2)).toBe(0)
})

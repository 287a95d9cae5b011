import { describe, expect, it } from 'vitest'
import { testPlan } from '../testing/test-plan.ts'
import { quorumProblem } from './quorum-health.ts'

const plan = testPlan('4.4.x.kraft')
type QuorumAnswer = Parameters<typeof quorumProblem>[1]

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
      "Controller 10002 has not caught up with the quorum's leader.",
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

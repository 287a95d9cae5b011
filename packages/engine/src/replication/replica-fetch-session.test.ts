import { expect, it } from 'vitest'
import { type FetchedReplica, ReplicaFetchSession } from './replica-fetch-session.ts'

const topicId = 'AAAAAAAAQAAAAAAAAAAAAQ'

function replica(index: number, fetchOffset = 0): FetchedReplica {
  const position = { fetchOffset, lastFetchedEpoch: 1, logStartOffset: 0, currentLeaderEpoch: 1 }
  return { topicId, index, position }
}

/** The epoch, the partitions that are named and those that are forgotten. */
function told(session: ReplicaFetchSession, replicas: FetchedReplica[]) {
  const { sessionId, sessionEpoch, topics, forgottenTopicsData } = session.request(replicas, 1)
  return [
    `${sessionId}/${sessionEpoch}`,
    topics?.flatMap(({ partitions }) => partitions?.map(({ partition }) => partition)),
    forgottenTopicsData?.flatMap(({ partitions }) => partitions),
  ]
}

it('names all partitions once, and then what has changed', () => {
  const session = new ReplicaFetchSession()
  expect(told(session, [replica(0), replica(1)])).toEqual(['0/0', [0, 1], []])
  session.answered(7)
  expect(told(session, [replica(0), replica(1, 5)])).toEqual(['7/1', [1], []])
  session.answered(7)
  expect(told(session, [replica(1, 5), replica(2)])).toEqual(['7/2', [2], [0]])
  session.answered(7)
  expect(told(session, [replica(1, 5), replica(2)])).toEqual(['7/3', [], []])
})

it('names all again when the session is lost, or was never given', () => {
  const session = new ReplicaFetchSession()
  session.request([replica(0)], 1)
  session.answered(0)
  expect(told(session, [replica(0)])).toEqual(['0/0', [0], []])
  session.answered(7)
  session.reset()
  expect(told(session, [replica(0)])).toEqual(['0/0', [0], []])
})

it('knows from where the leader was asked last', () => {
  const session = new ReplicaFetchSession()
  session.request([replica(0, 3)], 1)
  expect(session.asked(topicId, 0)).toMatchObject({ fetchOffset: 3 })
  session.answered(7)
  session.request([replica(1)], 1)
  expect(session.asked(topicId, 0)).toBeUndefined()
})

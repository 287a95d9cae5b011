import { seededRandom } from '@sluice/effects'
import { ErrorCode, type Int64 } from '@sluice/wire'
import { describe, expect, it } from 'vitest'
import { atOnce } from '../storage/slices.ts'
import { FetchSessions, type FetchRequestTopics, finalEpoch, initialEpoch } from './fetch-sessions.ts'

const evictionMs = 120_000
const consumer = { byId: false, isFollower: false }
const follower = { byId: false, isFollower: true }

function open(cache: FetchSessions, ...args: Parameters<FetchSessions['open']>) {
  return atOnce(cache.open(...args))
}

function sessions(slotsMax = 2, partitionsMax = 100): FetchSessions {
  return new FetchSessions({ slotsMax, partitionsMax, evictionMs, random: seededRandom(1) })
}

const manyPartitions = { 'm-0': 0, 'm-1': 0, 'm-2': 0 }

function request(
  sessionId: number,
  sessionEpoch: number,
  offsets: Record<string, number> = {},
  forgotten: string[] = [],
): FetchRequestTopics {
  const split = (key: string) => ({
    topic: key.slice(0, key.lastIndexOf('-')),
    partition: Number(key.slice(key.lastIndexOf('-') + 1)),
  })
  return {
    sessionId,
    sessionEpoch,
    topics: Object.entries(offsets).map(([key, fetchOffset]) => ({
      topic: split(key).topic,
      topicId: '',
      partitions: [
        {
          partition: split(key).partition,
          fetchOffset,
          currentLeaderEpoch: -1,
          lastFetchedEpoch: -1,
          logStartOffset: -1,
          partitionMaxBytes: 100,
        },
      ],
    })),
    forgottenTopicsData: forgotten.map((key) => ({
      topic: split(key).topic,
      topicId: '',
      partitions: [split(key).partition],
    })),
  }
}

function wanted(scope: {
  partitions: Iterable<{ topicKey: string; partition: number; fetchOffset: Int64 }>
}) {
  return [...scope.partitions].map((p) => `${p.topicKey}-${p.partition}@${p.fetchOffset}`)
}

describe('FetchSessions (KIP-227)', () => {
  it('remembers the partitions of a session and takes changes from each request', () => {
    const cache = sessions()
    const full = open(cache, request(0, initialEpoch, { 'a-0': 1, 'b-0': 2 }), consumer, 0)
    expect(full.incremental).toBe(false)
    expect(full.sessionId).not.toBe(0)
    const next = open(cache, request(full.sessionId, 1, { 'a-0': 5, 'c-3': 9 }, ['b-0']), consumer, 0)
    expect(next.error).toBe(ErrorCode.NONE)
    expect(next.incremental).toBe(true)
    expect(wanted(next)).toEqual(['a-0@5', 'c-3@9'])
  })

  it('serves a partition that had records after the others', () => {
    const cache = sessions()
    const { sessionId } = open(cache, request(0, initialEpoch, { 'a-0': 0, 'a-1': 0, 'a-2': 0 }), consumer, 0)
    const scope = open(cache, request(sessionId, 1), consumer, 0)
    const [first] = [...scope.partitions]
    if (first) scope.served(first)
    expect(wanted(open(cache, request(sessionId, 2), consumer, 0))).toEqual(['a-1@0', 'a-2@0', 'a-0@0'])
  })

  it('refuses an unknown session with 70, a wrong epoch with 71, ids in a session of names with 106', () => {
    const cache = sessions()
    const { sessionId } = open(cache, request(0, initialEpoch, { 'a-0': 0 }), consumer, 0)
    expect(open(cache, request(sessionId + 1, 1), consumer, 0).error).toBe(
      ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
    )
    expect(open(cache, request(sessionId, 2), consumer, 0).error).toBe(ErrorCode.INVALID_FETCH_SESSION_EPOCH)
    expect(open(cache, request(sessionId, 1), { ...consumer, byId: true }, 0).error).toBe(
      ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR,
    )
    expect(open(cache, request(sessionId, 1), consumer, 0).error).toBe(ErrorCode.NONE)
  })

  it('closes a session with epoch -1, and one that has no partition left', () => {
    const cache = sessions()
    const first = open(cache, request(0, initialEpoch, { 'a-0': 0 }), consumer, 0)
    expect(open(cache, request(first.sessionId, finalEpoch, { 'a-0': 0 }), consumer, 0).sessionId).toBe(0)
    expect(cache.size).toBe(0)
    const second = open(cache, request(0, initialEpoch, { 'a-0': 0 }), consumer, 0)
    expect(open(cache, request(second.sessionId, 1, {}, ['a-0']), consumer, 0).sessionId).toBe(0)
    expect(cache.size).toBe(0)
  })

  it('gives no session while all slots are in use, and the oldest slot once it has been idle long enough', () => {
    const cache = sessions(1)
    const first = open(cache, request(0, initialEpoch, { 'a-0': 0 }), consumer, 0)
    expect(open(cache, request(0, initialEpoch, { 'b-0': 0 }), consumer, evictionMs).sessionId).toBe(0)
    const second = open(cache, request(0, initialEpoch, { 'b-0': 0 }), consumer, evictionMs + 1)
    expect(second.sessionId).not.toBe(0)
    expect(open(cache, request(first.sessionId, 1), consumer, evictionMs + 1).error).toBe(
      ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
    )
  })

  it('gives a follower the slot of the consumer with the fewest partitions, and no consumer that of a follower', () => {
    const cache = sessions(2)
    const large = open(cache, request(0, initialEpoch, { 'a-0': 0, 'a-1': 0 }), consumer, 0)
    const small = open(cache, request(0, initialEpoch, { 'b-0': 0 }), consumer, 0)
    expect(open(cache, request(0, initialEpoch, { 'c-0': 0 }), follower, 0).sessionId).not.toBe(0)
    const errors = [large, small].map(
      ({ sessionId }) => open(cache, request(sessionId, 1), consumer, 0).error,
    )
    expect(errors).toEqual([ErrorCode.NONE, ErrorCode.FETCH_SESSION_ID_NOT_FOUND])
    expect(open(cache, request(0, initialEpoch, { 'c-1': 0 }), follower, 0).sessionId).not.toBe(0)
    for (const later of [0, evictionMs])
      expect(open(cache, request(0, initialEpoch, manyPartitions), consumer, later).sessionId).toBe(0)
    expect(open(cache, request(0, initialEpoch, manyPartitions), follower, evictionMs).sessionId).toBe(0)
  })

  it('gives a session with more partitions the slot of one that is there for long', () => {
    const cache = sessions(1)
    const { sessionId } = open(cache, request(0, initialEpoch, { 'a-0': 0 }), consumer, 0)
    const take = (offsets: Record<string, number>) =>
      open(cache, request(0, initialEpoch, offsets), consumer, evictionMs + 1).sessionId
    expect(open(cache, request(sessionId, 1), consumer, evictionMs).error).toBe(ErrorCode.NONE)
    expect(take(manyPartitions)).toBe(0)
    expect(open(cache, request(sessionId, 2), consumer, evictionMs + 1).error).toBe(ErrorCode.NONE)
    expect(take({ 'b-0': 0 })).toBe(0)
    expect(take(manyPartitions)).not.toBe(0)
  })

  it('gives no session to who comes with more partitions than there is room for', () => {
    const cache = sessions(10, 4)
    expect(open(cache, request(0, initialEpoch, manyPartitions), consumer, 0).sessionId).not.toBe(0)
    expect(open(cache, request(0, initialEpoch, { 'a-0': 0, 'a-1': 0 }), consumer, 0).sessionId).toBe(0)
    const { sessionId } = open(cache, request(0, initialEpoch, { 'a-0': 0 }), consumer, 0)
    expect(sessionId).not.toBe(0)
    const grown = open(cache, request(sessionId, 1, { 'a-1': 0 }), consumer, 0)
    expect([grown.error, grown.sessionId, grown.incremental]).toEqual([ErrorCode.NONE, 0, false])
    expect(wanted(grown)).toEqual(['a-0@0', 'a-1@0'])
    // Its place is free again, and long after so is that of who has gone without a word.
    expect(open(cache, request(0, initialEpoch, { 'b-0': 0 }), consumer, 0).sessionId).not.toBe(0)
    const later = evictionMs + 1
    expect(open(cache, request(0, initialEpoch, manyPartitions), consumer, later).sessionId).not.toBe(0)
    const all = { ...manyPartitions, 'c-0': 0, 'c-1': 0 }
    expect(open(cache, request(0, initialEpoch, all), follower, 10 * later).sessionId).toBe(0)
    expect(cache.size).toBeGreaterThan(0)
  })

  it('keeps the slot of a session whose partitions are changing', () => {
    const cache = sessions(1)
    const { sessionId } = open(cache, request(0, initialEpoch, { 'a-0': 0 }), consumer, 0)
    const changing = cache.open(request(sessionId, 1, manyPartitions), consumer, 0)
    changing.next()
    expect(open(cache, request(0, initialEpoch, manyPartitions), follower, 0).sessionId).toBe(0)
    expect(atOnce(changing).sessionId).toBe(sessionId)
    expect(cache.size).toBe(1)
    const abandoned = cache.open(request(sessionId, 2, manyPartitions), consumer, 0)
    abandoned.next()
    abandoned.return(undefined as never)
    expect(cache.size).toBe(0)
    expect(open(cache, request(0, initialEpoch, { 'b-0': 0 }), consumer, 0).sessionId).not.toBe(0)
  })
})

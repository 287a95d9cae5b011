import { ErrorCode } from '@sluice/wire'
import { expect, it } from 'vitest'
import { failed, hasNews } from './fetched.ts'

it('is news in a session again and again that a follower has records that are deleted, until it says otherwise', () => {
  const told = (logStartOffset: number) => ({
    topicKey: 'events',
    partition: 0,
    fetchOffset: 9,
    partitionMaxBytes: 1_000,
    currentLeaderEpoch: 0,
    lastFetchedEpoch: 0,
    logStartOffset,
    sentHighWatermark: 9,
    sentLogStartOffset: 5,
  })
  const fetched = (logStartOffset: number) => ({
    ...failed(told(logStartOffset), ErrorCode.NONE),
    highWatermark: 9,
    logStartOffset: 5,
  })
  expect(hasNews(fetched(0))).toBe(true)
  expect(hasNews(fetched(5))).toBe(false)
  // A consumer does not say.
  expect(hasNews(fetched(-1))).toBe(false)
})

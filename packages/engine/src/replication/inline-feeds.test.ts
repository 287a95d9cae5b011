import { NodeGuard } from '@sluice/effects'
import { expect, it } from 'vitest'
import { InlineFeeds } from './inline-feeds.ts'
import type { ReplicaFeed } from './replica-feed.ts'

const offer = { topic: 'events', topicId: 'AAAAAAAAQAAAAAAAAAAAAQ', index: 0, leaderEpoch: 1, endOffset: 0 }
const willing: ReplicaFeed = { append: () => true, follow: () => true, end() {} }

it('finds the brokers that are here, until they leave', () => {
  const feeds = new InlineFeeds()
  expect(feeds.open(2, offer)).toBeNull()
  const { run: guard } = new NodeGuard(() => {})
  const leave = feeds.join(2, { guard, openFeed: () => willing })
  const feed = feeds.open(2, offer)
  expect([feed?.append([]), feed?.follow(0, 0)]).toEqual([true, true])
  const leaveLater = feeds.join(2, { guard, openFeed: () => null })
  leave()
  expect(feeds.open(2, offer)).toBeNull()
  leaveLater()
  feeds.join(2, { guard, openFeed: () => willing })
  expect(feeds.open(2, offer)).not.toBeNull()
})

it('keeps a bug of the follower in its own broker', () => {
  const bug = () => {
    throw new Error('a bug of the follower')
  }
  for (const [broken, taken] of [
    [{ openFeed: bug }, [undefined, undefined]],
    [{ openFeed: () => ({ ...willing, append: bug }) }, [false, true]],
    [{ openFeed: () => ({ ...willing, follow: bug }) }, [true, false]],
    [{ openFeed: () => ({ ...willing, end: bug }) }, [true, true]],
  ] as const) {
    const failures: string[] = []
    const feeds = new InlineFeeds()
    feeds.join(2, { ...broken, guard: new NodeGuard(({ message }) => void failures.push(message)).run })
    const feed = feeds.open(2, offer)
    expect([feed?.append([]), feed?.follow(0, 0)]).toEqual(taken)
    feed?.end()
    expect(failures).toEqual(['a bug of the follower'])
  }
})

import { RecordBatch } from '@sluice/wire'
import { describe, expect, it } from 'vitest'
import { batchOf } from '../storage/testing/log-context.ts'
import { Follower } from './follower.ts'
import { Leader } from './leader.ts'
import { PartitionDisk } from './partition-disk.ts'
import type { ReplicaFeed } from './replica-feed.ts'
import {
  followed,
  followerAt,
  ledWithFollower,
  me,
  other,
  PartitionContext,
} from './testing/partition-context.ts'
import { Traffic } from './traffic.ts'
import { Waiters } from './waiters.ts'

const replicas = {
  leader: 'leader.replication.throttled.replicas',
  follower: 'follower.replication.throttled.replicas',
} as const

class Context extends PartitionContext {
  readonly replica = {
    topic: 'events',
    index: 0,
    log: this.log,
    disk: new PartitionDisk(this.context, this.log.topicPartition),
    waiters: new Waiters(),
    traffic: new Traffic(),
    context: this.context,
  }
}

describe('replicas that are throttled', () => {
  it.each(['leader', 'follower'] as const)(
    'of the %s are those of this broker that the topic names',
    (side) => {
      const context = new Context()
      const throttled = () => [0, 1, 2].filter((index) => context.quotas[side].isThrottled('events', index))
      expect(throttled()).toEqual([])
      context.setConfig(replicas[side], `0:${me},1:${other},2:${other},2:${me}`)
      expect(throttled()).toEqual([0, 2])
      context.setConfig(replicas[side], '*')
      expect(throttled()).toEqual([0, 1, 2])
      expect(context.quotas[side].isThrottled('others', 0)).toBe(false)
      context.setConfig(replicas[side], '')
      expect(throttled()).toEqual([])
    },
  )
})

describe('the rate of throttled replicas', () => {
  it('has no bound of its own', () => {
    const { quotas } = new Context()
    quotas.leader.record(1e15)
    expect(quotas.leader.isExceeded).toBe(false)
  })

  it('is bounded by side', () => {
    const context = new Context()
    context.limitReplication(100)
    context.quotas.leader.record(101)
    expect([context.quotas.leader.isExceeded, context.quotas.follower.isExceeded]).toEqual([true, false])
  })

  it('is the sum of some samples over the time since the first of them, at least one sample', async () => {
    const context = new Context()
    const { leader } = context.quotas
    context.limitReplication(100)
    leader.record(100)
    expect(leader.isExceeded).toBe(false)
    leader.record(200)
    expect(leader.isExceeded).toBe(true)
    await context.clock.advance(2_999)
    expect(leader.isExceeded).toBe(true)
    await context.clock.advance(1)
    expect(leader.isExceeded).toBe(false)
    leader.record(1)
    expect(leader.isExceeded).toBe(true)
  })

  it('forgets what is older than its window', async () => {
    const context = new Context()
    const { leader } = context.quotas
    context.limitReplication(100)
    leader.record(1_000_000)
    await context.clock.advance(10_999)
    expect(leader.isExceeded).toBe(true)
    await context.clock.advance(1)
    expect(leader.isExceeded).toBe(false)
  })

  it('has one more sample than its window at most', async () => {
    const context = new Context()
    const { leader } = context.quotas
    context.limitReplication(10)
    leader.record(1_000_000)
    for (let second = 0; second < 11; second++) {
      await context.clock.advance(1_000)
      leader.record(1)
    }
    expect(leader.isExceeded).toBe(false)
  })
})

describe('a follower that is throttled', () => {
  const nothing = { records: null, highWatermark: 0, logStartOffset: 0 }

  function batch(): Buffer {
    const records = batchOf(1)
    RecordBatch.setPartitionLeaderEpoch(records, 0, followed.leaderEpoch)
    return records
  }

  it('is held back while it is out of sync, and its broker takes too much', async () => {
    const context = new Context()
    const follower = new Follower(context.replica, followed, context.fetchers)
    context.limitReplication(10)
    expect(follower.isHeldBack).toBe(false)
    follower.take({ ...nothing, records: batch(), highWatermark: 9 })
    expect(follower.isHeldBack).toBe(false)
    context.setConfig(replicas.follower, `0:${me}`)
    context.quotas.follower.record(11)
    expect(follower.isHeldBack).toBe(true)
    await context.clock.advance(11_000)
    expect(follower.isHeldBack).toBe(false)
  })

  it('counts all that it takes, and is not held back once it has all that is committed', () => {
    const context = new Context()
    const follower = new Follower(context.replica, followed, context.fetchers)
    context.limitReplication(10)
    context.setConfig(replicas.follower, '*')
    follower.take({ ...nothing, records: batch(), highWatermark: 1 })
    expect(context.quotas.follower.isExceeded).toBe(true)
    expect(follower.isHeldBack).toBe(false)
  })

  it('is not fed', () => {
    const context = new Context()
    const follower = new Follower(context.replica, followed, context.fetchers)
    const offer = { topic: 'events', topicId: '', index: 0, leaderEpoch: 4, endOffset: 0 }
    expect(follower.openFeed(offer)).toBe(true)
    context.setConfig(replicas.follower, '*')
    follower.reviewThrottle()
    expect(context.followers.size).toBe(1)
    expect(follower.append([batch()])).toBe(false)
    expect(follower.openFeed(offer)).toBe(false)
  })
})

describe('a leader that is throttled', () => {
  it('feeds nobody until it is throttled no more', () => {
    const context = new Context()
    const told: string[] = []
    const feed: ReplicaFeed = {
      append: () => true,
      follow: () => true,
      end: () => void told.push('end'),
    }
    context.feed = feed
    const leader = new Leader(context.replica, ledWithFollower)
    expect(leader.followerFetched(followerAt(0))).toBe(true)
    leader.reviewThrottle()
    expect(told).toEqual([])
    context.setConfig(replicas.leader, '*')
    leader.reviewThrottle()
    expect(told).toEqual(['end'])
    expect(leader.followerFetched(followerAt(0))).toBe(false)
    context.setConfig(replicas.leader, `0:${other}`)
    expect(leader.followerFetched(followerAt(0))).toBe(true)
  })
})

import { ErrorCode } from '@sluice/wire'
import { describe, expect, it } from 'vitest'
import { batchOf, startMs } from '../storage/testing/log-context.ts'
import type { AppendRequest } from './append.ts'
import { Leader } from './leader.ts'
import { PartitionDisk } from './partition-disk.ts'
import type { ReplicaFeed } from './replica-feed.ts'
import type { PartitionState } from './replica.ts'
import {
  Appended,
  brokerEpochOf,
  followerAt,
  led,
  ledWithFollower,
  me,
  other,
  PartitionContext,
} from './testing/partition-context.ts'
import { Traffic } from './traffic.ts'
import { Waiters } from './waiters.ts'

class Context extends PartitionContext {
  readonly waiters = new Waiters()
  readonly partitionDisk = new PartitionDisk(this.context, this.log.topicPartition)

  leader(state: PartitionState = led): Leader {
    const { log, waiters, context, partitionDisk: disk } = this
    return new Leader(
      { topic: 'events', index: 0, log, disk, waiters, traffic: new Traffic(), context },
      state,
    )
  }
}

function append(leader: Leader, request: Partial<AppendRequest> = {}): Appended {
  const sink = new Appended()
  const records = batchOf(1)
  leader.append({
    records,
    origin: 'client',
    acks: 1,
    timeoutMs: 9,
    nowMs: startMs,
    index: 0,
    sink,
    ...request,
  })
  return sink
}

describe('a leader', () => {
  it('wakes followers when it has more, and consumers when more is committed', () => {
    const context = new Context()
    const woken: string[] = []
    context.waiters.add({ dataArrived: () => void woken.push('follower') }, 'appended')
    context.waiters.add({ dataArrived: () => void woken.push('consumer') }, 'committed')
    const leader = context.leader(ledWithFollower)
    append(leader)
    expect(woken).toEqual([])
    leader.commit()
    expect(woken).toEqual(['follower'])
    leader.update({ ...ledWithFollower, isr: [me] })
    expect(woken).toEqual(['follower', 'consumer'])
  })

  it('writes what is staged before its epoch changes, and before it resigns', () => {
    const context = new Context()
    const leader = context.leader()
    append(leader)
    leader.update({ ...led, leaderEpoch: 5 })
    expect(context.log.logEndOffset).toBe(1)
    expect(context.log.leaderEpochs.entries).toEqual([
      { epoch: 3, startOffset: 0 },
      { epoch: 5, startOffset: 1 },
    ])
    append(leader)
    leader.resign(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    expect(context.log.logEndOffset).toBe(2)
  })

  it('takes nothing while its disk is not well', async () => {
    const context = new Context()
    const leader = context.leader()
    context.partitionDisk.failed(Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'write' }))
    expect(append(leader).error).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
    await context.clock.advance(1000)
    const appended = append(leader)
    leader.commit()
    expect(appended.error).toBe(ErrorCode.NONE)
  })
})

describe('the replicas of a leader', () => {
  it('are in sync until they have had their time to be heard of; then a smaller ISR is asked for', async () => {
    const context = new Context()
    const leader = context.leader({ ...ledWithFollower, replicas: [me, other, 3], isr: [me, other] })
    append(leader)
    leader.commit()
    await context.clock.advance(30_000)
    leader.reviewIsr()
    expect(context.wantedIsrs).toEqual([])
    await context.clock.advance(1)
    leader.reviewIsr()
    leader.reviewIsr()
    expect(context.wantedIsrs).toEqual([[me]])
    expect(context.log.highWatermark).toBe(0)
  })

  it('have that time again under a new epoch, and not under another state of the same one', async () => {
    for (const [leaderEpoch, wanted] of [
      [3, [[me]]],
      [4, []],
    ] as const) {
      const context = new Context()
      const leader = context.leader(ledWithFollower)
      append(leader)
      leader.commit()
      await context.clock.advance(20_000)
      leader.update({ ...ledWithFollower, leaderEpoch, partitionEpoch: 1 })
      await context.clock.advance(20_000)
      leader.reviewIsr()
      expect(context.wantedIsrs).toEqual(wanted)
    }
  })

  it('are asked for again when the metadata log has not followed', async () => {
    const context = new Context()
    const leader = context.leader(ledWithFollower)
    append(leader)
    leader.commit()
    await context.clock.advance(30_001)
    leader.reviewIsr()
    leader.update({ ...ledWithFollower, partitionEpoch: 1 })
    expect(context.wantedIsrs).toEqual([[me], [me]])
  })
})

/** A leader of three replicas, of which this one alone is in sync, with two records. */
function withoutFollowers(): { context: Context; leader: Leader } {
  const context = new Context()
  const leader = context.leader({ ...led, replicas: [me, other, 3] })
  append(leader)
  append(leader)
  leader.commit()
  return { context, leader }
}

describe('a follower that fetches', () => {
  it('commits what it has, and lets go on who waits for that', () => {
    const context = new Context()
    const leader = context.leader(ledWithFollower)
    const appended = append(leader, { acks: -1 })
    append(leader)
    leader.commit()
    leader.followerFetched(followerAt(0))
    expect(context.log.highWatermark).toBe(0)
    leader.followerFetched(followerAt(1))
    expect(appended.error).toBe(ErrorCode.NONE)
    expect(context.log.highWatermark).toBe(1)
  })

  it('enters the ISR when it has what is committed, by its epoch, and counts from then on', () => {
    const { context, leader } = withoutFollowers()
    leader.followerFetched(followerAt(1))
    expect(context.isrChanges).toEqual([])
    leader.followerFetched(followerAt(2))
    expect(context.isrChanges).toMatchObject([
      {
        leaderEpoch: 3,
        partitionEpoch: 0,
        isr: [
          { brokerId: me, brokerEpoch: brokerEpochOf(me) },
          { brokerId: other, brokerEpoch: brokerEpochOf(other) },
        ],
      },
    ])
    append(leader)
    leader.commit()
    expect(context.log.highWatermark).toBe(2)
  })

  it('is asked for once, until the controller has answered', () => {
    const { context, leader } = withoutFollowers()
    leader.followerFetched(followerAt(2))
    leader.followerFetched(followerAt(2))
    leader.followerFetched({ ...followerAt(2), brokerId: 3, brokerEpoch: brokerEpochOf(3) })
    expect(context.wantedIsrs).toEqual([[me, other]])
    context.isrChanges[0]?.refused()
    leader.followerFetched(followerAt(2))
    expect(context.wantedIsrs[1]).toEqual([me, other, 3])
    leader.update({ ...led, replicas: [me, other, 3], isr: [me, other], partitionEpoch: 1 })
    expect(context.wantedIsrs[2]).toEqual([me, other, 3])
  })

  it('does not count any more when its entry is refused and it falls behind', async () => {
    const { context, leader } = withoutFollowers()
    leader.followerFetched(followerAt(2))
    append(leader)
    leader.commit()
    await context.clock.advance(30_001)
    expect(context.log.highWatermark).toBe(2)
    context.isrChanges[0]?.refused()
    expect(context.log.highWatermark).toBe(3)
  })

  it('is nothing to a leader that has resigned, whatever the controller answers', async () => {
    const { context, leader } = withoutFollowers()
    leader.followerFetched(followerAt(2))
    append(leader)
    leader.resign(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    await context.clock.advance(30_001)
    context.isrChanges[0]?.refused()
    expect(context.log).toMatchObject({ logEndOffset: 3, highWatermark: 2 })
  })

  it('counts until the controller has let it out of the ISR', async () => {
    const context = new Context()
    const leader = context.leader(ledWithFollower)
    append(leader)
    leader.commit()
    await context.clock.advance(30_001)
    leader.reviewIsr()
    expect(context.wantedIsrs).toEqual([[me]])
    expect(context.log.highWatermark).toBe(0)
    leader.update({ ...ledWithFollower, isr: [me], partitionEpoch: 1 })
    expect(context.log.highWatermark).toBe(1)
  })

  it('stays outside until it fetches again, once it has fallen silent', async () => {
    const context = new Context()
    const leader = context.leader(ledWithFollower)
    leader.followerFetched(followerAt(0))
    append(leader)
    leader.commit()
    context.minInSyncReplicas = 2
    await context.clock.advance(30_001)
    leader.reviewIsr()
    leader.update({ ...ledWithFollower, isr: [me], partitionEpoch: 1 })
    leader.reviewIsr()
    expect(context.wantedIsrs).toEqual([[me]])
    leader.followerFetched(followerAt(0))
    expect(context.wantedIsrs).toEqual([[me], [me, other]])
  })

  it('stays outside while it is fenced, or as another incarnation than the one that is registered', () => {
    const { context, leader } = withoutFollowers()
    leader.followerFetched(followerAt(2, { brokerEpoch: brokerEpochOf(other) + 1 }))
    context.fenced.add(other)
    leader.followerFetched(followerAt(2))
    expect(context.isrChanges).toEqual([])
    context.fenced.clear()
    leader.reviewIsr()
    expect(context.wantedIsrs).toEqual([[me, other]])
  })

  it('is refused where it is no replica, or an incarnation of before', () => {
    const leader = new Context().leader(ledWithFollower)
    const stranger = { ...followerAt(0), brokerId: 9 }
    expect(leader.checkFollower(stranger, 3)).toBe(ErrorCode.UNKNOWN_LEADER_EPOCH)
    expect(leader.checkFollower(stranger, -1)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    // Whoever says it is the leader itself.
    expect(leader.checkFollower({ ...followerAt(0), brokerId: me }, -1)).toBe(
      ErrorCode.NOT_LEADER_OR_FOLLOWER,
    )
    const stale = followerAt(0, { brokerEpoch: brokerEpochOf(other) - 1 })
    expect(leader.checkFollower(stale, 3)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    expect(leader.checkFollower({ ...stale, brokerEpoch: -1 }, 3)).toBe(ErrorCode.NONE)
    expect(leader.checkFollower(followerAt(0), 3)).toBe(ErrorCode.NONE)
  })
})

/** A follower in this process that takes what it is given, as long as it is willing. */
class Fed implements ReplicaFeed {
  willing = true
  readonly told: string[] = []

  append(batches: readonly Buffer[]): boolean {
    this.told.push(`${batches.length} batches`)
    return this.willing
  }

  follow(highWatermark: number, logStartOffset: number): boolean {
    this.told.push(`${logStartOffset} to ${highWatermark}`)
    return this.willing
  }

  end(): void {
    this.told.push('end')
  }
}

describe('a follower of the same process', () => {
  function fed(): { context: Context; leader: Leader; feed: Fed } {
    const context = new Context()
    const feed = new Fed()
    context.feed = feed
    const leader = context.leader(ledWithFollower)
    expect(leader.followerFetched(followerAt(0))).toBe(true)
    feed.told.length = 0
    return { context, leader, feed }
  }

  it('is fed what is written, counts at once, and hears what is committed', () => {
    const { context, leader, feed } = fed()
    const appends = [append(leader, { acks: -1 }), append(leader, { acks: -1 })]
    leader.commit()
    expect(appends.map(({ error }) => error)).toEqual([ErrorCode.NONE, ErrorCode.NONE])
    expect(context.log.highWatermark).toBe(2)
    expect(feed.told).toEqual(['2 batches', '0 to 2'])
  })

  it('is not fed before it stands where its leader stands, nor outside the ISR', () => {
    const context = new Context()
    context.feed = new Fed()
    const leader = context.leader(ledWithFollower)
    append(leader)
    leader.commit()
    expect(leader.followerFetched(followerAt(0))).toBe(false)
    leader.update({ ...ledWithFollower, isr: [me], partitionEpoch: 1 })
    expect(leader.followerFetched(followerAt(1))).toBe(false)
    leader.update({ ...ledWithFollower, partitionEpoch: 2 })
    expect(leader.followerFetched(followerAt(1))).toBe(true)
  })

  it('counts no more when it does not take what it is given, until it has fetched it', () => {
    const { context, leader, feed } = fed()
    feed.willing = false
    append(leader)
    append(leader)
    leader.commit()
    append(leader)
    leader.commit()
    expect(context.log.highWatermark).toBe(0)
    expect(feed.told).toEqual(['2 batches'])
    feed.willing = true
    expect(leader.followerFetched(followerAt(3))).toBe(true)
    expect(context.log.highWatermark).toBe(3)
  })

  it('is fed no more once it fetches, and then anew', () => {
    const { context, leader, feed } = fed()
    append(leader)
    leader.commit()
    const again = new Fed()
    context.feed = again
    expect(leader.followerFetched(followerAt(0))).toBe(false)
    expect(feed.told.at(-1)).toBe('end')
    expect(leader.followerFetched(followerAt(1))).toBe(true)
    append(leader)
    leader.commit()
    expect(again.told).toContain('1 batches')
    expect(context.log.highWatermark).toBe(2)
  })

  it('is left to fetch outside the ISR, under another epoch, and by a leader that resigns', () => {
    for (const change of [
      (leader: Leader) => leader.update({ ...ledWithFollower, isr: [me], partitionEpoch: 1 }),
      (leader: Leader) => leader.update({ ...ledWithFollower, leaderEpoch: 4, partitionEpoch: 1 }),
      (leader: Leader) => leader.resign(ErrorCode.NOT_LEADER_OR_FOLLOWER),
    ]) {
      const { leader, feed } = fed()
      change(leader)
      expect(feed.told).toEqual(['end'])
    }
  })

  it('deletes records when it is told to, and no answer waits for a fetch', () => {
    const { context, leader, feed } = fed()
    append(leader)
    leader.commit()
    context.log.deleteRecordsBefore(1)
    const told: string[] = []
    leader.awaitDeletion(1, 1000, { committed: () => void told.push('deleted'), failed() {} })
    expect(feed.told.at(-1)).toBe('1 to 1')
    expect(told).toEqual(['deleted'])
  })
})

describe('a reader in a rack', () => {
  it('is sent to the in-sync follower there, if that has what it wants', () => {
    const context = new Context()
    const leader = context.leader({ ...ledWithFollower, replicas: [me, other, 3] })
    append(leader)
    leader.commit()
    leader.followerFetched(followerAt(1))
    leader.followerFetched({ ...followerAt(1), brokerId: 3, brokerEpoch: brokerEpochOf(3) })
    expect(leader.readReplicaIn(`rack ${other}`, 1)).toBe(other)
    expect(leader.readReplicaIn(`rack ${other}`, 2)).toBeNull()
    // The leader stands there itself; who stands there is not in sync; nobody stands there.
    for (const rack of [`rack ${me}`, 'rack 3', 'rack 9']) expect(leader.readReplicaIn(rack, 0)).toBeNull()
    leader.followerFetched(followerAt(1, { logStartOffset: 1 }))
    expect(leader.readReplicaIn(`rack ${other}`, 0)).toBeNull()
    context.fenced.add(other)
    expect(leader.readReplicaIn(`rack ${other}`, 1)).toBeNull()
  })
})

describe('a deletion of records', () => {
  it('is done when every replica that is alive has done it', () => {
    const context = new Context()
    const leader = context.leader(ledWithFollower)
    append(leader)
    leader.commit()
    leader.followerFetched(followerAt(1))
    context.log.deleteRecordsBefore(1)
    const told: string[] = []
    const waiter = {
      committed: () => void told.push('deleted'),
      failed: (error: ErrorCode) => told.push(`${error}`),
    }
    leader.awaitDeletion(1, 1000, waiter)
    expect(told).toEqual([])
    leader.followerFetched(followerAt(1, { logStartOffset: 1 }))
    expect(told).toEqual(['deleted'])
    context.fenced.add(other)
    leader.followerFetched(followerAt(1, { logStartOffset: 0 }))
    leader.awaitDeletion(1, 1000, waiter)
    expect(told).toEqual(['deleted', 'deleted'])
  })

  it('fails with its time, and with the leader', async () => {
    const context = new Context()
    const leader = context.leader(ledWithFollower)
    const errors: ErrorCode[] = []
    const waiter = { committed() {}, failed: (error: ErrorCode) => void errors.push(error) }
    leader.awaitDeletion(0, 1000, waiter)
    await context.clock.advance(1000)
    leader.awaitDeletion(0, 1000, waiter)
    leader.resign(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    expect(errors).toEqual([ErrorCode.REQUEST_TIMED_OUT, ErrorCode.NOT_LEADER_OR_FOLLOWER])
  })
})

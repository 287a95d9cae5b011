import { lineLogger } from '@sluice/effects'
import { ErrorCode, RecordBatch } from '@sluice/wire'
import { describe, expect, it } from 'vitest'
import { batchOf, readAll, valuesOf } from '../storage/testing/log-context.ts'
import { Follower } from './follower.ts'
import { PartitionDisk } from './partition-disk.ts'
import { append, followed, led, other, PartitionContext } from './testing/partition-context.ts'
import { Traffic } from './traffic.ts'
import { Waiters } from './waiters.ts'

class Context extends PartitionContext {
  readonly waiters = new Waiters()
  readonly partitionDisk = new PartitionDisk(this.context, this.log.topicPartition)
  /** What the follower has told, without its time. */
  readonly told: string[] = []

  follower(): Follower {
    const { log, waiters, partitionDisk: disk, told } = this
    const logger = lineLogger(
      (line) => void told.push(line.slice(25)),
      'debug',
      () => 0,
    )
    const context = { ...this.context, logger }
    return new Follower(
      { topic: 'events', index: 0, log, disk, waiters, traffic: new Traffic(), context },
      followed,
      this.fetchers,
    )
  }

  /** Records that this broker appended in epochs of before: one of each. */
  ledBefore(...epochs: number[]): void {
    for (const leaderEpoch of epochs) {
      this.log.leaderEpochs.assign(leaderEpoch, this.log.logEndOffset)
      this.log.appendAsFollower(leaderBatch(this.log.logEndOffset, leaderEpoch))
    }
  }
}

/** One record as a leader has made it. */
function leaderBatch(baseOffset: number, leaderEpoch = followed.leaderEpoch): Buffer {
  const batch = batchOf(1, { value: `epoch ${leaderEpoch}` })
  RecordBatch.setBaseOffset(batch, 0, baseOffset)
  RecordBatch.setPartitionLeaderEpoch(batch, 0, leaderEpoch)
  return batch
}

const nothing = { records: null, highWatermark: 0, logStartOffset: 0 }

describe('a follower', () => {
  it('asks from its end on, with the epoch of what it has', () => {
    const context = new Context()
    const follower = context.follower()
    expect(follower).toMatchObject({ leader: other, leaderEpoch: 4 })
    expect(follower.position).toEqual({
      fetchOffset: 0,
      lastFetchedEpoch: -1,
      logStartOffset: 0,
      currentLeaderEpoch: 4,
    })
    follower.take({ ...nothing, records: Buffer.concat([leaderBatch(0, 2), leaderBatch(1, 3)]) })
    expect(follower.position).toMatchObject({ fetchOffset: 2, lastFetchedEpoch: 3 })
  })

  it('commits what its leader says, as far as it has it, and wakes who waits for that', () => {
    const context = new Context()
    const follower = context.follower()
    let woken = 0
    context.waiters.add({ dataArrived: () => void woken++ }, 'committed')
    follower.take({ ...nothing, records: leaderBatch(0), highWatermark: 9 })
    expect(context.log.highWatermark).toBe(1)
    follower.take({ ...nothing, highWatermark: 9 })
    expect(woken).toBe(1)
  })

  it('begins where its leader begins, but deletes nothing that is not committed', () => {
    const context = new Context()
    const follower = context.follower()
    follower.take({ ...nothing, records: Buffer.concat([leaderBatch(0), leaderBatch(1)]) })
    follower.take({ records: null, highWatermark: 1, logStartOffset: 2 })
    expect(context.log.logStartOffset).toBe(1)
    follower.take({ records: null, highWatermark: 2, logStartOffset: 2 })
    expect(context.log.logStartOffset).toBe(2)
  })

  it('begins with what is committed where its log knows no epochs', () => {
    const context = new Context()
    context.log.appendAsFollower(Buffer.concat([leaderBatch(0, 0), leaderBatch(1, 0)]))
    context.log.advanceHighWatermark(1)
    context.log.leaderEpochs.clear()
    expect(context.follower().position.fetchOffset).toBe(1)
  })

  it('takes no damaged batches, and none that do not follow its end', () => {
    const context = new Context()
    const follower = context.follower()
    const damaged = leaderBatch(0)
    damaged[damaged.length - 1] = 1 ^ (damaged.at(-1) ?? 0)
    expect(follower.take({ ...nothing, records: damaged })).toBe(false)
    context.ledBefore(3)
    expect(follower.take({ ...nothing, records: leaderBatch(0) })).toBe(false)
    expect(context.log.logEndOffset).toBe(1)
  })

  it('waits while its disk fails, and goes on from where it was', async () => {
    const context = new Context()
    const follower = context.follower()
    context.disk.failNext('write', 'EIO')
    expect(follower.take({ ...nothing, records: leaderBatch(0) })).toBe(false)
    expect(follower.take({ ...nothing, records: leaderBatch(0) })).toBe(false)
    expect(context.log.logEndOffset).toBe(0)
    await context.clock.advance(1000)
    expect(follower.take({ ...nothing, records: leaderBatch(0) })).toBe(true)
    expect(context.log.logEndOffset).toBe(1)
  })
})

describe('a follower that is fed', () => {
  const offer = { topic: 'events', topicId: '', index: 0, leaderEpoch: 4, endOffset: 0 }

  it('is not fetched for, and appends what it is given where its log ends', () => {
    const context = new Context()
    const follower = context.follower()
    expect(context.followers.size).toBe(1)
    expect(follower.openFeed(offer)).toBe(true)
    expect(context.followers.size).toBe(0)
    expect(follower.append([leaderBatch(0), leaderBatch(1)])).toBe(true)
    expect(follower.follow(1, 0)).toBe(true)
    expect(context.log).toMatchObject({ logEndOffset: 2, highWatermark: 1 })
    expect(follower.openFeed({ ...offer, endOffset: 2 })).toBe(false)
  })

  it('has to stand where its leader stands, in the same epoch, with a disk that works', () => {
    const context = new Context()
    const follower = context.follower()
    expect(follower.openFeed({ ...offer, endOffset: 1 })).toBe(false)
    expect(follower.openFeed({ ...offer, leaderEpoch: 5 })).toBe(false)
    context.partitionDisk.failed(Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'write' }))
    expect(follower.openFeed(offer)).toBe(false)
    expect(context.followers.size).toBe(1)
  })

  it('is fetched for again after a gap, a failure of the disk, and when its leader ends it', () => {
    for (const [change, appended] of [
      [(follower: Follower) => follower.append([leaderBatch(1)]), false],
      [
        (follower: Follower, { disk }: Context) => {
          disk.failNext('write', 'EIO')
          return follower.append([leaderBatch(0)])
        },
        false,
      ],
      [(follower: Follower) => follower.end(), undefined],
    ] as const) {
      const context = new Context()
      const follower = context.follower()
      follower.openFeed(offer)
      expect(change(follower, context)).toBe(appended)
      expect(context.followers.size).toBe(1)
      expect(follower.append([leaderBatch(0)])).toBe(false)
      expect(follower.follow(1, 0)).toBe(false)
      expect(context.log.logEndOffset).toBe(0)
    }
  })

  it('takes nothing any more when its epoch is over', () => {
    const context = new Context()
    const follower = context.follower()
    follower.openFeed(offer)
    follower.close()
    expect(follower.append([leaderBatch(0)])).toBe(false)
    follower.end()
    expect(context.followers.size).toBe(0)
    expect(context.log.logEndOffset).toBe(0)
  })
})

describe('a follower whose log has gone another way', () => {
  it('drops what its leader does not have of an epoch', () => {
    const context = new Context()
    context.ledBefore(1, 2, 2, 2)
    context.follower().truncate({ epoch: 2, endOffset: 2 })
    expect(valuesOf(readAll(context.log))).toEqual(['epoch 1-0', 'epoch 2-0'])
    expect(context.told).toEqual([
      'INFO a follower drops records that its leader does not have topic=events partition=0 logEndOffset=4 offset=2 leader=2 epoch=2',
    ])
  })

  it('drops epochs that its leader does not know, step by step', () => {
    const context = new Context()
    context.ledBefore(1, 3, 5)
    const follower = context.follower()
    // The leader has epochs 1, 2 and 4: of what is below 5 its newest is 4, of which nothing is known here.
    follower.truncate({ epoch: 4, endOffset: 9 })
    expect(follower.position).toMatchObject({ fetchOffset: 2, lastFetchedEpoch: 3 })
    follower.truncate({ epoch: 2, endOffset: 4 })
    expect(follower.position).toMatchObject({ fetchOffset: 1, lastFetchedEpoch: 1 })
  })

  it('forgets an epoch of its own that has no record, or it would be asked about for ever', () => {
    const context = new Context()
    context.ledBefore(1)
    context.log.leaderEpochs.assign(3, 1)
    const follower = context.follower()
    expect(follower.position.lastFetchedEpoch).toBe(3)
    follower.truncate({ epoch: 1, endOffset: 1 })
    expect(follower.position).toMatchObject({ fetchOffset: 1, lastFetchedEpoch: 1 })
    // No record goes with it: after every clean restart somebody would read of a loss.
    expect(context.told).toEqual([])
  })

  it('agrees up to the end that its leader names where it knows no epoch so old', () => {
    for (const [epoch, endOffset, end] of [
      [7, 1, 1],
      [7, 9, 2],
      [5, 9, 2],
    ] as const) {
      const context = new Context()
      context.ledBefore(5, 5)
      context.follower().truncate({ epoch, endOffset })
      expect(context.log.logEndOffset).toBe(end)
    }
  })
})

describe('a follower that ends outside the log of its leader', () => {
  it('begins anew where the leader begins, if that is later', () => {
    const context = new Context()
    context.ledBefore(1, 1)
    context.follower().enterRange(7, 9)
    expect(context.log).toMatchObject({ logStartOffset: 7, logEndOffset: 7, highWatermark: 7 })
  })

  it('begins anew where the leader begins, if that has only what is before its own start', () => {
    const context = new Context()
    const follower = context.follower()
    follower.enterRange(100, 100)
    follower.enterRange(0, 50)
    expect(context.log).toMatchObject({ logStartOffset: 0, logEndOffset: 0, highWatermark: 0 })
  })

  it('begins with the whole batch where the leader begins inside one', () => {
    const context = new Context()
    const follower = context.follower()
    follower.enterRange(7, 9)
    const batch = batchOf(4)
    RecordBatch.setBaseOffset(batch, 0, 5)
    RecordBatch.setPartitionLeaderEpoch(batch, 0, 4)
    expect(follower.take({ records: batch, highWatermark: 9, logStartOffset: 7 })).toBe(true)
    expect(context.log).toMatchObject({ logStartOffset: 7, logEndOffset: 9, highWatermark: 9 })
  })

  it('takes the whole batch where it was cut inside one', () => {
    const context = new Context()
    const follower = context.follower()
    const whole = batchOf(3)
    RecordBatch.setBaseOffset(whole, 0, 1)
    RecordBatch.setPartitionLeaderEpoch(whole, 0, 2)
    follower.take({ ...nothing, records: Buffer.concat([leaderBatch(0, 2), whole]) })
    // The leader's log begins at offset 2, and so does its epoch.
    follower.truncate({ epoch: 2, endOffset: 2 })
    expect(follower.position.fetchOffset).toBe(2)
    expect(follower.take({ records: whole, highWatermark: 4, logStartOffset: 2 })).toBe(true)
    expect(context.log).toMatchObject({ logStartOffset: 2, logEndOffset: 4 })
  })

  it('is cut where the leader ends, if that is sooner', () => {
    const context = new Context()
    context.ledBefore(1, 1, 1)
    context.log.advanceHighWatermark(3)
    context.follower().enterRange(0, 2)
    expect(context.log).toMatchObject({ logStartOffset: 0, logEndOffset: 2, highWatermark: 2 })
  })
})

describe('a partition that follows', () => {
  it('is fetched for from its leader, anew under each epoch, and no more when it leads or goes', () => {
    const context = new PartitionContext()
    const fetched = () => [...context.followers].map(({ leader, leaderEpoch }) => [leader, leaderEpoch])
    const partition = context.partition(followed)
    expect(fetched()).toEqual([[other, 4]])
    partition.update({ ...followed, isr: [other], partitionEpoch: 1 })
    expect(fetched()).toEqual([[other, 4]])
    partition.update({ ...followed, leaderEpoch: 5, partitionEpoch: 2 })
    expect(fetched()).toEqual([[other, 5]])
    partition.update({ ...led, leaderEpoch: 6, partitionEpoch: 3 })
    expect(fetched()).toEqual([])
    append(partition)
    partition.update({ ...followed, leaderEpoch: 7, partitionEpoch: 4 })
    expect(fetched()).toEqual([[other, 7]])
    expect(context.log).toMatchObject({ logEndOffset: 1, stagedCount: 0 })
    partition.close(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    expect(fetched()).toEqual([])
  })
})

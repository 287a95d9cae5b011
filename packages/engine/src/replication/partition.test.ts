import { ErrorCode } from '@sluice/wire'
import { describe, expect, it } from 'vitest'
import { batchOf, readAll, valuesOf } from '../storage/testing/log-context.ts'
import {
  append,
  followed,
  followerAt,
  led,
  ledWithFollower,
  other,
  PartitionContext,
} from './testing/partition-context.ts'

const idempotent = (baseSequence: number, value = 'value') =>
  batchOf(1, { producerId: 7, producerEpoch: 0, baseSequence, value })

describe('an append', () => {
  it('shows nothing before the commit, and all of it after', () => {
    const context = new PartitionContext()
    const partition = context.partition()
    const first = append(partition, { count: 2 })
    const second = append(partition, { count: 3 })
    expect([first.outcome, second.outcome]).toEqual([null, null])
    expect(context.log).toMatchObject({ logEndOffset: 0, highWatermark: 0 })
    partition.commit()
    expect(context.log).toMatchObject({ logEndOffset: 5, highWatermark: 5 })
    expect(first.outcome).toMatchObject({ error: ErrorCode.NONE, baseOffset: 0, logStartOffset: 0 })
    expect(second.outcome).toMatchObject({ error: ErrorCode.NONE, baseOffset: 2 })
  })

  it('asks for one commit, however many batches there are and whoever commits before', () => {
    const context = new PartitionContext()
    const partition = context.partition()
    for (let i = 0; i < 3; i++) append(partition)
    partition.commit()
    append(partition)
    expect(context.staged).toHaveLength(1)
    for (const leader of context.staged.splice(0)) leader.commitStaged()
    expect(context.log.logEndOffset).toBe(4)
    append(partition)
    expect(context.staged).toHaveLength(1)
  })

  it('of a batch that is none is refused at once, and its neighbours go on', () => {
    const partition = new PartitionContext().partition()
    const damaged = batchOf(1)
    damaged[damaged.length - 1] = 1 ^ (damaged.at(-1) ?? 0)
    const good = append(partition)
    const bad = append(partition, { records: damaged })
    expect(bad.outcome).toMatchObject({ error: ErrorCode.CORRUPT_MESSAGE, baseOffset: -1, logStartOffset: 0 })
    partition.commit()
    expect(good.outcome?.baseOffset).toBe(0)
  })

  it('with acks=0 or 1 is answered by the commit, with acks=−1 when it is committed', async () => {
    const context = new PartitionContext()
    const partition = context.partition(ledWithFollower)
    const [none, leader, all] = [0, 1, -1].map((acks) => append(partition, { acks }))
    partition.commit()
    expect([none?.error, leader?.error, all?.error]).toEqual([ErrorCode.NONE, ErrorCode.NONE, null])
    expect(context.log.highWatermark).toBe(0)
    await context.clock.advance(1000)
    // Where it stands, and may yet be committed.
    expect(all?.outcome).toMatchObject({
      error: ErrorCode.REQUEST_TIMED_OUT,
      baseOffset: 2,
      logStartOffset: 0,
    })
    expect(context.log.logEndOffset).toBe(3)
  })

  it('with acks=−1 is answered once the other replica has left the ISR', () => {
    const context = new PartitionContext()
    const partition = context.partition(ledWithFollower)
    const all = append(partition)
    partition.commit()
    partition.update({ ...ledWithFollower, isr: led.isr, partitionEpoch: 1 })
    expect(all).toMatchObject({ error: ErrorCode.NONE, told: 1 })
    expect(context.log.highWatermark).toBe(1)
    expect(context.clock.pending).toBe(0)
  })

  it('with acks=−1 needs min.insync.replicas, others do not', () => {
    const context = new PartitionContext()
    const partition = context.partition({ ...ledWithFollower, isr: led.isr })
    context.minInSyncReplicas = 2
    const refused = { error: ErrorCode.NOT_ENOUGH_REPLICAS, baseOffset: -1, logStartOffset: 0 }
    expect(append(partition).outcome).toMatchObject(refused)
    const leader = append(partition, { acks: 1 })
    partition.commit()
    expect(leader.error).toBe(ErrorCode.NONE)
    // KIP-966: what too few have is not committed, either.
    expect(context.log).toMatchObject({ logEndOffset: 1, highWatermark: 0 })
  })

  it('with acks=−1 does not need more replicas than there are', () => {
    const context = new PartitionContext()
    const partition = context.partition()
    context.minInSyncReplicas = 2
    const all = append(partition)
    partition.commit()
    expect(all.error).toBe(ErrorCode.NONE)
  })
})

describe('a batch whose codec has no synchronous form', () => {
  it('holds later batches of its partition, and all go in as they came', async () => {
    const context = new PartitionContext()
    const partition = context.partition()
    const goOn = context.judgeSlowly()
    const names = ['a', 'b', 'c']
    const buffer = Buffer.concat([batchOf(1, { value: 'c' })])
    const held = [
      append(partition, { records: batchOf(1, { value: 'a' }) }),
      append(partition, { records: batchOf(1, { value: 'b' }) }),
      append(partition, { records: buffer }),
    ]
    // The receive buffer is used again meanwhile.
    buffer.fill(0)
    partition.commit()
    expect(held.map(({ outcome }) => outcome)).toEqual([null, null, null])
    await goOn()
    expect(held.map(({ outcome }) => outcome?.baseOffset)).toEqual([0, 1, 2])
    expect(valuesOf(readAll(context.log))).toEqual(names.map((name) => `${name}-0`))
  })

  it('and is none lets the held ones go on', async () => {
    const context = new PartitionContext()
    const partition = context.partition()
    const goOn = context.judgeSlowly()
    const bad = append(partition, { records: Buffer.alloc(70) })
    const good = append(partition)
    await goOn()
    expect(bad.error).toBe(ErrorCode.CORRUPT_MESSAGE)
    expect(good.outcome).toMatchObject({ error: ErrorCode.NONE, baseOffset: 0 })
  })

  it('is refused, with what it holds, when the partition leaves the broker first', async () => {
    const context = new PartitionContext()
    const partition = context.partition()
    const goOn = context.judgeSlowly()
    const held = [append(partition), append(partition)]
    partition.close(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    await goOn()
    expect(held.map(({ told }) => told)).toEqual([1, 1])
    expect(held.map(({ error }) => error)).toEqual([
      ErrorCode.NOT_LEADER_OR_FOLLOWER,
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    ])
    expect(context.log.logEndOffset).toBe(0)
  })
})

describe('a retry of an idempotent producer', () => {
  it('gets the offsets of the first try, which may still be staged', () => {
    const context = new PartitionContext()
    const partition = context.partition()
    append(partition)
    const first = append(partition, { records: idempotent(0) })
    const retry = append(partition, { records: idempotent(0) })
    expect(first.outcome).toMatchObject({ error: ErrorCode.NONE, baseOffset: 1 })
    expect(retry.outcome).toMatchObject({ error: ErrorCode.NONE, baseOffset: 1 })
    expect(context.log.logEndOffset).toBe(2)
    for (const leader of context.staged) leader.commitStaged()
    expect(context.log.logEndOffset).toBe(2)
  })

  it('waits for its own records only, whatever came after them', () => {
    const context = new PartitionContext()
    const partition = context.partition(ledWithFollower)
    append(partition, { records: idempotent(0), acks: 1 })
    const later = append(partition)
    const retry = append(partition, { records: idempotent(0) })
    expect(retry.outcome).toBeNull()
    partition.update({ ...ledWithFollower, isr: led.isr, partitionEpoch: 1 })
    expect([retry.outcome?.baseOffset, later.outcome?.baseOffset]).toEqual([0, 1])
  })
})

describe('a disk that fails', () => {
  const failing = () => {
    const context = new PartitionContext()
    const partition = context.partition()
    append(partition)
    partition.commit()
    context.disk.failNext('write', 'EIO')
    const lost = append(partition)
    partition.commit()
    return { context, partition, lost }
  }

  it('takes the partition offline for a second; nothing of the stage is shown', () => {
    const { context, partition, lost } = failing()
    expect(lost.outcome).toMatchObject({ error: ErrorCode.KAFKA_STORAGE_ERROR, baseOffset: -1 })
    expect(context.log).toMatchObject({ logEndOffset: 1, highWatermark: 1 })
    expect(partition.check(-1)).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
    expect(append(partition).error).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
  })

  it('is tried again after that', async () => {
    const { context, partition } = failing()
    await context.clock.advance(999)
    expect(partition.check(-1)).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
    await context.clock.advance(1)
    const again = append(partition)
    partition.commit()
    expect(again.outcome).toMatchObject({ error: ErrorCode.NONE, baseOffset: 1 })
    expect(partition.check(-1)).toBe(ErrorCode.NONE)
  })

  it('lets nobody know of producers while a cut is not finished, and says so', () => {
    const context = new PartitionContext()
    const partition = context.partition()
    append(partition)
    partition.commit()
    const batch = { producerId: 7, producerEpoch: 0, baseSequence: 0, bumpsEpoch: true }
    context.disk.failNext('truncate', 'EIO', 2)
    expect(() => context.log.truncateTo(0)).toThrow('EIO')
    expect(partition.verify(batch, 0)).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
    expect(partition.check(-1)).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
    expect(partition.verify(batch, 0)).toMatchObject({ lowestSequence: 0 })
  })

  it('is not what a bug in the log is taken for', () => {
    const context = new PartitionContext()
    const partition = context.partition()
    append(partition)
    context.log.commit = () => {
      throw new Error('a bug')
    }
    expect(() => partition.commit()).toThrow('a bug')
  })
})

describe('the leader epoch', () => {
  it('of a client may be the leader’s, or be left out', () => {
    const partition = new PartitionContext().partition()
    expect(partition.check(3)).toBe(ErrorCode.NONE)
    expect(partition.check(-1)).toBe(ErrorCode.NONE)
    expect(partition.check(2)).toBe(ErrorCode.FENCED_LEADER_EPOCH)
    expect(partition.check(4)).toBe(ErrorCode.UNKNOWN_LEADER_EPOCH)
  })

  it('comes before the question who leads', () => {
    const partition = new PartitionContext().partition(followed)
    expect(partition.check(4)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    expect(partition.check(3)).toBe(ErrorCode.FENCED_LEADER_EPOCH)
  })

  it('stands in what is appended, from where the leader began', () => {
    const context = new PartitionContext()
    const partition = context.partition()
    append(partition)
    partition.commit()
    partition.update({ ...led, leaderEpoch: 5 })
    append(partition)
    partition.commit()
    expect(context.log.leaderEpochs.entries).toEqual([
      { epoch: 3, startOffset: 0 },
      { epoch: 5, startOffset: 1 },
    ])
  })
})

describe('a reader', () => {
  it('may read from a follower in its epoch, also while nobody leads', () => {
    const partition = new PartitionContext().partition(followed)
    expect(partition.checkReader(-1)).toBe(ErrorCode.NONE)
    expect(partition.checkReader(3)).toBe(ErrorCode.FENCED_LEADER_EPOCH)
    partition.update({ ...followed, leader: -1, leaderEpoch: 5 })
    expect(partition.checkReader(-1)).toBe(ErrorCode.NONE)
    expect(partition.check(-1)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER)
  })

  it('cannot be told what is committed before a new leader knows it', () => {
    const context = new PartitionContext()
    append(context.partition(), { acks: 1 })
    context.log.commit()
    const partition = context.partition(ledWithFollower)
    expect(partition.isCommitLagging).toBe(true)
    partition.followerFetched(followerAt(1))
    expect(partition.isCommitLagging).toBe(false)
  })
})

describe('a leader that resigns', () => {
  it('tells its waiters, and takes nothing more', () => {
    const context = new PartitionContext()
    const partition = context.partition(ledWithFollower)
    const waiting = append(partition)
    partition.commit()
    const found: ErrorCode[] = []
    for (const level of ['appended', 'committed'] as const)
      partition.awaitData({ dataArrived: () => void found.push(partition.check(-1)) }, level)
    partition.update(followed)
    expect(waiting).toMatchObject({ error: ErrorCode.NOT_LEADER_OR_FOLLOWER, told: 1 })
    expect(found).toEqual([ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.NOT_LEADER_OR_FOLLOWER])
    expect(append(partition).error).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    expect(partition.isLeader).toBe(false)
  })

  it('takes nothing that was judged meanwhile, also when it leads again', async () => {
    for (const states of [[followed], [followed, { ...led, leaderEpoch: 6 }]]) {
      const context = new PartitionContext()
      const partition = context.partition()
      const goOn = context.judgeSlowly()
      const held = [append(partition), append(partition)]
      for (const state of states) partition.update(state)
      await goOn()
      for (const each of held)
        expect(each).toMatchObject({ error: ErrorCode.NOT_LEADER_OR_FOLLOWER, told: 1 })
      expect(context.log).toMatchObject({ logEndOffset: 0, stagedCount: 0 })
    }
  })

  it('keeps its high watermark, and advances it no more', () => {
    const context = new PartitionContext()
    const partition = context.partition()
    append(partition)
    partition.commit()
    partition.update(followed)
    expect(context.log.highWatermark).toBe(1)
    partition.update({ ...followed, isr: [other], partitionEpoch: 1 })
    expect(context.log.highWatermark).toBe(1)
  })
})

describe('the high watermark', () => {
  it('begins where it was checkpointed, as far as the log goes', () => {
    const before = new PartitionContext()
    const partition = before.partition(ledWithFollower)
    append(partition, { count: 5, acks: 1 })
    partition.commit()
    expect(before.log.highWatermark).toBe(0)
    before.partition(ledWithFollower, 3)
    expect(before.log.highWatermark).toBe(3)
    before.partition(ledWithFollower, 9)
    expect(before.log.highWatermark).toBe(5)
  })

  it('is the end of the log for a leader alone in the ISR, at once', () => {
    const context = new PartitionContext()
    append(context.partition(ledWithFollower), { count: 4, acks: 1 })
    context.log.commit()
    context.partition(led, 2)
    expect(context.log.highWatermark).toBe(4)
  })

  it('wakes long polls when it rises, until they are forgotten', () => {
    const partition = new PartitionContext().partition()
    let woken = 0
    const poll = { dataArrived: () => void woken++ }
    partition.awaitData(poll, 'committed')
    append(partition)
    expect(woken).toBe(0)
    partition.commit()
    expect(woken).toBe(1)
    partition.forget(poll)
    append(partition)
    partition.commit()
    expect(woken).toBe(1)
  })
})

import { ErrorCode } from '@sluice/wire'
import { describe, expect, it } from 'vitest'
import { batchOf, startMs } from '../storage/testing/log-context.ts'
import type { AppendRequest } from './append.ts'
import { Leader } from './leader.ts'
import { PartitionDisk } from './partition-disk.ts'
import type { PartitionState } from './replica.ts'
import { Appended, led, ledWithFollower, me, other, PartitionContext } from './testing/partition-context.ts'
import { Waiters } from './waiters.ts'

class Context extends PartitionContext {
  readonly waiters = new Waiters()
  readonly partitionDisk = new PartitionDisk(this.context, this.log.topicPartition)

  leader(state: PartitionState = led): Leader {
    const { log, waiters, context, partitionDisk: disk } = this
    return new Leader({ topic: 'events', index: 0, log, disk, waiters, context }, state)
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
  it('are in sync until they have had their time to be heard of; then the ISR should be smaller', async () => {
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

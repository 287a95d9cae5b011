import { ErrorCode } from '@sluice/wire'
import { describe, expect, it } from 'vitest'
import { LargeBatches } from '../storage/large-batches.ts'
import { batchOf, readAll, startMs, valuesOf } from '../storage/testing/log-context.ts'
import { acceptedAppend, type AppendRequest, refusedAppend } from './append.ts'
import { PartitionDisk } from './partition-disk.ts'
import { type Placed, Staging, type StagingHome } from './staging.ts'
import { Appended, PartitionContext } from './testing/partition-context.ts'

/** A leader that does nothing but take batches; it commits when it is told to. */
class Home extends PartitionContext implements StagingHome {
  leaderEpoch = 3
  asked = 0
  /** What a held request hears, if anything, before it is staged. */
  refusal: ErrorCode = ErrorCode.NONE
  override readonly log = this.load({ largeBatches: new LargeBatches(this.clock, 300) })
  readonly staging = new Staging(
    { log: this.log, disk: new PartitionDisk(this.context, this.log.topicPartition), context: this.context },
    this,
  )

  append(request: AppendRequest): void {
    if (this.staging.hold(request)) return
    if (this.refusal === ErrorCode.NONE) this.staging.add(request)
    else request.sink.appended(request.index, refusedAppend(this.refusal))
  }

  stagedFirst(): void {
    this.asked++
  }

  commit(): void {
    for (const { request, result } of this.staging.write()) this.written(request, result)
  }

  readonly wroteBatches: (readonly Buffer[])[] = []

  wrote(batches: readonly Buffer[]): void {
    this.wroteBatches.push(batches)
  }

  written({ sink, index }: AppendRequest, { baseOffset, logAppendTimeMs }: Placed): void {
    sink.appended(index, acceptedAppend(baseOffset, logAppendTimeMs, 0))
  }

  add(records = batchOf(1)): Appended {
    const appended = new Appended()
    const sink = appended
    this.append({ records, origin: 'client', acks: 1, timeoutMs: 0, nowMs: startMs, index: 0, sink })
    return appended
  }
}

const requestOf = (records: Buffer): AppendRequest => {
  const sink = new Appended()
  return { records, origin: 'client', acks: 1, timeoutMs: 0, nowMs: startMs, index: 0, sink }
}

const idempotent = (baseSequence: number) => batchOf(1, { producerId: 7, producerEpoch: 0, baseSequence })

describe('staging', () => {
  it('writes what is staged with one call, as it came', () => {
    const home = new Home()
    let writes = 0
    home.disk.beforeOperation = (operation) => void (operation === 'write' && writes++)
    const appends = ['a', 'b'].map((value) => home.add(batchOf(1, { value })))
    expect(home.asked).toBe(1)
    home.commit()
    expect(writes).toBe(1)
    expect(appends.map(({ outcome }) => outcome?.baseOffset)).toEqual([0, 1])
    expect(valuesOf(readAll(home.log))).toEqual(['a-0', 'b-0'])
    expect(home.staging.write()).toEqual([])
    expect(home.wroteBatches.map((batches) => batches.length)).toEqual([2])
  })

  it('stamps the epoch of the moment', () => {
    const home = new Home()
    home.add()
    home.leaderEpoch = 4
    home.add()
    home.commit()
    expect(home.log.leaderEpochs.entries.map(({ epoch }) => epoch)).toEqual([3, 4])
  })

  it('refuses what the log rejects, and says why', () => {
    const home = new Home()
    home.add(idempotent(0))
    const outOfOrder = home.add(idempotent(5))
    expect(outOfOrder.outcome).toMatchObject({
      error: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
      errorMessage: expect.stringContaining('sequence number 5'),
      logStartOffset: 0,
    })
    home.commit()
    expect(home.log.logEndOffset).toBe(1)
  })

  it('commits what is staged before a duplicate of it is answered', () => {
    const home = new Home()
    const tries = [home.add(idempotent(0)), home.add(idempotent(0))]
    for (const { outcome } of tries) expect(outcome).toMatchObject({ error: ErrorCode.NONE, baseOffset: 0 })
    expect(home.log.logEndOffset).toBe(1)
  })

  it('drops everything when the disk fails, and tells everyone', () => {
    const home = new Home()
    const appends = [home.add(), home.add()]
    home.disk.failNext('write', 'EIO')
    home.commit()
    expect(appends.map(({ error }) => error)).toEqual([
      ErrorCode.KAFKA_STORAGE_ERROR,
      ErrorCode.KAFKA_STORAGE_ERROR,
    ])
    expect(home.log).toMatchObject({ logEndOffset: 0, stagedCount: 0 })
  })
})

describe('a batch that is judged later', () => {
  it('holds those behind it, and each of them may hold the rest again', async () => {
    const home = new Home()
    const goOn = home.judgeSlowly()
    const appends = ['a', 'b', 'c'].map((value) => home.add(batchOf(1, { value })))
    await goOn('slowly')
    expect(appends.map(({ outcome }) => outcome?.baseOffset)).toEqual([0, undefined, undefined])
    await goOn()
    expect(appends.map(({ outcome }) => outcome?.baseOffset)).toEqual([0, 1, 2])
    expect(valuesOf(readAll(home.log))).toEqual(['a-0', 'b-0', 'c-0'])
  })

  it('asks for those behind it anew whether they may come in', async () => {
    const home = new Home()
    const goOn = home.judgeSlowly()
    const appends = [home.add(), home.add()]
    home.refusal = ErrorCode.NOT_ENOUGH_REPLICAS
    await goOn()
    expect(appends.map(({ error }) => error)).toEqual([ErrorCode.NONE, ErrorCode.NOT_ENOUGH_REPLICAS])
  })

  it('that cannot be judged is refused without harm to the others', async () => {
    const home = new Home()
    home.log.validate = () => Promise.reject(new Error('out of memory'))
    const appends = [home.add(), home.add()]
    Reflect.deleteProperty(home.log, 'validate')
    await home.clock.advance(0)
    expect(appends[0]?.outcome).toMatchObject({ error: ErrorCode.UNKNOWN_SERVER_ERROR, baseOffset: -1 })
    expect(appends[1]?.outcome).toMatchObject({ error: ErrorCode.NONE, baseOffset: 0 })
  })

  it('comes to nothing once staging is closed', async () => {
    const home = new Home()
    const goOn = home.judgeSlowly()
    const appends = [home.add(), home.add()]
    home.staging.close(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    await goOn()
    expect(appends.map(({ error }) => error)).toEqual([
      ErrorCode.NOT_LEADER_OR_FOLLOWER,
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    ])
    expect(home.log).toMatchObject({ logEndOffset: 0, stagedCount: 0 })
  })

  it('holds only so many bytes behind it, and refuses more until it is judged', async () => {
    const home = new Home()
    const goOn = home.judgeSlowly()
    const add = () => home.add(batchOf(1, { value: 'v'.repeat(50) }))
    const appends = [add(), add(), add(), add()]
    const refused = [null, null, null, ErrorCode.REQUEST_TIMED_OUT]
    expect(appends.map(({ error }) => error)).toEqual(refused)
    await goOn('slowly')
    await goOn()
    expect(appends.map(({ error }) => error)).toEqual([0, 0, 0, ErrorCode.REQUEST_TIMED_OUT])
    // And again, until nobody leads any more.
    const later = home.judgeSlowly()
    const others = [add(), add(), add()]
    home.staging.close(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    await later()
    expect(new Set(others.map(({ error }) => error))).toEqual(new Set([ErrorCode.NOT_LEADER_OR_FOLLOWER]))
    expect(home.log.keepWaiting(300)).toBe(true)
    expect(home.log.keepWaiting(1)).toBe(false)
  })

  it('copies what is held once, however often it is held', async () => {
    const home = new Home()
    const goOn = home.judgeSlowly()
    const requests = ['a', 'b', 'c', 'd'].map((value) => requestOf(batchOf(1, { value })))
    for (const request of requests) home.append(request)
    const copies = requests.map(({ records }) => records)
    await goOn('slowly')
    await goOn('slowly')
    await goOn()
    expect(requests.map(({ records }, i) => records === copies[i])).toEqual([true, true, true, true])
    expect(valuesOf(readAll(home.log))).toEqual(['a-0', 'b-0', 'c-0', 'd-0'])
  })
})

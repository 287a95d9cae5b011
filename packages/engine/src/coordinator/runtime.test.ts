import { AssertionFailure, guardedClock, NodeGuard, silentLogger, TestClock } from '@sluice/effects'
import { ErrorCode, RecordBatch } from '@sluice/wire'
import { beforeEach, describe, expect, test } from 'vitest'
import { atOnce, eachInSteps } from '../storage/slices.ts'
import { answer, CoordinatorFailure, type Decision } from './decision.ts'
import { CoordinatorRuntime, type CoordinatorShard, type RecordCodec } from './runtime.ts'
import type { RecordFacts } from './shard-loader.ts'
import { MemoryCoordinatorLog } from './testing/memory-coordinator-log.ts'
import type { CoordinatorTimer } from './timer.ts'

/** Counts by name: the smallest state that shows the runtime's rules. */
class Counters implements CoordinatorShard<string> {
  readonly counts = new Map<string, number>()
  readonly timer: CoordinatorTimer<string>
  readonly facts: RecordFacts[] = []
  unloadedWith: ErrorCode | null = null
  isLoaded = false

  constructor(timer: CoordinatorTimer<string>) {
    this.timer = timer
  }

  add(name: string): Decision<number, string> {
    return { records: [name], response: (this.counts.get(name) ?? 0) + 1 }
  }

  get(name: string): number {
    return this.counts.get(name) ?? 0
  }

  replay(record: string, facts: RecordFacts): void {
    if (record === 'poison') throw new TypeError('a bug in replay')
    this.facts.push(facts)
    this.counts.set(record, this.get(record) + 1)
  }

  replayEndTransaction(): void {}

  loaded(): void {
    this.isLoaded = true
  }

  unloaded(error: ErrorCode): void {
    this.unloadedWith = error
  }
}

const codec: RecordCodec<string> = {
  encode: (record) => ({ key: Buffer.from(record), value: null }),
  decode: (key) => key.toString(),
}

let clock: TestClock
let log: MemoryCoordinatorLog
let shards: Counters[]
let runtime: CoordinatorRuntime<Counters, string>
/** What has stopped the broker. */
let guard: NodeGuard

beforeEach(async () => {
  clock = new TestClock()
  log = new MemoryCoordinatorLog()
  shards = []
  guard = new NodeGuard(() => runtime.close())
  runtime = new CoordinatorRuntime({
    name: 'counters',
    clock: guardedClock(clock, guard.run),
    logger: silentLogger,
    log,
    codec,
    awaitsCommit: true,
    commitTimeoutMs: 5_000,
    compression: 0,
    baseSequence: -1,
    createShard: (_partition, timer) => {
      const shard = new Counters(timer)
      shards.push(shard)
      return shard
    },
  })
  await runtime.load(0)
})

const add = (name: string) => runtime.write('add', 0, (shard) => shard.add(name))
const read = <R>(query: (shard: Counters) => R, partition = 0) =>
  atOnce(runtime.read('get', partition, (shard) => eachInSteps([shard], query))).then((seen) =>
    Array.isArray(seen) ? seen[0] : seen,
  )
const get = (name: string) => read((shard) => shard.get(name))

test('a partition that is not led here is NOT_COORDINATOR', async () => {
  expect(await runtime.write('add', 7, (shard) => shard.add('a'))).toEqual(
    new CoordinatorFailure(ErrorCode.NOT_COORDINATOR),
  )
  runtime.unload(0)
  expect(await add('a')).toEqual(new CoordinatorFailure(ErrorCode.NOT_COORDINATOR))
  expect(shards[0]?.unloadedWith).toBe(ErrorCode.NOT_COORDINATOR)
})

test('while a partition loads it is COORDINATOR_LOAD_IN_PROGRESS', async () => {
  let finish = () => {}
  log.read = async function* () {
    await new Promise<void>((resolve) => (finish = resolve))
    yield* []
  } as never
  const loading = runtime.load(1)
  expect(await read((shard) => shard.get('a'), 1)).toEqual(
    new CoordinatorFailure(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS),
  )
  finish()
  await loading
  expect(await read((shard) => shard.get('a'), 1)).toBe(0)
})

test('a shard whose answers others build on serves nobody before what it has read is committed', async () => {
  await runtime.write('add', 0, (shard) => shard.add('a'))
  runtime.unload(0)
  log.hold()
  const loading = runtime.load(0)
  expect(await runtime.write('add', 0, (shard) => shard.add('a'))).toEqual(
    new CoordinatorFailure(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS),
  )
  log.release()
  await loading
  expect(await runtime.write('get', 0, (shard) => answer(shard.get('a')))).toBe(1)
})

test('a response waits for the commit, and so does a read of what it changed', async () => {
  log.hold()
  const seen: string[] = []
  const written = add('a').then((count) => seen.push(`written ${JSON.stringify(count)}`))
  const read = get('a').then((count) => seen.push(`read ${JSON.stringify(count)}`))
  await clock.advance(0)
  expect(seen).toEqual([])
  expect(log.heldAppends).toBe(1)
  log.release()
  await Promise.all([written, read])
  expect(seen).toEqual(['written 1', 'read 1'])
})

test('writes of one turn, and those that come while an append is under way, share a batch', async () => {
  log.hold()
  const first = [add('a'), add('b')]
  await clock.advance(0)
  const second = [add('c'), add('d'), add('e')]
  await clock.advance(0)
  expect(log.heldAppends).toBe(1)
  log.release()
  await Promise.all([...first, ...second])
  expect(log.batches.map(({ batch }) => batch.readInt32BE(57))).toEqual([2, 3])
})

test('a batch ends at the size that the topic takes, and no write is torn', async () => {
  log.maxMessageBytes = 61 + 3 * 40
  const write = (...names: string[]) =>
    runtime.write('several', 0, () => ({ records: names, response: undefined }))
  await Promise.all([write('a', 'b'), write('c', 'd'), write('e')])
  expect(log.batches.map(({ batch }) => batch.readInt32BE(57))).toEqual([2, 3])
})

test('a write that is larger than the topic takes is refused before anything changes', async () => {
  log.maxMessageBytes = 100
  const refused: ErrorCode[] = []
  const result = await runtime.write('large', 0, () => ({
    records: ['a', 'b', 'c'],
    response: undefined,
    refused: (error) => refused.push(error),
  }))
  expect(result).toEqual(new CoordinatorFailure(ErrorCode.UNKNOWN_SERVER_ERROR))
  expect(refused).toEqual([ErrorCode.UNKNOWN_SERVER_ERROR])
  expect(await get('a')).toBe(0)
  expect(log.batches).toEqual([])
})

test('a write that may be torn spreads over batches', async () => {
  log.maxMessageBytes = 100
  const result = await runtime.write('large', 0, () => ({
    records: ['a', 'b', 'c'],
    response: 'done',
    atomic: false,
  }))
  expect(result).toBe('done')
  expect(log.batches).toHaveLength(3)
})

test('a failed append reloads the shard from its log, and all that waited hear the error', async () => {
  await add('a')
  log.refuseWith = ErrorCode.NOT_ENOUGH_REPLICAS
  const results = await Promise.all([add('a'), add('b'), get('a')])
  const unavailable = new CoordinatorFailure(ErrorCode.COORDINATOR_NOT_AVAILABLE)
  expect(results).toEqual([unavailable, unavailable, unavailable])
  log.refuseWith = null
  await clock.advance(0)
  expect(shards).toHaveLength(2)
  expect(shards[0]?.unloadedWith).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE)
  expect(await get('a')).toBe(1)
  expect(await get('b')).toBe(0)
})

test('a commit that takes too long is COORDINATOR_NOT_AVAILABLE, though it may come about', async () => {
  log.hold()
  const late = add('a')
  await clock.advance(4_999)
  await clock.advance(1)
  expect(await late).toEqual(new CoordinatorFailure(ErrorCode.COORDINATOR_NOT_AVAILABLE))
  log.release()
  await clock.advance(0)
  expect(await get('a')).toBe(1)
  expect(shards).toHaveLength(1)
})

describe('a throw', () => {
  const failed = new CoordinatorFailure(ErrorCode.UNKNOWN_SERVER_ERROR)
  const assertion = new AssertionFailure('an invariant')
  const throws = (error: Error) => () => {
    throw error
  }

  test('of an ordinary kind ends the request that it decides, and nothing else', async () => {
    await add('a')
    expect(await runtime.write('add', 0, throws(new TypeError('x is undefined')))).toEqual(failed)
    expect(await read(throws(new TypeError('x is undefined')))).toEqual(failed)
    await clock.advance(0)
    expect(guard.failure).toBeNull()
    expect(await get('a')).toBe(1)
    expect(shards).toHaveLength(1)
  })

  test('in what cannot be encoded is ordinary, as long as nothing has changed', async () => {
    const unencodable = null as never
    expect(await add(unencodable)).toEqual(failed)
    const second = () => ({
      records: ['a'],
      next: () => ({ records: [unencodable], response: undefined }),
    })
    await clock.advance(0)
    expect(guard.failure).toBeNull()
    expect(await runtime.write('steps', 0, second)).toEqual(failed)
    await clock.advance(0)
    expect(guard.failure).toBeInstanceOf(AssertionFailure)
  })

  const doors: [where: string, enter: () => Promise<unknown>][] = [
    ['a decision that breaks an invariant', () => runtime.write('add', 0, throws(assertion))],
    ['a query that breaks an invariant', () => read(throws(assertion))],
    ['replay', () => add('poison')],
    [
      'a step after replay',
      () => runtime.write('steps', 0, () => ({ records: ['a'], next: throws(new Error('a bug')) })),
    ],
    [
      'what follows a commit',
      () =>
        runtime.write('add', 0, () => ({
          records: ['a'],
          response: 1,
          committed: throws(new Error('a bug')),
        })),
    ],
    [
      'the log, which answers with a code',
      () => {
        log.append = () => Promise.reject(new Error('a bug'))
        return add('a')
      },
    ],
  ]
  test.each(doors)('in %s stops the broker', async (_, enter) => {
    const waiting = add('b')
    expect(await enter()).toEqual(failed)
    expect(guard.failure).toBeNull()
    // The shard does nothing more, even before the broker has heard of it.
    expect(await add('a')).toEqual(new CoordinatorFailure(ErrorCode.NOT_COORDINATOR))
    await clock.advance(0)
    expect(guard.failure).toBeInstanceOf(AssertionFailure)
    expect(shards).toHaveLength(1)
    expect(shards[0]?.unloadedWith).toBe(ErrorCode.NOT_COORDINATOR)
    await waiting
  })

  test('in a timer stops the broker, whatever it is', async () => {
    shards[0]?.timer.schedule('later', 100, throws(new TypeError('x is undefined')))
    await clock.advance(100)
    expect(guard.failure).toMatchObject({ message: 'x is undefined' })
  })

  test('in a write that nobody has asked for does the same', async () => {
    await runtime.writeAll('forget', throws(new TypeError('x is undefined')), () => answer(undefined))
    await clock.advance(0)
    expect(guard.failure).toMatchObject({ message: 'x is undefined' })
  })

  test('in the replay of a load stops the broker', async () => {
    await runtime.write('add', 0, () => ({ records: ['a'], response: 1 }))
    log.batches.push(...log.batches.splice(0).map(({ batch }) => ({ partition: 1, batch })))
    codec.decode = () => 'poison'
    try {
      await runtime.load(1)
    } finally {
      codec.decode = (key) => key.toString()
    }
    await clock.advance(0)
    expect(guard.failure).toMatchObject({ message: 'a bug in replay' })
  })
})

test('a log that cannot be replayed leaves the partition without coordinator', async () => {
  await add('a')
  shards = []
  codec.decode = () => {
    throw new Error('unreadable')
  }
  try {
    runtime.unload(0)
    await runtime.load(0)
    expect(await get('a')).toEqual(new CoordinatorFailure(ErrorCode.NOT_COORDINATOR))
  } finally {
    codec.decode = (key) => key.toString()
  }
  expect(guard.failure).toBeNull()
  await runtime.load(0)
  expect(await get('a')).toBe(1)
})

describe('a write of a transaction', () => {
  const producer = { producerId: 4_000, producerEpoch: 3 }
  const addAs = (who: typeof producer | undefined, name: string) =>
    runtime.write('add', 0, (shard) => shard.add(name), who)

  test('is replayed as one, and again from the log', async () => {
    await addAs(producer, 'a')
    expect(shards[0]?.facts).toEqual([{ ...producer, transactional: true }])
    runtime.unload(0)
    await runtime.load(0)
    expect(shards[1]?.facts).toEqual([{ ...producer, transactional: true }])
  })

  test('shares batches only with those of its own producer and epoch', async () => {
    const bumped = { ...producer, producerEpoch: 4 }
    await Promise.all([
      addAs(undefined, 'a'),
      addAs(producer, 'b'),
      addAs({ ...producer }, 'c'),
      addAs(bumped, 'd'),
      addAs(undefined, 'e'),
      addAs(undefined, 'f'),
    ])
    const heads = log.batches.map(({ batch }) => [
      RecordBatch.count(batch, 0),
      RecordBatch.producerId(batch, 0),
      RecordBatch.producerEpoch(batch, 0),
      RecordBatch.isTransactional(batch, 0),
    ])
    expect(heads).toEqual([
      [1, -1, -1, false],
      [2, 4_000, 3, true],
      [1, 4_000, 4, true],
      [2, -1, -1, false],
    ])
  })
})

test('a timeout decides records as a request does', async () => {
  shards[0]?.timer.schedule('later', 100, () => ({ records: ['timed'], response: undefined }))
  await clock.advance(99)
  expect(await get('timed')).toBe(0)
  await clock.advance(1)
  expect(await get('timed')).toBe(1)
  expect(log.batches).toHaveLength(1)
})

test('a timer that is set anew, cancelled or of an unloaded shard does not run', async () => {
  const timer = shards[0]?.timer as CoordinatorTimer<string>
  const operation = (name: string) => () => ({ records: [name], response: undefined })
  timer.schedule('key', 100, operation('replaced'))
  timer.schedule('key', 200, operation('kept'))
  timer.schedule('other', 100, operation('cancelled'))
  timer.cancel('other')
  await clock.advance(500)
  expect([await get('replaced'), await get('cancelled'), await get('kept')]).toEqual([0, 0, 1])
  timer.schedule('key', 100, operation('unloaded'))
  runtime.unload(0)
  await clock.advance(500)
  expect(log.batches).toHaveLength(1)
  expect(clock.pending).toBe(0)
})

test('a first step that the topic does not take changes nothing', async () => {
  log.maxMessageBytes = 100
  const result = await runtime.write('steps', 0, () => ({
    records: ['a', 'b', 'c'],
    next: () => ({ records: [], response: 'not reached' }),
  }))
  expect(result).toEqual(new CoordinatorFailure(ErrorCode.UNKNOWN_SERVER_ERROR))
  expect(await get('a')).toBe(0)
})

test('steps of one decision see each other and land in one batch', async () => {
  const result = await runtime.write<number>('steps', 0, (shard) => ({
    records: ['a'],
    next: () => ({ records: ['a'], response: shard.get('a') }),
  }))
  expect(result).toBe(1)
  expect(await get('a')).toBe(2)
  expect(log.batches).toHaveLength(1)
})

test('what follows a commit is done before any response', async () => {
  const order: string[] = []
  await runtime
    .write('ordered', 0, () => ({ records: ['a'], response: 'x', committed: () => order.push('committed') }))
    .then(() => order.push('response'))
  expect(order).toEqual(['committed', 'response'])
})

test('a write without records and nothing under way is answered at once', async () => {
  expect(await runtime.write('nothing', 0, () => answer('now'))).toBe('now')
  expect(log.batches).toEqual([])
})

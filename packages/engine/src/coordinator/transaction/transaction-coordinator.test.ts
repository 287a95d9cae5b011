import { ErrorCode } from '@sluice/wire'
import { beforeEach, describe, expect, test } from 'vitest'
import { deals, expirationMs, TransactionTestContext } from './testing/transaction-context.ts'
import { lastClientEpoch, TransactionState } from './transaction.ts'

let context: TransactionTestContext
beforeEach(async () => {
  context = await TransactionTestContext.start()
})

const failed = (errorCode: ErrorCode) => ({ errorCode, producerId: -1, producerEpoch: -1 })
const completes = async (state: TransactionState) => {
  await context.clock.advance(0)
  expect(await context.describe()).toMatchObject({ state, partitions: new Map() })
}

describe('a transaction', () => {
  test('has a marker in each of its partitions once its end stands in the log, and is complete then', async () => {
    const producer = await context.init()
    expect(await context.add(producer)).toBe(ErrorCode.NONE)
    expect(await context.end(producer, true)).toMatchObject({ errorCode: 0, producerEpoch: 1 })
    await completes(TransactionState.completeCommit)
    expect(context.markers).toEqual([
      { producerId: 1_000, producerEpoch: 1, commit: true, coordinatorEpoch: 3, transactionVersion: 2 },
    ])
  })

  test('is answered before its markers are begun', async () => {
    const producer = await context.init()
    await context.add(producer)
    await context.end(producer, true)
    expect(context.markers).toEqual([])
    await completes(TransactionState.completeCommit)
  })

  test('is not complete, and no other begins, before all its markers are written', async () => {
    const producer = await context.init()
    await context.add(producer)
    context.outcome = { left: deals, isFenced: false }
    const next = await context.end(producer, false)
    expect(await context.describe()).toMatchObject({ state: TransactionState.prepareAbort })
    expect(await context.add(next)).toBe(ErrorCode.CONCURRENT_TRANSACTIONS)
    expect(await context.end(next, false)).toEqual(failed(ErrorCode.CONCURRENT_TRANSACTIONS))
    expect(await context.init()).toEqual(failed(ErrorCode.CONCURRENT_TRANSACTIONS))
    await context.clock.advance(200)
    expect(context.markers.length).toBeGreaterThan(3)
    context.outcome = { left: new Map(), isFenced: false }
    await context.clock.advance(50)
    await completes(TransactionState.completeAbort)
    expect(await context.add(next)).toBe(ErrorCode.NONE)
  })

  test('whose end somebody newer writes is left to them', async () => {
    const producer = await context.init()
    await context.add(producer)
    context.outcome = { left: new Map(), isFenced: true }
    await context.end(producer, true)
    await context.clock.advance(1_000)
    expect(context.markers).toHaveLength(1)
    expect(await context.describe()).toMatchObject({ state: TransactionState.prepareCommit })
  })

  test('whose end is decided is completed by the coordinator that comes next', async () => {
    const producer = await context.init()
    await context.add(producer)
    context.outcome = { left: deals, isFenced: false }
    await context.end(producer, true)
    context.outcome = { left: new Map(), isFenced: false }
    await context.moveCoordinator()
    await context.clock.advance(100)
    await completes(TransactionState.completeCommit)
    expect(await context.end(producer, true)).toMatchObject({ errorCode: 0, producerEpoch: 1 })
    expect(await context.end(producer, false)).toEqual(failed(ErrorCode.INVALID_TXN_STATE))
  })

  test('whose completion the log refuses is tried again in time, and the broker does other things meanwhile', async () => {
    const producer = await context.init()
    await context.add(producer)
    context.outcome = { left: deals, isFenced: false }
    await context.end(producer, true)
    context.outcome = { left: new Map(), isFenced: false }
    context.log.refuseWith = ErrorCode.NOT_ENOUGH_REPLICAS
    await context.clock.advance(1_000)
    const tries = context.markers.length
    expect(tries).toBeLessThan(15)
    expect(await context.describe()).toMatchObject({ state: TransactionState.prepareCommit })
    context.log.refuseWith = null
    await context.clock.advance(100)
    await completes(TransactionState.completeCommit)
  })

  test('that takes longer than its time-out is aborted, and its client fenced', async () => {
    const producer = await context.init(15_000)
    await context.add(producer)
    await context.clock.advance(10_000)
    expect(await context.describe()).toMatchObject({ state: TransactionState.ongoing })
    await context.clock.advance(10_000)
    await completes(TransactionState.completeAbort)
    expect(context.markers).toMatchObject([{ commit: false, producerEpoch: 1 }])
    expect(await context.add(producer)).toBe(ErrorCode.PRODUCER_FENCED)
    expect(await context.end(producer, true)).toEqual(failed(ErrorCode.INVALID_TXN_STATE))
  })

  test.each([false, true])(
    'that began by a clock that is ahead takes no longer for that, with another coordinator: %s',
    async (moves) => {
      const producer = await context.init(15_000)
      await context.add(producer)
      context.clock.moveWallClock(-3_600_000)
      if (moves) await context.moveCoordinator()
      await context.clock.advance(10_000)
      expect(await context.describe()).toMatchObject({ state: TransactionState.ongoing })
      await context.clock.advance(10_000)
      await completes(TransactionState.completeAbort)
    },
  )

  test('that a client has left open is aborted for the next one, which comes again', async () => {
    const producer = await context.init()
    await context.add(producer)
    expect(await context.init()).toEqual(failed(ErrorCode.CONCURRENT_TRANSACTIONS))
    await completes(TransactionState.completeAbort)
    expect(await context.init()).toMatchObject({ producerId: 1_000, producerEpoch: 2 })
    expect(await context.add(producer)).toBe(ErrorCode.PRODUCER_FENCED)
  })
})

describe('a transactional id', () => {
  test('that nobody has used for long enough is forgotten, and leaves a tombstone', async () => {
    await context.init()
    await context.clock.advance(expirationMs - 1)
    expect(await context.describe()).toMatchObject({ state: TransactionState.empty })
    await context.clock.advance(600_000)
    expect(await context.describe()).toBe(ErrorCode.TRANSACTIONAL_ID_NOT_FOUND)
    expect(context.records().at(-1)).toEqual({ transactionalId: 'tx', transaction: null })
    expect(await context.init()).toMatchObject({ producerId: 1_001, producerEpoch: 0 })
  })

  test('is kept while its markers are written, however long that takes', async () => {
    const producer = await context.init()
    await context.add(producer)
    context.outcome = { left: deals, isFenced: false }
    await context.end(producer, true)
    context.clock.jump(2 * expirationMs)
    await context.clock.advance(600)
    expect(await context.describe()).toMatchObject({ state: TransactionState.prepareCommit })
  })

  test('is taken with a time-out above the broker’s, or none, by nobody', async () => {
    for (const timeoutMs of [0, -1, 900_001])
      expect(await context.init(timeoutMs)).toEqual(failed(ErrorCode.INVALID_TRANSACTION_TIMEOUT))
  })
})

describe('the epochs of a producer id', () => {
  test('that are used up at an end are followed by another producer id', async () => {
    const producer = { errorCode: ErrorCode.NONE, producerId: 7, producerEpoch: lastClientEpoch }
    await context.find({ ...producer, state: TransactionState.ongoing, partitions: deals, startMs: 1 })
    const ended = await context.end(producer, true)
    await completes(TransactionState.completeCommit)
    // The marker has an epoch that no client was ever given.
    expect(context.markers).toMatchObject([{ producerId: 7, producerEpoch: lastClientEpoch + 1 }])
    expect(ended).toEqual({ errorCode: 0, producerId: 1_000, producerEpoch: 0 })
    const next = { errorCode: ErrorCode.NONE, producerId: 1_000, producerEpoch: 0 }
    // Its answer was lost, and it asks again.
    expect(await context.end(producer, true)).toEqual(next)
    expect(await context.add(next)).toBe(ErrorCode.NONE)
    expect(await context.add(producer)).toBe(ErrorCode.INVALID_PRODUCER_ID_MAPPING)
  })

  test('are told before the markers of the end are written, and the next transaction waits for these', async () => {
    const producer = { errorCode: ErrorCode.NONE, producerId: 7, producerEpoch: lastClientEpoch }
    await context.find({ ...producer, state: TransactionState.ongoing, partitions: deals, startMs: 1 })
    context.outcome = { left: deals, isFenced: false }
    const next = await context.end(producer, true)
    expect(next.producerId).toBe(1_000)
    expect(await context.add(next)).toBe(ErrorCode.CONCURRENT_TRANSACTIONS)
    expect(await context.end(next, false)).toEqual(failed(ErrorCode.CONCURRENT_TRANSACTIONS))
    expect(await context.end(producer, true)).toEqual(failed(ErrorCode.CONCURRENT_TRANSACTIONS))
    context.outcome = { left: new Map(), isFenced: false }
    await context.clock.advance(50)
    expect(await context.add(next)).toBe(ErrorCode.NONE)
  })

  test('that are used up when a client begins are so, too', async () => {
    await context.find({ producerEpoch: lastClientEpoch, state: TransactionState.completeCommit })
    expect(await context.init()).toEqual({ errorCode: 0, producerId: 1_000, producerEpoch: 0 })
  })

  test('that are used up when a client goes on tell it of its new id, also a second time', async () => {
    await context.find({ producerEpoch: lastClientEpoch, state: TransactionState.completeCommit })
    const expected = { producerId: 7, producerEpoch: lastClientEpoch }
    const next = { errorCode: 0, producerId: 1_000, producerEpoch: 0 }
    expect(await context.init(60_000, expected)).toEqual(next)
    expect(await context.init(60_000, expected)).toEqual(next)
    expect(await context.init(60_000, { producerId: 7, producerEpoch: 5 })).toEqual(
      failed(ErrorCode.PRODUCER_FENCED),
    )
  })
})

describe('in a cluster of transaction.version 0', () => {
  beforeEach(() => void (context.transactionVersion = 0))

  test('an end leaves the epoch as it is, and records have no tagged fields', async () => {
    const producer = await context.init()
    expect(await context.add(producer, 0)).toBe(ErrorCode.NONE)
    expect(await context.end(producer, true, 0)).toMatchObject({ errorCode: 0, producerEpoch: 0 })
    await completes(TransactionState.completeCommit)
    expect(context.markers).toMatchObject([{ producerEpoch: 0, transactionVersion: 0 }])
    expect(context.lastValue()?.readInt16BE(0)).toBe(0)
    expect(await context.add(producer, 0)).toBe(ErrorCode.NONE)
  })

  test('who takes too long is fenced by an epoch that nobody is told', async () => {
    const producer = await context.init(15_000)
    await context.add(producer, 0)
    await context.clock.advance(20_000)
    await completes(TransactionState.completeAbort)
    expect(context.markers).toMatchObject([{ commit: false, producerEpoch: 1 }])
    expect(await context.end(producer, true, 0)).toEqual(failed(ErrorCode.PRODUCER_FENCED))
    expect(await context.init()).toMatchObject({ producerEpoch: 2 })
  })
})

import { ErrorCode, RecordBatch } from '@sluice/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Log, StageResult } from './log.ts'
import { endTransactionMarker } from './testing/end-transaction-marker.ts'
import { LogContext, append, batchOf, readAll, stage, startMs } from './testing/log-context.ts'

const idempotent = (baseSequence: number, count = 1, producerEpoch = 0, producerId = 7) =>
  batchOf(count, { producerId, producerEpoch, baseSequence })
const transactional = (baseSequence: number, producerId = 7, producerEpoch = 0) =>
  batchOf(1, { producerId, producerEpoch, baseSequence, isTransactional: true })

function marker(
  log: Log,
  commit: boolean,
  producerEpoch = 0,
  coordinatorEpoch = 0,
  producerId = 7,
): StageResult {
  const batch = endTransactionMarker({
    commit,
    producerId,
    producerEpoch,
    coordinatorEpoch,
    timestamp: startMs,
  })
  const validated = log.validate(batch, { origin: 'coordinator', nowMs: startMs })
  if (validated instanceof Promise || validated.kind === 'rejected')
    throw new Error('a marker is never refused here')
  const result = log.stage(validated, 0)
  log.commit()
  return result
}

describe('sequences of an idempotent producer', () => {
  test('a batch must follow the last one', () => {
    const log = new LogContext().load()
    append(log, idempotent(0, 3))
    expect(append(log, idempotent(4))).toMatchObject({
      kind: 'rejected',
      error: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    })
    expect(append(log, idempotent(3))).toMatchObject({ kind: 'staged', baseOffset: 3 })
  })

  test('a retry of one of the last five batches gets the old offsets, an older one is out of order', () => {
    const log = new LogContext().load()
    for (let i = 0; i < 7; i++) append(log, idempotent(i * 2, 2))
    for (let i = 2; i < 7; i++)
      expect(append(log, idempotent(i * 2, 2))).toEqual({
        kind: 'duplicate',
        baseOffset: i * 2,
        lastOffset: i * 2 + 1,
        logAppendTimeMs: startMs,
      })
    expect(append(log, idempotent(2, 2))).toMatchObject({ error: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER })
    // The same first sequence with another length is no retry.
    expect(append(log, idempotent(12, 1))).toMatchObject({ error: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER })
    expect(log.logEndOffset).toBe(14)
  })

  test('staged batches count before they are committed', () => {
    const log = new LogContext().load()
    stage(log, idempotent(0))
    stage(log, idempotent(1))
    expect(stage(log, idempotent(3))).toMatchObject({ error: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER })
    expect(stage(log, idempotent(0))).toMatchObject({ kind: 'duplicate', baseOffset: 0 })
    expect(stage(log, idempotent(2))).toMatchObject({ kind: 'staged', baseOffset: 2 })
    log.commit()
    expect(readAll(log)).toHaveLength(3)
  })

  test('wrap after 2^31 - 1, also inside a batch', () => {
    const log = new LogContext().load()
    append(log, idempotent(0x7ffffffe, 1))
    append(log, idempotent(0x7fffffff, 3))
    expect(append(log, idempotent(2, 1))).toMatchObject({ kind: 'staged' })
    expect(append(log, idempotent(0x7fffffff, 3))).toMatchObject({ kind: 'duplicate', baseOffset: 1 })
    const exactly = new LogContext().load()
    append(exactly, idempotent(0x7fffffff, 1))
    expect(append(exactly, idempotent(0, 1))).toMatchObject({ kind: 'staged' })
  })

  test('a new epoch begins at 0; an old one is fenced', () => {
    const log = new LogContext().load()
    append(log, idempotent(0, 5, 2))
    expect(append(log, idempotent(1, 1, 3))).toMatchObject({ error: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER })
    expect(append(log, idempotent(0, 1, 3))).toMatchObject({ kind: 'staged' })
    expect(append(log, idempotent(5, 1, 2))).toMatchObject({ error: ErrorCode.INVALID_PRODUCER_EPOCH })
    // A batch of the old epoch is no duplicate either.
    expect(append(log, idempotent(0, 5, 2))).toMatchObject({ error: ErrorCode.INVALID_PRODUCER_EPOCH })
  })

  test('a producer that the log does not know may begin anywhere (KIP-360)', () => {
    const log = new LogContext().load()
    expect(append(log, idempotent(1234))).toMatchObject({ kind: 'staged' })
    expect(append(log, idempotent(1235))).toMatchObject({ kind: 'staged' })
  })

  test('are forgotten after producer.id.expiration.ms', async () => {
    const context = new LogContext()
    const log = context.load({ producerIdExpirationMs: 1000 })
    append(log, idempotent(0))
    log.removeExpiredProducers(startMs + 999)
    expect(append(log, idempotent(5))).toMatchObject({ kind: 'rejected' })
    log.removeExpiredProducers(startMs + 1000)
    expect(append(log, idempotent(5))).toMatchObject({ kind: 'staged' })
  })

  test('every kept batch stands once and in order, whatever is sent and whenever the broker restarts', () => {
    const action = fc.record({
      back: fc.integer({ min: -2, max: 6 }),
      count: fc.integer({ min: 1, max: 3 }),
      next: fc.constantFrom('commit', 'wait', 'stop', 'kill'),
    })
    const start = fc.constantFrom(0, 5, 0x7fffffff - 4)
    fc.assert(
      fc.property(start, fc.array(action, { maxLength: 40 }), (first, actions) => {
        const context = new LogContext({ segmentBytes: 500 })
        let log = context.load()
        // What the producer has been told: base sequence and length by offset.
        const sent: { sequence: number; count: number; offset: number }[] = []
        let next = first
        for (const { back, count, next: after } of actions) {
          const retry = back > 0 ? sent.at(-back) : undefined
          const sequence = retry?.sequence ?? RecordBatch.addSequence(next, back < 0 ? -back : 0)
          const result = stage(log, idempotent(sequence, retry?.count ?? count))
          if (retry && back <= 5) expect(['duplicate', 'rejected']).toContain(result.kind)
          if (retry && result.kind === 'duplicate') expect(result.baseOffset).toBe(retry.offset)
          if (!retry && back < 0 && sent.length > 0) expect(result.kind).toBe('rejected')
          if (result.kind === 'staged') {
            sent.push({ sequence, count: retry?.count ?? count, offset: result.baseOffset })
            next = RecordBatch.addSequence(sequence, retry?.count ?? count)
          }
          if (after === 'wait') continue
          log.commit()
          if (after === 'stop') log = context.reloadAfterStop(log)
          if (after === 'kill') log = context.reloadAfterKill(log)
        }
        log.commit()
        const read = readAll(log)
        expect(read.map((batch) => batch.baseOffset)).toEqual(sent.map((batch) => batch.offset))
        const last = sent.at(-1)
        if (last)
          expect(append(log, idempotent(last.sequence, last.count))).toMatchObject({ kind: 'duplicate' })
      }),
      { numRuns: 150 },
    )
  })
})

describe('transactions', () => {
  test('the first open one bounds what is stable, until its marker is below the high watermark', () => {
    const log = new LogContext().load()
    for (const batch of [batchOf(2), transactional(0), transactional(0, 8)]) stage(log, batch)
    log.commit()
    expect(log.lastStableOffset).toBe(0)
    log.advanceHighWatermark(4)
    expect(log.lastStableOffset).toBe(2)
    marker(log, true)
    expect(log).toMatchObject({ logEndOffset: 5, lastStableOffset: 2 })
    log.advanceHighWatermark(5)
    expect(log.lastStableOffset).toBe(3)
    marker(log, false, 0, 0, 8)
    log.advanceHighWatermark(6)
    expect(log.lastStableOffset).toBe(6)
  })

  test('one whose marker is cut off is open again; what was decided below stays so', () => {
    const log = new LogContext().load()
    append(log, transactional(0))
    marker(log, true)
    log.advanceHighWatermark(2)
    append(log, transactional(1))
    marker(log, true)
    log.truncateTo(3)
    expect(log).toMatchObject({ logEndOffset: 3, highWatermark: 3, lastStableOffset: 2 })
  })

  test('aborted ones are found by readers of their range, also across segments and restarts', () => {
    const context = new LogContext({ segmentBytes: 400 })
    let log = context.load()
    for (let round = 0; round < 6; round++) {
      append(log, transactional(0, 100 + round))
      append(log, batchOf(1))
      marker(log, round % 2 === 0, 0, 0, 100 + round)
    }
    const check = () => {
      expect(log.abortedTransactions(0, 18)).toEqual([
        { producerId: 101, firstOffset: 3, lastOffset: 5, lastStableOffset: 6 },
        { producerId: 103, firstOffset: 9, lastOffset: 11, lastStableOffset: 12 },
        { producerId: 105, firstOffset: 15, lastOffset: 17, lastStableOffset: 18 },
      ])
      expect(log.abortedTransactions(6, 9)).toEqual([])
      expect(log.abortedTransactions(5, 10).map((one) => one.producerId)).toEqual([101, 103])
    }
    check()
    log = context.reloadAfterStop(log)
    check()
    log = context.reloadAfterKill(log)
    check()
  })

  test('an open one stays open over a restart', () => {
    for (const restart of ['reloadAfterStop', 'reloadAfterKill'] as const) {
      const context = new LogContext()
      const before = context.load()
      append(before, transactional(0))
      append(before, batchOf(1))
      const log = context[restart](before)
      log.advanceHighWatermark(2)
      expect(log.lastStableOffset).toBe(0)
      marker(log, false)
      log.advanceHighWatermark(3)
      expect(log.lastStableOffset).toBe(3)
      expect(log.abortedTransactions(0, 3)).toHaveLength(1)
    }
  })

  test('a marker of a later epoch ends it (KIP-890); sequences begin at 0 again', () => {
    const log = new LogContext().load()
    append(log, transactional(0))
    marker(log, true, 1)
    expect(log.activeProducers()).toEqual([
      {
        producerId: 7,
        producerEpoch: 1,
        lastSequence: -1,
        lastTimestamp: startMs,
        coordinatorEpoch: 0,
        currentTransactionStartOffset: -1,
      },
    ])
    expect(append(log, transactional(1, 7, 1))).toMatchObject({
      error: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    })
    expect(append(log, transactional(0, 7, 1))).toMatchObject({ kind: 'staged' })
  })

  test('markers of an old producer or coordinator are fenced', () => {
    const log = new LogContext().load()
    append(log, transactional(0, 7, 3))
    expect(marker(log, true, 2, 5)).toMatchObject({ error: ErrorCode.INVALID_PRODUCER_EPOCH })
    marker(log, true, 3, 5)
    expect(marker(log, true, 3, 4)).toMatchObject({ error: ErrorCode.TRANSACTION_COORDINATOR_FENCED })
  })

  test('no plain batch may enter an open one', () => {
    const log = new LogContext().load()
    append(log, transactional(0))
    expect(append(log, idempotent(1))).toMatchObject({ error: ErrorCode.INVALID_TXN_STATE })
  })
})

describe('snapshots', () => {
  test('a torn one is passed over for an older one and the log', () => {
    const context = new LogContext({ segmentBytes: 300 })
    const log = context.load()
    for (let i = 0; i < 8; i++) append(log, idempotent(i))
    log.close({ clean: true })
    const newest = '/data/events-0/00000000000000000008.snapshot'
    const bytes = context.disk.readFileSync(newest)
    context.disk.writeFileAtomicSync(newest, bytes.subarray(0, bytes.length - 3))
    const reloaded = context.load({ clean: true })
    expect(reloaded.activeProducers()).toMatchObject([{ lastSequence: 7 }])
    expect(append(reloaded, idempotent(8))).toMatchObject({ kind: 'staged' })
  })

  test('those that no segment names are removed, but for the newest', () => {
    const context = new LogContext()
    const log = context.load()
    append(log, idempotent(0))
    const again = context.reloadAfterStop(log)
    append(again, idempotent(1))
    const third = context.reloadAfterStop(again)
    expect(context.fileNames().filter((name) => name.endsWith('.snapshot'))).toEqual([
      '00000000000000000002.snapshot',
    ])
    third.close({ clean: true })
  })
})

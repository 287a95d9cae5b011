import { ErrorCode } from '@sluice/wire'
import { describe, expect, test } from 'vitest'
import type { Log, StageResult } from './log.ts'
import { endTransactionMarker } from './testing/end-transaction-marker.ts'
import { batchOf, LogContext, startMs } from './testing/log-context.ts'
import type { Verification } from './verification.ts'

interface Write {
  readonly producerEpoch?: number
  readonly baseSequence?: number
}

function verify(log: Log, { producerEpoch = 0, baseSequence = 0 }: Write = {}, bumpsEpoch = true) {
  return log.verify({ producerId: 7, producerEpoch, baseSequence, bumpsEpoch }, startMs)
}

/** With what its coordinator was asked by; null: the transaction was open when that was to be asked. */
function write(
  log: Log,
  verification: Verification | null,
  { producerEpoch = 0, baseSequence = 0 }: Write = {},
) {
  return staged(log, transactional({ producerEpoch, baseSequence }), { verification })
}

function transactional(of: Write): Buffer {
  return batchOf(1, { producerId: 7, producerEpoch: 0, isTransactional: true, ...of })
}

function marker(producerEpoch: number): Buffer {
  return endTransactionMarker({
    commit: true,
    producerId: 7,
    producerEpoch,
    coordinatorEpoch: 0,
    timestamp: startMs,
  })
}

/** The end of the transaction that the epoch before has begun. */
function end(log: Log, producerEpoch: number): void {
  const result = staged(log, marker(producerEpoch), { transactionVersion: 2 }, 'coordinator')
  expect(result.kind).toBe('staged')
}

function staged(...args: Parameters<typeof stage>): StageResult {
  const result = stage(...args)
  args[0].commit()
  return result
}

function stage(
  log: Log,
  batch: Buffer,
  claim: Parameters<Log['stage']>[2],
  origin: 'client' | 'coordinator' = 'client',
): StageResult {
  const validated = log.validate(batch, { origin, nowMs: startMs })
  if (validated instanceof Promise || validated.kind === 'rejected') throw new Error('the batch is good')
  return log.stage(validated, 0, claim)
}

const open = () => {
  const log = new LogContext().load()
  write(log, verify(log))
  return log
}

describe('a batch that begins a transaction', () => {
  test('needs that the coordinator was asked', () => {
    const log = new LogContext().load()
    expect(write(log, null)).toMatchObject({ error: ErrorCode.INVALID_TXN_STATE })
    const verification = verify(log)
    expect(write(log, null)).toMatchObject({ error: ErrorCode.INVALID_TXN_STATE })
    expect(write(log, verification)).toMatchObject({ kind: 'staged' })
  })

  test('is refused where the transaction has ended since, though its coordinator had said yes', () => {
    const log = new LogContext().load()
    const verification = verify(log)
    end(log, 1)
    expect(write(log, verification)).toMatchObject({ error: ErrorCode.INVALID_PRODUCER_EPOCH })
    expect(log.lastStableOffset).toBe(log.highWatermark)
  })

  test('may be asked about before the end of the last transaction has come', () => {
    const log = open()
    const next = { producerEpoch: 1 }
    const verification = verify(log, next)
    end(log, 1)
    expect(write(log, verification, next)).toMatchObject({ kind: 'staged' })
  })

  test('is refused after an end of its own, whatever ends came before that', () => {
    const log = open()
    const next = { producerEpoch: 1 }
    const verification = verify(log, next)
    end(log, 1)
    end(log, 2)
    expect(write(log, verification, next)).toMatchObject({ error: ErrorCode.INVALID_PRODUCER_EPOCH })
  })

  test('may come after an end of an earlier one that comes again', () => {
    const log = open()
    end(log, 1)
    const next = { producerEpoch: 2 }
    const verification = verify(log, next, false)
    end(log, 1)
    expect(write(log, verification, next)).toMatchObject({ kind: 'staged' })
  })

  test('may be asked about while the end of the last transaction is about to be written', () => {
    const log = new LogContext().load()
    write(log, verify(log, {}, false))
    expect(stage(log, marker(0), {}, 'coordinator')).toMatchObject({ kind: 'staged' })
    const next = { baseSequence: 1 }
    const verification = verify(log, next, false)
    log.commit()
    expect(write(log, verification, next)).toMatchObject({ kind: 'staged' })
  })

  test('is refused after its end by an older client, whatever a newer one has asked in an epoch before', () => {
    const log = new LogContext().load()
    verify(log)
    const next = { producerEpoch: 1 }
    const verification = verify(log, next, false)
    end(log, 1)
    expect(write(log, verification, next)).toMatchObject({ error: ErrorCode.INVALID_TXN_STATE })
    expect(log.lastStableOffset).toBe(log.highWatermark)
  })

  test('does not mind that others ask in an epoch that nobody has', () => {
    const log = open()
    const next = { producerEpoch: 1 }
    const verification = verify(log, next)
    const forged = verify(log, { producerEpoch: 9 })
    end(log, 1)
    expect(write(log, verification, next)).toMatchObject({ kind: 'staged' })
    end(log, 2)
    end(log, 10)
    expect(write(log, forged, { producerEpoch: 9 })).toMatchObject({
      error: ErrorCode.INVALID_PRODUCER_EPOCH,
    })
  })

  test('is refused after any end where ends leave the epoch as it is', () => {
    const log = open()
    const next = { producerEpoch: 1 }
    const verification = verify(log, next, false)
    end(log, 1)
    expect(write(log, verification, next)).toMatchObject({ error: ErrorCode.INVALID_TXN_STATE })
  })

  test('of an old question is refused after a new one', () => {
    const log = new LogContext().load()
    const old = verify(log)
    end(log, 1)
    const verification = verify(log, { producerEpoch: 1 })
    expect(write(log, old, { producerEpoch: 1 })).toMatchObject({ error: ErrorCode.INVALID_TXN_STATE })
    expect(write(log, verification, { producerEpoch: 1 })).toMatchObject({ kind: 'staged' })
  })

  test('comes in the order of its sequences, whichever was asked about first', () => {
    const log = new LogContext().load()
    const verification = verify(log, { baseSequence: 3 })
    expect(verify(log, { baseSequence: 1 })).toBe(verification)
    expect(write(log, verification, { baseSequence: 3 })).toMatchObject({
      error: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    })
  })

  test('has sequence 0 where ends raise the epoch and the producer is new', () => {
    const log = new LogContext().load()
    const modern = verify(log, { baseSequence: 5 })
    expect(write(log, modern, { baseSequence: 5 })).toMatchObject({
      error: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    })
    const other = new LogContext().load()
    const older = verify(other, { baseSequence: 5 }, false)
    expect(write(other, older, { baseSequence: 5 })).toMatchObject({ kind: 'staged' })
  })
})

describe('a transaction that is open', () => {
  test('takes batches of its epoch, and nobody is asked', () => {
    const log = open()
    expect(verify(log, { baseSequence: 1 })).toBeNull()
    expect(write(log, null, { baseSequence: 1 })).toMatchObject({ kind: 'staged' })
  })

  test('takes the next ones that were asked about with its first one, before that is written', () => {
    const log = new LogContext().load()
    const verification = verify(log)
    verify(log, { baseSequence: 1 })
    for (const baseSequence of [0, 1])
      expect(stage(log, transactional({ baseSequence }), { verification })).toMatchObject({ kind: 'staged' })
  })

  test('asks again after its end', () => {
    const log = open()
    end(log, 1)
    expect(verify(log, { producerEpoch: 1 })).not.toBeNull()
  })

  test('tells a batch that came before, and asks nobody', () => {
    const log = open()
    expect(write(log, null)).toMatchObject({ kind: 'duplicate', baseOffset: 0 })
  })

  test('of another epoch is not this one', () => {
    const log = open()
    expect(verify(log, { producerEpoch: 1 })).not.toBeNull()
  })
})

import { ErrorCode, RecordBatch } from '@sluice/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  LogContext,
  append,
  batchOf,
  readAll,
  stage,
  startMs,
  validateNow,
  valuesOf,
} from './testing/log-context.ts'

describe('appending', () => {
  test('offsets follow each other and are visible after the commit only', () => {
    const log = new LogContext().load()
    expect(stage(log, batchOf(3))).toMatchObject({
      kind: 'staged',
      baseOffset: 0,
      lastOffset: 2,
      logAppendTimeMs: -1,
    })
    expect(stage(log, batchOf(2))).toMatchObject({ kind: 'staged', baseOffset: 3, lastOffset: 4 })
    expect(log.logEndOffset).toBe(0)
    expect(log.read(0, 1000, 5, true)).toBeNull()
    log.commit()
    expect(log.logEndOffset).toBe(5)
    expect(readAll(log).map((batch) => batch.baseOffset)).toEqual([0, 3])
  })

  test('a dropped stage leaves nothing behind', () => {
    const log = new LogContext().load()
    append(log, batchOf(1, { value: 'kept' }))
    stage(log, batchOf(1, { producerId: 7, producerEpoch: 0, baseSequence: 0 }))
    log.dropStage()
    expect(
      append(log, batchOf(1, { producerId: 7, producerEpoch: 0, baseSequence: 0, value: 'again' })),
    ).toMatchObject({ kind: 'staged', baseOffset: 1 })
    expect(valuesOf(readAll(log))).toEqual(['kept-0', 'again-0'])
  })

  test('all staged batches go out with one write, from the bytes of the caller, which are not kept', () => {
    const context = new LogContext()
    const log = context.load()
    append(log, batchOf())
    const writes: string[] = []
    context.disk.beforeOperation = (operation, path) => void writes.push(`${operation} ${path}`)
    const buffers = [batchOf(1, { value: 'a' }), batchOf(1, { value: 'b' }), batchOf(1, { value: 'c' })]
    for (const buffer of buffers) stage(log, buffer)
    log.commit()
    expect(writes).toEqual(['write /data/events-0/00000000000000000000.log'])
    for (const buffer of buffers) buffer.fill(0xdb)
    expect(valuesOf(readAll(log, 1))).toEqual(['a-0', 'b-0', 'c-0'])
  })

  test('the leader epoch stands in each batch and in the checkpoint', () => {
    const context = new LogContext()
    const log = context.load()
    append(log, batchOf(2), 4)
    append(log, batchOf(1), 4)
    append(log, batchOf(1), 6)
    expect(log.leaderEpochs.entries).toEqual([
      { epoch: 4, startOffset: 0 },
      { epoch: 6, startOffset: 3 },
    ])
    log.flushSync()
    expect(context.file('leader-epoch-checkpoint').toString()).toBe('0\n2\n4 0\n6 3\n')
    expect(log.leaderEpochs.endOffsetFor(4)).toEqual({ epoch: 4, endOffset: 3 })
    expect(log.leaderEpochs.endOffsetFor(5)).toEqual({ epoch: 4, endOffset: 3 })
    expect(log.leaderEpochs.endOffsetFor(6)).toEqual({ epoch: 6, endOffset: 4 })
    expect(log.leaderEpochs.endOffsetFor(7)).toEqual({ epoch: -1, endOffset: -1 })
    expect(log.leaderEpochs.endOffsetFor(2)).toEqual({ epoch: 2, endOffset: 0 })
  })
})

describe('segments', () => {
  const oneBatch = batchOf(1).length

  test('roll when the next batch would make them too large, and not before', () => {
    const context = new LogContext({ segmentBytes: oneBatch * 2 })
    const log = context.load()
    for (let i = 0; i < 5; i++) append(log, batchOf(1))
    expect(context.fileNames().filter((name) => name.endsWith('.log'))).toEqual([
      '00000000000000000000.log',
      '00000000000000000002.log',
      '00000000000000000004.log',
    ])
    expect(readAll(log)).toHaveLength(5)
  })

  test('roll in the middle of a commit', () => {
    const context = new LogContext({ segmentBytes: oneBatch * 2 })
    const log = context.load()
    for (let i = 0; i < 5; i++) stage(log, batchOf(1, { value: `${i}` }))
    log.commit()
    expect(log.segmentCount).toBe(3)
    expect(valuesOf(readAll(log))).toEqual(['0-0', '1-0', '2-0', '3-0', '4-0'])
  })

  test('roll by the time between the first and the new batch, as their producers tell it', () => {
    const context = new LogContext({ segmentMs: 1000 })
    const log = context.load()
    append(log, batchOf(1, { timestamp: startMs }))
    append(log, batchOf(1, { timestamp: startMs + 1000 }))
    expect(log.segmentCount).toBe(1)
    append(log, batchOf(1, { timestamp: startMs + 1001 }))
    expect(log.segmentCount).toBe(2)
  })

  test('without timestamps the clock tells when to roll', async () => {
    const context = new LogContext({ segmentMs: 1000 })
    const log = context.load()
    append(log, batchOf(1, { timestamp: -1 }))
    await context.clock.advance(1001)
    append(log, batchOf(1, { timestamp: -1 }))
    expect(log.segmentCount).toBe(2)
  })

  test('roll when an index is full', () => {
    const context = new LogContext({ segmentIndexBytes: 8 * 3, indexIntervalBytes: 0 })
    const log = context.load()
    for (let i = 0; i < 9; i++) append(log, batchOf(1, { timestamp: startMs + i }))
    expect(log.segmentCount).toBeGreaterThan(2)
    for (const name of context.fileNames().filter((one) => one.endsWith('.index')))
      expect(context.file(name).length).toBeLessThanOrEqual(8 * 3)
    expect(readAll(log)).toHaveLength(9)
  })

  test('a rolled segment is durable soon after, and the recovery point follows', async () => {
    const context = new LogContext({ segmentBytes: oneBatch * 2 })
    const log = context.load()
    for (let i = 0; i < 3; i++) append(log, batchOf(1))
    await context.clock.advance(0)
    expect(log.recoveryPoint).toBe(2)
    context.disk.loseUnsynced()
    expect(context.file('00000000000000000000.log').length).toBe(oneBatch * 2)
    expect(context.file('00000000000000000002.log').length).toBe(0)
  })

  test('log.flush.interval.messages makes every n-th append durable before it is answered', () => {
    const context = new LogContext({ flushMessages: 3 })
    const log = context.load()
    append(log, batchOf(2))
    expect(log.recoveryPoint).toBe(0)
    append(log, batchOf(1))
    expect(log.recoveryPoint).toBe(3)
    context.disk.loseUnsynced()
    const reloaded = context.reloadAfterKill(log, { recoveryPoint: 0 })
    expect(reloaded.logEndOffset).toBe(3)
  })
})

describe('reading', () => {
  const batches = 50
  const filled = (config = {}) => {
    const log = new LogContext({ indexIntervalBytes: 300, segmentBytes: 1500, ...config }).load()
    for (let i = 0; i < batches; i++) append(log, batchOf(2, { value: `${i}` }))
    return log
  }

  test('begins with the batch that holds the offset', () => {
    const log = filled()
    for (let offset = 0; offset < batches * 2; offset++)
      expect(readAll(log, offset, offset + 2 - (offset % 2), 1)[0]?.baseOffset).toBe(offset - (offset % 2))
  })

  test('returns whole batches up to the wanted size, the first one whatever its size', () => {
    const log = filled({ segmentBytes: 1 << 20 })
    const size = batchOf(2, { value: '10' }).length
    expect(log.read(0, size - 10, 100, false)).toBeNull()
    const one = log.read(0, 1, 100, true)
    expect(one).toMatchObject({ position: 0, endOffset: 2 })
    for (const maxBytes of [size, size * 2, size * 3 + 5, size * 20]) {
      const slice = log.read(20, maxBytes, 100, true)
      expect(slice?.length).toBeLessThanOrEqual(maxBytes)
      expect(slice?.length).toBeGreaterThanOrEqual(maxBytes / 2 - size)
      expect(((slice?.length ?? 0) / size) % 1).toBe(0)
      expect(slice?.endOffset).toBe(20 + ((slice?.length ?? 0) / size) * 2)
      slice?.release()
    }
  })

  test('never ends inside a batch that reaches over the bound', () => {
    const log = filled()
    for (let upTo = 1; upTo <= 20; upTo++) {
      const read = readAll(log, 0, upTo)
      expect(read.length).toBe(Math.floor(upTo / 2))
    }
  })

  test('any read of any log gives back what was appended', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: 200, max: 2000 }),
        fc.integer({ min: 1, max: 1500 }),
        fc.nat(),
        (counts, indexIntervalBytes, segmentBytes, maxBytes, from) => {
          const log = new LogContext({ indexIntervalBytes, segmentBytes: segmentBytes + 400 }).load()
          const values: string[] = []
          for (const [at, count] of counts.entries()) {
            append(log, batchOf(count, { value: `${at}` }))
            for (let i = 0; i < count; i++) values.push(`${at}-${i}`)
          }
          const start = from % log.logEndOffset
          const read = readAll(log, start, log.logEndOffset, maxBytes)
          expect(read[0]?.baseOffset).toBeLessThanOrEqual(start)
          expect(valuesOf(read)).toEqual(values.slice(read[0]?.baseOffset))
          // Once more, now that positions are remembered.
          expect(readAll(log, start, log.logEndOffset, maxBytes)).toEqual(read)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('a reader at the tail costs no read of headers', () => {
    const context = new LogContext()
    const log = context.load()
    append(log, batchOf(1))
    const operations: string[] = []
    for (let i = 1; i < 100; i++) {
      append(log, batchOf(1))
      context.disk.beforeOperation = (operation, path) => void operations.push(`${operation} ${path}`)
      const slice = log.read(i, 1 << 20, log.logEndOffset, true)
      context.disk.beforeOperation = () => {}
      expect(slice).toMatchObject({ endOffset: i + 1 })
      slice?.release()
    }
    expect(operations).toEqual([])
  })

  test('a slice stays readable while retention removes its segment', async () => {
    const context = new LogContext({ segmentBytes: 300, retentionMs: 1000, fileDeleteDelayMs: 5000 })
    const log = context.load()
    for (let i = 0; i < 6; i++) append(log, batchOf(2, { value: `${i}` }))
    const slice = log.read(0, 300, 12, true)
    await context.clock.advance(2000)
    expect(log.applyRetention(context.clock.now())).toBeGreaterThan(0)
    await context.clock.advance(6000)
    expect(context.fileNames().some((name) => name.startsWith('00000000000000000000'))).toBe(false)
    const bytes = Buffer.alloc(slice?.length ?? 0)
    expect(slice?.file.readSync(bytes, 0, bytes.length, slice.position)).toBe(bytes.length)
    expect(RecordBatch.isCrcValid(bytes, 0, RecordBatch.sizeInBytes(bytes, 0))).toBe(true)
    slice?.release()
    expect(context.failures).toEqual([])
  })
})

describe('looking up by timestamp', () => {
  const filled = () => {
    const log = new LogContext({ indexIntervalBytes: 100, segmentBytes: 600 }).load()
    for (let i = 0; i < 30; i++)
      append(
        log,
        batchOf(3, {
          records: [0, 1, 2].map((n) => ({ value: 'v', timestamp: startMs + i * 10 + n })),
          codec: i % 3 === 0 ? 1 : 0,
        }),
        i < 15 ? 0 : 3,
      )
    return log
  }

  test('finds the first record at or after it, inside batches and across segments', () => {
    const log = filled()
    for (let i = 0; i < 30; i++)
      for (const n of [0, 1, 2])
        expect(log.offsetForTimestamp(startMs + i * 10 + n)).toEqual({
          offset: i * 3 + n,
          timestamp: startMs + i * 10 + n,
          leaderEpoch: i < 15 ? 0 : 3,
        })
    expect(log.offsetForTimestamp(startMs + 5)).toMatchObject({ offset: 3 })
    expect(log.offsetForTimestamp(0)).toMatchObject({ offset: 0 })
    expect(log.offsetForTimestamp(startMs + 293)).toBeNull()
  })

  test('finds the largest, also where it was not the last', () => {
    const log = filled()
    append(log, batchOf(2, { records: [{ timestamp: startMs + 1000 }, { timestamp: startMs + 999 }] }))
    append(log, batchOf(1, { timestamp: startMs + 500 }))
    expect(log.maxTimestampOffset()).toEqual({ offset: 90, timestamp: startMs + 1000, leaderEpoch: 0 })
  })

  test('does not see deleted records, and knows none in an empty log', () => {
    const log = filled()
    log.deleteRecordsBefore(4)
    expect(log.offsetForTimestamp(startMs)).toMatchObject({ offset: 4 })
    expect(new LogContext().load().maxTimestampOffset()).toBeNull()
    expect(new LogContext().load().offsetForTimestamp(0)).toBeNull()
  })

  test('looks no further than the first segment that had such a record, nor past one that is deleted', () => {
    const log = new LogContext({ segmentBytes: 100 }).load()
    for (const offset of [60, 10, 20, 30, 55]) append(log, batchOf(1, { timestamp: startMs + offset }))
    log.deleteRecordsBefore(1)
    for (const offset of [0, 20, 55]) expect(log.offsetForTimestamp(startMs + offset)).toBeNull()
    expect(log.maxTimestampOffset()).toMatchObject({ offset: 0, timestamp: startMs + 60 })
  })

  test('a batch of zstd may need to wait', async () => {
    const { buildBatch } = await import('@sluice/wire')
    const log = new LogContext().load()
    const batch = await buildBatch({
      codec: 4,
      records: [0, 1, 2].map((n) => ({ value: 'zstd', timestamp: startMs + n })),
    })
    const validated = await log.validate(batch, { origin: 'client', nowMs: startMs })
    if (validated.kind === 'rejected') throw new Error(validated.message)
    log.stage(validated, 0)
    log.commit()
    expect(await log.offsetForTimestamp(startMs + 2)).toMatchObject({ offset: 2 })
    expect(await log.maxTimestampOffset()).toMatchObject({ offset: 2 })
  })
})

describe('followers', () => {
  test('take batches as the leader made them and refuse what does not follow', () => {
    const leader = new LogContext().load()
    append(leader, batchOf(2, { producerId: 5, producerEpoch: 0, baseSequence: 0 }), 3)
    append(leader, batchOf(1), 4)
    const slice = leader.read(0, 1000, 3, true)
    const bytes = Buffer.alloc(slice?.length ?? 0)
    slice?.file.readSync(bytes, 0, bytes.length, slice.position)
    const follower = new LogContext().load()
    expect(follower.appendAsFollower(bytes)).toEqual({ kind: 'appended', lastOffset: 2 })
    expect(readAll(follower)).toEqual(readAll(leader))
    expect(follower.leaderEpochs.entries).toEqual(leader.leaderEpochs.entries)
    expect(follower.activeProducers()).toEqual(leader.activeProducers())
    expect(follower.appendAsFollower(bytes)).toMatchObject({
      kind: 'rejected',
      error: ErrorCode.OFFSET_OUT_OF_RANGE,
    })
    bytes[70] = (bytes[70] as number) ^ 1
    expect(follower.appendAsFollower(bytes)).toMatchObject({
      kind: 'rejected',
      error: ErrorCode.CORRUPT_MESSAGE,
    })
  })

  test('cut their log at an offset, with epochs, producers and indexes', () => {
    const context = new LogContext({ segmentBytes: 400, indexIntervalBytes: 0 })
    const log = context.load()
    for (let i = 0; i < 20; i++)
      append(
        log,
        batchOf(1, { producerId: 9, producerEpoch: 0, baseSequence: i, value: `${i}` }),
        Math.floor(i / 5),
      )
    log.truncateTo(12)
    expect(log.logEndOffset).toBe(12)
    expect(log.leaderEpochs.latestEpoch).toBe(2)
    expect(log.activeProducers()).toMatchObject([{ producerId: 9, lastSequence: 11 }])
    expect(readAll(log)).toHaveLength(12)
    append(log, batchOf(1, { producerId: 9, producerEpoch: 0, baseSequence: 12, value: 'new' }), 7)
    const reloaded = context.reloadAfterStop(log)
    expect(valuesOf(readAll(reloaded)).slice(-2)).toEqual(['11-0', 'new-0'])
    expect(context.fileNames().some((name) => name.endsWith('.deleted'))).toBe(false)
  })

  test('begin anew where the leader begins', () => {
    const context = new LogContext()
    const log = context.load()
    append(log, batchOf(5))
    log.truncateFullyAndStartAt(100)
    expect(log).toMatchObject({ logStartOffset: 100, logEndOffset: 100, sizeInBytes: 0 })
    expect(append(log, batchOf(1))).toMatchObject({ baseOffset: 100 })
    expect(context.reloadAfterStop(log)).toMatchObject({ logStartOffset: 100, logEndOffset: 101 })
  })
})

test('a log that is only opened and closed costs the disk no write, whatever epochs it is led under', () => {
  const context = new LogContext()
  for (const records of [0, 3]) {
    const log = context.load()
    log.leaderEpochs.assign(records, log.logEndOffset)
    if (records > 0) append(log, batchOf(records), records)
    log.close({ clean: true })
  }
  const operations: string[] = []
  context.disk.beforeOperation = (operation, path) => void operations.push(`${operation} ${path}`)
  const again = context.load()
  again.leaderEpochs.assign(7, again.logEndOffset)
  again.close({ clean: true })
  const costly = /^(write|rename|sync|truncate|unlink|remove)/
  expect(operations.filter((operation) => costly.test(operation))).toEqual([])
  expect(context.load().leaderEpochs.entries).toEqual([{ epoch: 3, startOffset: 0 }])
})

test('a refused batch names the error and leaves no trace', () => {
  const log = new LogContext().load()
  const batch = batchOf(2)
  batch[80] = (batch[80] as number) ^ 1
  expect(validateNow(log, batch)).toMatchObject({ kind: 'rejected', error: ErrorCode.CORRUPT_MESSAGE })
  expect(append(log, batchOf(1))).toMatchObject({ baseOffset: 0 })
})

import { TestClock } from '@sluice/effects'
import { ErrorCode, RecordBatch, buildBatch, readRecordsAsync, writeInt64 } from '@sluice/wire'
import { describe, expect, test } from 'vitest'
import { validateBatch } from './batch-validator.ts'
import { LargeBatches } from './large-batches.ts'
import type { LogConfig } from './log-config.ts'
import type { AppendContext } from './record-checks.ts'
import { defaultLogConfig } from './testing/default-log-config.ts'
import { batchOf, startMs } from './testing/log-context.ts'

const largeBatches = new LargeBatches(new TestClock())
const client: AppendContext = { origin: 'client', nowMs: startMs }
const validate = async (batch: Buffer, config: Partial<LogConfig> = {}, context = client) =>
  await validateBatch(batch, context, { ...defaultLogConfig, ...config }, largeBatches)

/** A batch whose header was changed; its checksum is right again. */
function forged(change: (batch: Buffer) => void, batch = batchOf(3)): Buffer {
  change(batch)
  RecordBatch.updateCrc(batch, 0, batch.length)
  return batch
}

const int32 = (at: number, value: number) => (batch: Buffer) => void batch.writeInt32BE(value, at)
const lastOffsetDeltaAt = 23
const countAt = 57

describe('refused are', () => {
  test.each<[string, Buffer, number]>([
    ['no batch at all', Buffer.alloc(0), ErrorCode.INVALID_RECORD],
    ['a part of one', batchOf(3).subarray(0, 100), ErrorCode.INVALID_RECORD],
    ['two', Buffer.concat([batchOf(1), batchOf(1)]), ErrorCode.INVALID_RECORD],
    ['an impossible length', forged(int32(8, 13)), ErrorCode.CORRUPT_MESSAGE],
    ['magic 0 and 1', forged((batch) => void batch.writeInt8(1, 16)), ErrorCode.INVALID_RECORD],
    ['magic 3', forged((batch) => void batch.writeInt8(3, 16)), ErrorCode.CORRUPT_MESSAGE],
    ['a base offset', batchOf(1, { baseOffset: 5 }), ErrorCode.INVALID_RECORD],
    ['no records', forged(int32(countAt, 0)), ErrorCode.INVALID_RECORD],
    ['a count that does not fit', forged(int32(countAt, 2)), ErrorCode.INVALID_RECORD],
    ['a last offset that does not fit', forged(int32(lastOffsetDeltaAt, 9)), ErrorCode.INVALID_RECORD],
    [
      'more records than there are',
      forged((batch) => (int32(countAt, 4)(batch), int32(lastOffsetDeltaAt, 3)(batch))),
      ErrorCode.INVALID_RECORD,
    ],
    ['control records', batchOf(1, { isControl: true }), ErrorCode.INVALID_RECORD],
    [
      'a producer without a sequence',
      batchOf(1, { producerId: 4, producerEpoch: 0 }),
      ErrorCode.INVALID_RECORD,
    ],
    [
      'a codec that does not exist',
      forged((batch) => void batch.writeInt16BE(6, 21)),
      ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
    ],
    ['what gzip cannot read', forged((batch) => void batch.writeInt16BE(1, 21)), ErrorCode.INVALID_RECORD],
    ['a stamp that is no time', batchOf(1, { logAppendTimeMs: -1 }), ErrorCode.INVALID_TIMESTAMP],
    [
      'offsets that do not follow each other, compressed',
      batchOf(1, { codec: 1, records: [{}, { offset: 0 }] }),
      ErrorCode.INVALID_RECORD,
    ],
  ])('%s', async (_, batch, error) => {
    expect(await validate(batch)).toMatchObject({ kind: 'rejected', error })
  })

  test('any single flipped bit of a batch', async () => {
    const whole = batchOf(2)
    for (let at = 17; at < whole.length; at++)
      for (let bit = 0; bit < 8; bit++) {
        const batch = Buffer.from(whole)
        batch[at] = (batch[at] as number) ^ (1 << bit)
        expect((await validate(batch)).kind).toBe('rejected')
      }
  })

  test('batches above max.message.bytes, before and after they are compressed otherwise', async () => {
    const batch = batchOf(100)
    expect(await validate(batch, { maxMessageBytes: batch.length - 1 })).toMatchObject({
      error: ErrorCode.MESSAGE_TOO_LARGE,
    })
    expect(await validate(batch, { maxMessageBytes: batch.length })).toMatchObject({ kind: 'validated' })
    const compressed = batchOf(100, { codec: 1 })
    expect(
      await validate(compressed, {
        maxMessageBytes: compressed.length + 10,
        compressionType: 'uncompressed',
      }),
    ).toMatchObject({ error: ErrorCode.MESSAGE_TOO_LARGE })
    expect(await validate(batch, { segmentBytes: batch.length - 1 })).toMatchObject({
      error: ErrorCode.RECORD_LIST_TOO_LARGE,
    })
  })

  test('a record that decompresses to more than one may', async () => {
    const bomb = await buildBatch({
      codec: 1,
      records: [{ value: Buffer.alloc(2_000_000) }],
      timestamp: startMs,
    })
    expect(bomb.length).toBeLessThan(10_000)
    expect(await validate(bomb, { maxDecompressedMessageBytes: 1_000_000 })).toMatchObject({
      error: ErrorCode.INVALID_RECORD,
    })
    expect(await validate(bomb, { maxDecompressedMessageBytes: 2_000_020 })).toMatchObject({
      kind: 'validated',
    })
  })

  test('zstd below Produce 7', async () => {
    const batch = await buildBatch({ codec: 4, records: [{ value: 'v' }], timestamp: startMs })
    expect(await validate(batch, {}, { ...client, apiVersion: 6 })).toMatchObject({
      error: ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
    })
    expect(await validate(batch, {}, { ...client, apiVersion: 7 })).toMatchObject({ kind: 'validated' })
  })

  test('records without key in a compacted topic, each by its index', async () => {
    const batch = batchOf(1, { records: [{ key: 'a' }, { value: 'x' }, { key: 'b' }, { value: 'y' }] })
    expect(await validate(batch, { cleanupPolicy: { compact: true, delete: false } })).toMatchObject({
      error: ErrorCode.INVALID_RECORD,
      recordErrors: [{ batchIndex: 1 }, { batchIndex: 3 }],
    })
    expect((await validate(batch)).kind).toBe('validated')
  })

  test('timestamps outside of message.timestamp.before.max.ms and after.max.ms', async () => {
    const hour = 3_600_000
    const at = (...timestamps: number[]) =>
      batchOf(1, { records: timestamps.map((timestamp) => ({ value: 'v', timestamp })) })
    expect((await validate(at(startMs + hour, 0, -1))).kind).toBe('validated')
    expect(await validate(at(startMs, startMs + hour + 1))).toMatchObject({
      error: ErrorCode.INVALID_TIMESTAMP,
      recordErrors: [{ batchIndex: 1 }],
    })
    const limits = { messageTimestampBeforeMaxMs: 1000 }
    expect((await validate(at(startMs - 1000, -1), limits)).kind).toBe('validated')
    expect(await validate(at(startMs - 1001, startMs), limits)).toMatchObject({
      error: ErrorCode.INVALID_TIMESTAMP,
      recordErrors: [{ batchIndex: 0 }],
    })
    expect((await validate(at(0), { ...limits, messageTimestampType: 'LogAppendTime' })).kind).toBe(
      'validated',
    )
  })
})

describe('accepted', () => {
  test('LogAppendTime from a producer is taken back, and the stamp is what the records have', async () => {
    const stamped = () => batchOf(2, { timestamp: 5, logAppendTimeMs: startMs - 7 })
    const validated = await validate(stamped())
    if (validated.kind === 'rejected') throw new Error(validated.message)
    expect(RecordBatch.timestampType(validated.batch, 0)).toBe(RecordBatch.TimestampType.createTime)
    expect(RecordBatch.maxTimestamp(validated.batch, 0)).toBe(startMs - 7)
    expect(RecordBatch.isCrcValid(validated.batch, 0, validated.batch.length)).toBe(true)
    expect(await validate(stamped(), { messageTimestampType: 'LogAppendTime' })).toMatchObject({
      error: ErrorCode.INVALID_TIMESTAMP,
      recordErrors: [{ batchIndex: 0 }, { batchIndex: 1 }],
    })
    expect(await validate(stamped(), { messageTimestampBeforeMaxMs: 6 })).toMatchObject({
      error: ErrorCode.INVALID_TIMESTAMP,
    })
  })

  test('offsets that do not follow each other, uncompressed, unless the topic compresses', async () => {
    const odd = () => batchOf(1, { records: [{}, { offset: 7 }] })
    const asCounted = (batch: Buffer) => (RecordBatch.updateCrc(batch, 0, batch.length), batch)
    const batch = odd()
    batch.writeInt32BE(1, lastOffsetDeltaAt)
    expect((await validate(asCounted(batch))).kind).toBe('validated')
    expect(await validate(Buffer.from(batch), { compressionType: 'gzip' })).toMatchObject({
      error: ErrorCode.INVALID_RECORD,
      recordErrors: [{ batchIndex: 1 }],
    })
  })

  test('is exactly the batch; a torn rest behind it is left out', async () => {
    const batch = batchOf(2)
    const validated = await validate(Buffer.concat([batch, batch.subarray(0, 30)]))
    expect(validated.kind === 'validated' && validated.batch).toEqual(batch)
  })

  test('a header that lies about the largest timestamp is corrected', async () => {
    const lie = forged((batch) => writeInt64(batch, 35, startMs + 77))
    const validated = await validate(lie)
    if (validated.kind === 'rejected') throw new Error(validated.message)
    expect(RecordBatch.maxTimestamp(validated.batch, 0)).toBe(startMs)
    expect(RecordBatch.isCrcValid(validated.batch, 0, validated.batch.length)).toBe(true)
  })

  test('under LogAppendTime the batch gets the broker’s time, the records keep theirs', async () => {
    const validated = await validate(batchOf(2, { timestamp: 5 }), { messageTimestampType: 'LogAppendTime' })
    if (validated.kind === 'rejected') throw new Error(validated.message)
    expect(validated.logAppendTimeMs).toBe(startMs)
    expect(RecordBatch.baseTimestamp(validated.batch, 0)).toBe(5)
    expect((await readRecordsAsync(validated.batch)).map((record) => record.timestamp)).toEqual([
      startMs,
      startMs,
    ])
  })

  const codecs = ['uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'] as const
  test.each(codecs.flatMap((from) => codecs.map((to) => [from, to] as const)))(
    'a batch in %s is kept as compression.type=%s wants it',
    async (from, to) => {
      const input = {
        codec: codecs.indexOf(from),
        producerId: 8,
        producerEpoch: 2,
        baseSequence: 40,
        isTransactional: true,
        records: [1, 2, 3].map((n) => ({
          key: `k${n}`,
          value: 'some value '.repeat(20),
          timestamp: startMs + n,
          headers: [{ key: 'h', value: null }],
        })),
      }
      const source = await buildBatch(input)
      const validated = await validate(Buffer.from(source), { compressionType: to })
      if (validated.kind === 'rejected') throw new Error(validated.message)
      const { batch } = validated
      expect(RecordBatch.codec(batch, 0)).toBe(codecs.indexOf(to))
      expect(RecordBatch.isCrcValid(batch, 0, batch.length)).toBe(true)
      expect(await readRecordsAsync(batch)).toEqual(await readRecordsAsync(source))
      expect([RecordBatch.producerId(batch, 0), RecordBatch.producerEpoch(batch, 0)]).toEqual([8, 2])
      expect([RecordBatch.baseSequence(batch, 0), RecordBatch.isTransactional(batch, 0)]).toEqual([40, true])
      if (from === to) expect(batch).toEqual(source)
    },
  )

  test('a batch that has to wait for its codec does not depend on the bytes it came in', async () => {
    const source = await buildBatch({ codec: 4, records: [{ value: 'zstd' }], timestamp: startMs })
    const received = Buffer.from(source)
    const config = { ...defaultLogConfig, compressionType: 'gzip' } as const
    const pending = validateBatch(received, client, config, largeBatches)
    if (pending instanceof Promise) received.fill(0xdb)
    const validated = await pending
    if (validated.kind === 'rejected') throw new Error(validated.message)
    expect((await readRecordsAsync(validated.batch)).map((record) => record.value?.toString())).toEqual([
      'zstd',
    ])
  })
})

describe('a batch that is large, or whose records are', () => {
  const records = Array.from({ length: 35_000 }, (_, i) => ({
    key: `${i}`,
    value: 'a value of some length '.repeat(6),
  }))
  const codecs = ['uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'] as const

  test.each([
    ['uncompressed', 'uncompressed'],
    ['uncompressed', 'zstd'],
    ['gzip', 'lz4'],
    ['lz4', 'snappy'],
    ['snappy', 'gzip'],
    ['zstd', 'zstd'],
  ] as const)('leaves the loop to others: in %s, wanted in %s', async (from, to) => {
    const source = await buildBatch({ codec: codecs.indexOf(from), records, timestamp: startMs })
    const received = Buffer.from(source)
    const slow = new TestClock()
    const monotonic = slow.monotonic.bind(slow)
    // Each look at the clock takes longer than a turn has.
    slow.monotonic = () => (slow.jump(20), monotonic())
    let turns = 0
    let isOver = false
    const turn = () => {
      turns++
      if (!isOver) slow.defer(turn)
    }
    turn()
    const config = { ...defaultLogConfig, maxMessageBytes: 100_000_000, compressionType: to }
    const pending = validateBatch(received, client, config, new LargeBatches(slow))
    expect(pending).toBeInstanceOf(Promise)
    // The bytes are the next read's from now on.
    received.fill(0)
    const validated = await pending
    isOver = true
    expect(turns).toBeGreaterThan(3)
    if (validated.kind === 'rejected') throw new Error(validated.message)
    expect(RecordBatch.codec(validated.batch, 0)).toBe(codecs.indexOf(to))
    expect(RecordBatch.isCrcValid(validated.batch, 0, validated.batch.length)).toBe(true)
    if (from === to) expect(validated.batch.equals(source)).toBe(true)
    else expect((await readRecordsAsync(validated.batch)).at(-1)?.key?.toString()).toBe('34999')
  })

  test('waits for the others of its own node alone', async () => {
    const batch = await buildBatch({ codec: 1, records, timestamp: startMs })
    const config = { ...defaultLogConfig, maxMessageBytes: 100_000_000 }
    const stopped = new TestClock()
    stopped.share = () => {}
    stopped.firstTryEndMs = () => stopped.monotonic()
    const dead = validateBatch(Buffer.from(batch), client, config, new LargeBatches(stopped))
    expect(dead).toBeInstanceOf(Promise)
    expect(await validate(batch, config)).toMatchObject({ kind: 'validated' })
  })

  test('may come again where too many wait already', async () => {
    const batch = await buildBatch({ codec: 1, records, timestamp: startMs })
    const config = { ...defaultLogConfig, maxMessageBytes: 100_000_000 }
    const few = new LargeBatches(new TestClock(), batch.length * 2)
    const come = () => validateBatch(Buffer.from(batch), client, config, few)
    const waiting = [come(), come()]
    expect(come()).toMatchObject({ kind: 'rejected', error: ErrorCode.REQUEST_TIMED_OUT })
    for (const one of waiting) expect(await one).toMatchObject({ kind: 'validated' })
    expect(await come()).toMatchObject({ kind: 'validated' })
  })

  test('is refused for the very record that is wrong', async () => {
    const wrong = records.map((record, i) => ({ ...record, timestamp: i === 30_000 ? 1 : startMs }))
    const batch = await buildBatch({ codec: 1, records: wrong, timestamp: startMs })
    const refused = await validate(batch, {
      maxMessageBytes: 100_000_000,
      messageTimestampBeforeMaxMs: 1_000,
    })
    expect(refused).toMatchObject({
      error: ErrorCode.INVALID_TIMESTAMP,
      recordErrors: [{ batchIndex: 30_000 }],
    })
  })

  test('may be of many large records, whatever one of them may be', async () => {
    const zeros = Array.from({ length: 12 }, () => ({ value: Buffer.alloc(1_000_000) }))
    const batch = await buildBatch({ codec: 1, records: zeros, timestamp: startMs })
    expect(await validate(Buffer.from(batch), { maxDecompressedMessageBytes: 2_000_000 })).toMatchObject({
      kind: 'validated',
      batch,
    })
    expect(await validate(batch, { maxDecompressedMessageBytes: 900_000 })).toMatchObject({
      error: ErrorCode.INVALID_RECORD,
    })
  })
})

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CodecId } from '../compression/codecs.ts'
import { CorruptDataError, DecompressedSizeError, UnsupportedCodecError } from '../compression/errors.ts'
import { type Int64, addInt64, maxInt64 } from '../int64.ts'
import { int64s } from '../testing/int64s.ts'
import { type BatchInput, buildBatch, buildBatchSync, type RecordInput } from './builder.ts'
import { controlBatch, ControlRecordType, controlRecordType } from './control.ts'
import * as layout from './layout.ts'
import { batchesIn, CorruptRecordError, readRecords, readRecordsAsync, recordsSection } from './records.ts'
import { newRecordsSummary, walkRecords, walkRecordsInSteps } from './walk.ts'

const bytesOrNull = fc.option(fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)))
const record = fc.record({
  key: bytesOrNull,
  value: bytesOrNull,
  timestamp: fc.oneof(
    fc.integer({ min: -1, max: 2 ** 52 }),
    fc.integer({ min: 1.7e12, max: 1.7e12 + 100_000 }),
  ),
  headers: fc.array(fc.record({ key: fc.string({ maxLength: 20 }), value: bytesOrNull }), { maxLength: 3 }),
})
const recordList = fc.array(record, { minLength: 1, maxLength: 100 })
const batchFields = fc.record({
  baseOffset: fc.integer({ min: 0, max: 2 ** 53 - 200 }),
  producerId: fc.oneof(fc.constant(-1), fc.integer({ min: 0, max: 2 ** 53 - 1 })),
  producerEpoch: fc.integer({ min: -1, max: 32767 }),
  baseSequence: fc.integer({ min: -1, max: 0x7fffffff }),
  partitionLeaderEpoch: fc.integer({ min: -1, max: 0x7fffffff }),
  isTransactional: fc.boolean(),
})

const someRecords: RecordInput[] = Array.from({ length: 20 }, (_, i) => ({
  key: i % 3 === 0 ? null : `key-${i}`,
  value: 'v'.repeat(i * 10),
  timestamp: 1_700_000_000_000 + ((i * 7) % 20),
  headers: i % 4 === 0 ? [{ key: 'h', value: null }] : [],
}))

describe('a batch', () => {
  test.each(Object.entries(CodecId))('of any records is read as it was built, %s', async (_name, codec) => {
    await fc.assert(
      fc.asyncProperty(recordList, batchFields, async (records, fields) => {
        const batch = await buildBatch({ ...fields, records, codec })
        expect(layout.frameAt(batch, 0, batch.length)).toBe(batch.length)
        expect(layout.isCrcValid(batch, 0, batch.length)).toBe(true)
        expect(layout.codec(batch, 0)).toBe(codec)
        expect({
          baseOffset: layout.baseOffset(batch, 0),
          producerId: layout.producerId(batch, 0),
          producerEpoch: layout.producerEpoch(batch, 0),
          baseSequence: layout.baseSequence(batch, 0),
          partitionLeaderEpoch: layout.partitionLeaderEpoch(batch, 0),
          isTransactional: layout.isTransactional(batch, 0),
        }).toEqual(fields)
        expect(layout.maxTimestamp(batch, 0)).toBe(Math.max(...records.map(({ timestamp }) => timestamp)))
        expect(layout.nextOffset(batch, 0)).toBe(fields.baseOffset + records.length)
        const read = await readRecordsAsync(batch)
        expect(read).toEqual(records.map((each, i) => ({ offset: fields.baseOffset + i, ...each })))
      }),
      { numRuns: 40 },
    )
  })

  test('stands anywhere in a buffer', async () => {
    const batch = await buildBatch({ records: someRecords, codec: CodecId.lz4 })
    const padded = Buffer.concat([Buffer.alloc(11), batch, Buffer.alloc(9)])
    expect((await readRecordsAsync(padded, 11)).length).toBe(someRecords.length)
    expect(readRecords(padded, 11)[3]?.value?.length).toBe(30)
  })

  test('may have gaps between its offsets and behind its last record, as compaction leaves them', () => {
    const records = [2, 5, 9].map((offset) => ({ offset: 100 + offset, key: 'k', value: 'v', timestamp: 5 }))
    const batch = buildBatchSync({ baseOffset: 100, lastOffset: 112, records })
    expect(layout.lastOffset(batch, 0)).toBe(112)
    expect(readRecords(batch).map(({ offset }) => offset)).toEqual([102, 105, 109])
  })

  test('may have lost all its records to compaction', () => {
    const batch = buildBatchSync({
      baseOffset: 7,
      lastOffset: 9,
      records: [],
      timestamp: 3,
      producerId: 4,
      codec: 1,
    })
    expect([layout.count(batch, 0), layout.lastOffset(batch, 0), layout.maxTimestamp(batch, 0)]).toEqual([
      0, 9, 3,
    ])
    expect(readRecords(batch)).toEqual([])
  })

  test('keeps deltas of days and negative ones', () => {
    const records = [{ timestamp: 2 ** 41 }, { timestamp: 1 }, { timestamp: 2 ** 52 }, { timestamp: -1 }]
    expect(readRecords(buildBatchSync({ records })).map(({ timestamp }) => timestamp)).toEqual(
      records.map(({ timestamp }) => timestamp),
    )
  })

  test('that does not compress is not made without codec', () => {
    expect(() => buildBatchSync({ records: someRecords, codec: 1 })).toThrow(/does not compress/)
  })
})

describe('a leader', () => {
  test('assigns offset and epoch in place, outside the CRC', () => {
    const batch = buildBatchSync({ records: someRecords })
    layout.setBaseOffset(batch, 0, 2 ** 40 + 3)
    layout.setPartitionLeaderEpoch(batch, 0, 17)
    expect(layout.isCrcValid(batch, 0, batch.length)).toBe(true)
    expect(readRecords(batch)[2]?.offset).toBe(2 ** 40 + 5)
    expect(layout.partitionLeaderEpoch(batch, 0)).toBe(17)
  })

  test('stamps a batch with its own time, which readers then see in every record', () => {
    const batch = buildBatchSync({ records: someRecords })
    layout.setMaxTimestamp(batch, 0, layout.TimestampType.logAppendTime, 42)
    expect(layout.isCrcValid(batch, 0, batch.length)).toBe(true)
    expect(new Set(readRecords(batch).map(({ timestamp }) => timestamp))).toEqual(new Set([42]))
    const stamped = buildBatchSync({ records: someRecords, logAppendTimeMs: 42 })
    expect(batch.equals(stamped)).toBe(true)
  })

  test('makes no new CRC where nothing changes', () => {
    const batch = buildBatchSync({ records: someRecords })
    const before = Buffer.from(batch)
    layout.setMaxTimestamp(batch, 0, layout.TimestampType.createTime, layout.maxTimestamp(batch, 0))
    expect(batch.equals(before)).toBe(true)
  })
})

test('a changed bit anywhere behind the CRC is seen', () => {
  const batch = buildBatchSync({ records: someRecords.slice(0, 3) })
  for (let at = layout.attributesAt; at < batch.length; at++) {
    batch[at] = (batch[at] as number) ^ 1
    expect(layout.isCrcValid(batch, 0, batch.length)).toBe(false)
    batch[at] = (batch[at] as number) ^ 1
  }
})

test('sequences go round behind 2^31 - 1', () => {
  const batch = buildBatchSync({
    records: someRecords,
    baseSequence: 0x7fffffff - 4,
    producerId: 1,
    producerEpoch: 0,
  })
  expect(layout.lastSequence(batch, 0)).toBe(14)
  expect(layout.addSequence(0x7fffffff, 1)).toBe(0)
  expect(layout.lastSequence(buildBatchSync({ records: someRecords }), 0)).toBe(-1)
})

test('timestamps and producer ids have all their 64 bits', () => {
  fc.assert(
    fc.property(int64s, int64s, int64s, (producerId, first, second) => {
      const records = [first, second].map((timestamp) => ({ value: 'v', timestamp }))
      const batch = buildBatchSync({ records, producerId, producerEpoch: 0, baseSequence: 0 })
      expect(layout.producerId(batch, 0)).toBe(producerId)
      expect(layout.baseTimestamp(batch, 0)).toBe(first)
      expect(layout.maxTimestamp(batch, 0)).toBe(maxInt64(first, second))
      expect(readRecords(batch).map(({ timestamp }) => timestamp)).toEqual([first, second])
      expect(batch.readBigInt64BE(43)).toBe(BigInt(producerId))
    }),
  )
})

describe('batches in a row', () => {
  const row = Buffer.concat([1, 2, 3].map((n) => buildBatchSync({ records: someRecords.slice(0, n) })))

  test('are found one by one', () => {
    expect([...batchesIn(row)].map(({ at }) => layout.count(row, at))).toEqual([1, 2, 3])
  })

  test('end where one is cut off', () => {
    const sizes = [...batchesIn(row)].map(({ size }) => size)
    for (let length = 0; length <= row.length; length++) {
      const found = [...batchesIn(row.subarray(0, length))].reduce((sum, { size }) => sum + size, 0)
      let whole = 0
      for (const size of sizes) if (whole + size <= length) whole += size
      expect(found).toBe(whole)
    }
  })

  test.each([
    ['negative', -1],
    ['zero', 0],
    ['less than a header', 48],
  ])('with a length that is %s are refused', (_name, length) => {
    const broken = Buffer.from(row)
    broken.writeInt32BE(length, 8)
    expect(layout.frameAt(broken, 0, broken.length)).toBe(layout.BatchFrame.invalid)
    expect(() => [...batchesIn(broken)]).toThrow(CorruptRecordError)
  })

  test('of old magic are framed by their own minimum and not read', () => {
    const old = Buffer.alloc(26)
    old.writeInt32BE(14, 8)
    old.writeInt8(1, 16)
    expect(layout.frameAt(old, 0, old.length)).toBe(26)
    expect(layout.magic(old, 0)).toBe(1)
    expect(() => readRecords(old)).toThrow(/magic 1/)
  })
})

function walk(batch: Buffer, count = layout.count(batch, 0)) {
  return walkRecords(batch, layout.recordsAt, batch.length, count)
}

describe('the walk', () => {
  test('gives smallest and largest timestamp, and who has no key', () => {
    const summary = newRecordsSummary()
    const timestamps = [5, 3, 9, 9, 4]
    const records = timestamps.map((timestamp, i) => ({ timestamp, key: i === 3 ? null : 'k' }))
    const batch = buildBatchSync({ records })
    expect(walkRecords(batch, layout.recordsAt, batch.length, 5, summary)).toBeNull()
    expect(summary).toEqual({
      firstWithoutKey: 3,
      minTimestampDelta: -2,
      maxTimestampDelta: 4,
      firstOffDelta: -1,
    })
  })

  test('gives the first record whose offset does not follow the one before', () => {
    const summary = newRecordsSummary()
    const offDeltaOf = (records: RecordInput[]) => {
      const batch = buildBatchSync({ records })
      expect(walkRecords(batch, layout.recordsAt, batch.length, records.length, summary)).toBeNull()
      return summary.firstOffDelta
    }
    expect(offDeltaOf([{}, {}, { offset: 3 }, { offset: 4 }])).toBe(2)
    expect(offDeltaOf([{}, {}])).toBe(-1)
  })

  test('may rest on the way, and finds the same', () => {
    const records = Array.from({ length: 25_000 }, (_, i) => ({
      key: i === 24_000 ? null : 'k',
      timestamp: 1_700_000_000_000 + (i === 12_000 ? 500 : -i),
      offset: i < 20_001 ? i : i + 1,
    }))
    const batch = buildBatchSync({ records })
    const [whole, inSteps] = [newRecordsSummary(), newRecordsSummary()]
    expect(walkRecords(batch, layout.recordsAt, batch.length, records.length, whole)).toBeNull()
    const walk = walkRecordsInSteps(batch, layout.recordsAt, batch.length, records.length, inSteps)
    expect([...walk]).toHaveLength(3)
    expect(inSteps).toEqual(whole)
    const short = walkRecordsInSteps(batch, layout.recordsAt, batch.length, 24_999, inSteps)
    let step = short.next()
    while (!step.done) step = short.next()
    expect(step.value?.index).toBe(24_999)
  })

  test('shows every record to a visitor', () => {
    const batch = buildBatchSync({ records: someRecords })
    const seen: Int64[][] = []
    walkRecords(batch, layout.recordsAt, batch.length, 20, undefined, (...facts) => seen.push(facts))
    expect(seen).toEqual(
      someRecords.map(({ key, value, timestamp }, i) => [
        i,
        (timestamp as number) - 1_700_000_000_000,
        key === null ? -1 : (key as string).length,
        (value as string).length,
        i,
      ]),
    )
  })

  test('accepts what the builder makes of any records', () => {
    fc.assert(
      fc.property(recordList, (records) => {
        const summary = newRecordsSummary()
        const batch = buildBatchSync({ records })
        expect(walkRecords(batch, layout.recordsAt, batch.length, records.length, summary)).toBeNull()
        const timestamps = records.map(({ timestamp }) => timestamp)
        expect(addInt64(layout.baseTimestamp(batch, 0), summary.maxTimestampDelta)).toBe(
          Math.max(...timestamps),
        )
        expect(addInt64(layout.baseTimestamp(batch, 0), summary.minTimestampDelta)).toBe(
          Math.min(...timestamps),
        )
        expect(summary.firstWithoutKey).toBe(records.findIndex(({ key }) => key === null))
      }),
    )
  })

  test('says which record is at fault', () => {
    const batch = buildBatchSync({ records: someRecords })
    expect(walk(batch, 21)).toMatchObject({ index: 20 })
    expect(walk(batch, 19)).toMatchObject({ index: 19, reason: expect.stringContaining('behind the last') })
    const headers = buildBatchSync({ records: [{ headers: [{ key: 'k', value: 'v' }] }] })
    // The header's key then says it is longer than the record.
    headers[headers.length - 4] = 100
    expect(walk(headers)).toEqual({ index: 0, reason: 'headers' })
  })

  test('refuses of every mutation at least what the reader cannot read', () => {
    const batch = buildBatchSync({ records: someRecords.slice(0, 8) })
    let refused = 0
    for (let at = layout.recordsAt; at < batch.length; at++) {
      for (const byte of [0, 1, 0x7f, 0x80, 0xff, (batch[at] as number) ^ 2]) {
        const mutated = Buffer.from(batch)
        mutated[at] = byte
        const fault = walk(mutated)
        const records = outcomeOf(() => readRecords(mutated))
        if (fault === null) expect(records).toBeInstanceOf(Array)
        else refused++
        if (!Array.isArray(records)) {
          expect(records).toBeInstanceOf(CorruptRecordError)
          expect(fault).not.toBeNull()
        }
      }
    }
    expect(refused).toBeGreaterThan(100)
  })

  test('is done with random bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 0, max: 0x7fffffff }),
        (bytes, count) => {
          const fault = walkRecords(Buffer.from(bytes), 0, bytes.length, count)
          if (fault === null) expect(count === 0 || bytes.length >= 7 * count).toBe(true)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe('the reader', () => {
  test('answers mutated batches of every codec with records or an error of ours', async () => {
    for (const codec of Object.values(CodecId)) {
      const batch = await buildBatch({ records: someRecords, codec })
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(batch.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }),
          async (changes) => {
            const mutated = Buffer.from(batch)
            for (const [at, byte] of changes) mutated[at] = byte
            try {
              expect((await readRecordsAsync(mutated, 0, 100_000)).length).toBeLessThan(100_000)
            } catch (error) {
              const expected = [
                CorruptRecordError,
                CorruptDataError,
                DecompressedSizeError,
                UnsupportedCodecError,
              ]
              expect(expected).toContain((error as Error).constructor)
            }
          },
        ),
        { numRuns: 300 },
      )
    }
  })

  test('does not believe a count of two billion', () => {
    const batch = buildBatchSync({ records: someRecords })
    batch.writeInt32BE(0x7fffffff, 57)
    expect(() => readRecords(batch)).toThrow(CorruptRecordError)
    batch.writeInt32BE(-1, 57)
    expect(() => readRecords(batch)).toThrow(CorruptRecordError)
  })

  test('keeps to the bound on decompressed bytes', async () => {
    const batch = await buildBatch({ records: [{ value: Buffer.alloc(1_000_000) }], codec: CodecId.gzip })
    expect(() => readRecords(batch, 0, 10_000)).toThrow(DecompressedSizeError)
    expect(() => recordsSection(batch, 0, 10_000)).toThrow(DecompressedSizeError)
  })

  test('refuses a batch that is not whole', () => {
    const batch = buildBatchSync({ records: someRecords })
    expect(() => readRecords(batch.subarray(0, -1))).toThrow(CorruptRecordError)
    expect(() => readRecords(batch, 5000)).toThrow(CorruptRecordError)
  })
})

test('control batches say what they are in the keys of their records', () => {
  const fields: Omit<BatchInput, 'records'> = { timestamp: 9, baseOffset: 1, partitionLeaderEpoch: 2 }
  const batch = controlBatch([{ type: ControlRecordType.leaderChange, value: Buffer.from('x') }], fields)
  expect(layout.isControl(batch, 0)).toBe(true)
  expect(layout.isTransactional(batch, 0)).toBe(false)
  expect(readRecords(batch).map(({ key }) => controlRecordType(key))).toEqual([
    ControlRecordType.leaderChange,
  ])
  expect(controlRecordType(Buffer.from('01'))).toBeNull()
  expect(controlRecordType(null)).toBeNull()
})

function outcomeOf<T>(fn: () => T): T | unknown {
  try {
    return fn()
  } catch (error) {
    return error
  }
}

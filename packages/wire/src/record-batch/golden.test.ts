import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { codecName } from '../compression/codecs.ts'
import { addInt64 } from '../int64.ts'
import { buildBatch } from './builder.ts'
import * as layout from './layout.ts'
import { batchesIn, readRecordsAsync, recordsSection } from './records.ts'
import { newRecordsSummary, walkRecords } from './walk.ts'

/** Files written by a real node, with what Apache Kafka itself reads in them. */
const golden = new URL('../../../../test/data/kafka-messages/golden/', import.meta.url)

interface GoldenRecord {
  offset: number
  timestamp: number
  key?: unknown
  value?: unknown
  headers?: { key: string; value: string | null }[]
  keyHex?: string
  valueHex?: string
}

interface GoldenBatch {
  position: number
  sizeInBytes: number
  baseOffset: number
  lastOffset: number
  count: number
  partitionLeaderEpoch: number
  magic: number
  crc: number
  compression: string
  timestampType: string
  transactional: boolean
  control: boolean
  maxTimestamp: number
  producerId: number
  producerEpoch: number
  baseSequence: number
  records: GoldenRecord[]
}

function goldenFiles(suffix: string): { name: string; bytes: Buffer; batches: GoldenBatch[] }[] {
  return readdirSync(golden)
    .filter((directory) => directory.endsWith('-0'))
    .flatMap((directory) =>
      readdirSync(new URL(`${directory}/`, golden))
        .filter((file) => file.endsWith(`${suffix}.json`))
        .map((file) => {
          const name = `${directory}/${file.slice(0, -'.json'.length)}`
          return {
            name,
            bytes: readFileSync(new URL(name, golden)),
            batches: JSON.parse(readFileSync(new URL(`${name}.json`, golden), 'utf8')) as GoldenBatch[],
          }
        }),
    )
}

const logs = [...goldenFiles('.log'), ...goldenFiles('.checkpoint')]

test('there are golden logs with every codec', () => {
  expect(logs.length).toBeGreaterThanOrEqual(7)
  const codecs = new Set(logs.flatMap((log) => log.batches.map((batch) => batch.compression)))
  expect([...codecs].sort()).toEqual(['gzip', 'lz4', 'none', 'snappy', 'zstd'])
})

describe.each(logs)('$name', ({ bytes, batches }) => {
  test('headers are read as Kafka reads them', () => {
    const seen = [...batchesIn(bytes)].map(({ at, size }) => ({
      position: at,
      sizeInBytes: size,
      baseOffset: layout.baseOffset(bytes, at),
      lastOffset: layout.lastOffset(bytes, at),
      count: layout.count(bytes, at),
      partitionLeaderEpoch: layout.partitionLeaderEpoch(bytes, at),
      magic: layout.magic(bytes, at),
      crc: layout.crc(bytes, at),
      compression: codecName(layout.codec(bytes, at)),
      timestampType:
        layout.timestampType(bytes, at) === layout.TimestampType.logAppendTime
          ? 'LogAppendTime'
          : 'CreateTime',
      transactional: layout.isTransactional(bytes, at),
      control: layout.isControl(bytes, at),
      maxTimestamp: layout.maxTimestamp(bytes, at),
      producerId: layout.producerId(bytes, at),
      producerEpoch: layout.producerEpoch(bytes, at),
      baseSequence: layout.baseSequence(bytes, at),
    }))
    expect(seen).toEqual(batches.map(({ records: _records, ...header }) => header))
  })

  test('every CRC is right', () => {
    for (const { at, size } of batchesIn(bytes)) expect(layout.isCrcValid(bytes, at, size)).toBe(true)
  })

  test('the walk finds no fault and the largest timestamp', async () => {
    for (const { at } of batchesIn(bytes)) {
      const section = await recordsSection(bytes, at, 1_000_000)
      const summary = newRecordsSummary()
      expect(walkRecords(section, 0, section.length, layout.count(bytes, at), summary)).toBeNull()
      if (layout.timestampType(bytes, at) === layout.TimestampType.createTime)
        expect(addInt64(layout.baseTimestamp(bytes, at), summary.maxTimestampDelta)).toBe(
          layout.maxTimestamp(bytes, at),
        )
    }
  })

  test('records are read as Kafka reads them', async () => {
    for (const [index, { at }] of [...batchesIn(bytes)].entries()) {
      const records = await readRecordsAsync(bytes, at)
      const wanted = (batches[index] as GoldenBatch).records
      expect(records.map(({ offset, timestamp }) => ({ offset, timestamp }))).toEqual(
        wanted.map(({ offset, timestamp }) => ({ offset, timestamp })),
      )
      for (const [i, record] of records.entries()) expectSameRecord(record, wanted[i] as GoldenRecord)
    }
  })

  test('an uncompressed batch built from its records is the same bytes', async () => {
    for (const { at, size } of batchesIn(bytes)) {
      if (layout.codec(bytes, at) !== 0) continue
      const records = await readRecordsAsync(bytes, at)
      const stamped = layout.timestampType(bytes, at) === layout.TimestampType.logAppendTime
      if (stamped) continue
      const built = await buildBatch({
        records,
        baseOffset: layout.baseOffset(bytes, at),
        producerId: layout.producerId(bytes, at),
        producerEpoch: layout.producerEpoch(bytes, at),
        baseSequence: layout.baseSequence(bytes, at),
        partitionLeaderEpoch: layout.partitionLeaderEpoch(bytes, at),
        isTransactional: layout.isTransactional(bytes, at),
        isControl: layout.isControl(bytes, at),
      })
      expect(built.equals(bytes.subarray(at, at + size))).toBe(true)
    }
  })
})

/** Keys and values that the golden file shows as text; those of internal topics are shown decoded. */
function expectSameRecord(
  record: { key: Buffer | null; value: Buffer | null; headers: { key: string; value: Buffer | null }[] },
  wanted: GoldenRecord,
): void {
  for (const part of ['key', 'value'] as const) {
    const expected = wanted[part]
    if (typeof expected === 'string') expect(record[part]?.toString('utf8')).toBe(expected)
    if (expected === null) expect(record[part]).toBeNull()
    const hex = wanted[`${part}Hex`]
    if (hex !== undefined) expect(record[part]?.toString('hex')).toBe(hex)
  }
  expect(record.headers.map(({ key, value }) => ({ key, value: value?.toString('utf8') ?? null }))).toEqual(
    wanted.headers ?? [],
  )
}

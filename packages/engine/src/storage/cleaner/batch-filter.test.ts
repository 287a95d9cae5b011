import { TestClock } from '@sluice/effects'
import { type BatchInput, buildBatch, CodecId, codecName, readRecordsAsync, RecordBatch } from '@sluice/wire'
import { describe, expect, test } from 'vitest'
import { endTransactionMarker } from '../testing/end-transaction-marker.ts'
import { filterBatch, type FilterRules } from './batch-filter.ts'
import { CleanedTransactions } from './cleaned-transactions.ts'
import { OffsetMap } from './offset-map.ts'
import { BackgroundWork } from './work.ts'

const nowMs = 1_700_000_000_000
const deleteRetentionMs = 1_000

/** The last offset of each key, as the dirty part has it. */
function rulesFor(latest: Record<string, number>, options: Partial<FilterRules> = {}): FilterRules {
  const map = new OffsetMap({ keys: 10, bytesMax: 1 << 16, loadFactor: 0.9, seed: Buffer.alloc(8) })
  for (const [key, offset] of Object.entries(latest)) map.put(Buffer.from(key), 0, key.length, offset)
  return {
    map,
    transactions: new CleanedTransactions(),
    isLastOfProducer: () => false,
    nowMs,
    deleteRetentionMs,
    room: (bytes) => Buffer.alloc(bytes),
    ...options,
  }
}

async function filtered(batch: Buffer, rules: FilterRules): Promise<Buffer | null> {
  return new BackgroundWork(filterBatch(batch, 0, batch.length, rules), new TestClock(), () => true).done
}

const abc: BatchInput['records'] = [
  { key: 'a', value: '1', timestamp: nowMs - 30, headers: [{ key: 'h', value: 'v' }] },
  { key: 'b', value: '2', timestamp: nowMs - 10 },
  { key: 'c', value: null, timestamp: nowMs - 20 },
]
const batchOf = (input: Partial<BatchInput> = {}) =>
  Promise.resolve(buildBatch({ records: abc, baseOffset: 10, partitionLeaderEpoch: 3, ...input }))

describe('what is left of a batch', () => {
  test('are the very bytes where nothing of it is replaced', async () => {
    const batch = await batchOf({ records: abc.slice(0, 2) })
    expect((await filtered(batch, rulesFor({ z: 90 })))?.equals(batch)).toBe(true)
    // What lies behind the map is not even looked at.
    const later = await batchOf({ records: [{ key: null, value: 'x' }] })
    expect((await filtered(later, rulesFor({ a: 9 })))?.equals(later)).toBe(true)
  })

  test.each(Object.values(CodecId))('are the other records, at their places, codec %i', async (codec) => {
    const batch = await batchOf({ codec, producerId: 7, producerEpoch: 1, baseSequence: 5 })
    const left = (await filtered(batch, rulesFor({ a: 13, z: 90 }))) ?? Buffer.alloc(0)
    expect(RecordBatch.isCrcValid(left, 0, left.length)).toBe(true)
    expect(codecName(RecordBatch.codec(left, 0))).toBe(codecName(codec))
    expect(await readRecordsAsync(left)).toEqual((await readRecordsAsync(batch)).slice(1))
    for (const field of [
      RecordBatch.baseOffset,
      RecordBatch.lastOffset,
      RecordBatch.partitionLeaderEpoch,
      RecordBatch.baseSequence,
      RecordBatch.producerId,
    ])
      expect(field(left, 0)).toBe(field(batch, 0))
    expect(RecordBatch.maxTimestamp(left, 0)).toBe(nowMs - 10)
  })

  test('is nothing, or its header where the state of a producer rests on it', async () => {
    const batch = await batchOf({ producerId: 7, producerEpoch: 1, baseSequence: 5, codec: CodecId.gzip })
    const latest = { a: 20, b: 21, c: 22 }
    expect(await filtered(batch, rulesFor(latest))).toBe(null)
    const header = (await filtered(batch, rulesFor(latest, { isLastOfProducer: () => true }))) as Buffer
    expect(header.length).toBe(RecordBatch.headerBytes)
    expect(RecordBatch.isCrcValid(header, 0, header.length)).toBe(true)
    expect(await readRecordsAsync(header)).toEqual([])
    expect(RecordBatch.lastSequence(header, 0)).toBe(7)
    expect(RecordBatch.lastOffset(header, 0)).toBe(12)
    expect(RecordBatch.codec(header, 0)).toBe(CodecId.none)
    expect(RecordBatch.maxTimestamp(header, 0)).toBe(nowMs - 10)
    // And so it stays, or goes.
    expect((await filtered(header, rulesFor(latest, { isLastOfProducer: () => true })))?.equals(header)).toBe(
      true,
    )
    expect(await filtered(header, rulesFor(latest))).toBe(null)
  })

  test('has no record without a key, which a topic may have from before', async () => {
    const batch = await batchOf({
      records: [
        { key: null, value: 'x' },
        { key: 'a', value: '1' },
      ],
    })
    const left = (await filtered(batch, rulesFor({ z: 90 }))) as Buffer
    expect((await readRecordsAsync(left)).map(({ key }) => String(key))).toEqual(['a'])
  })
})

describe('a tombstone', () => {
  test('gets its time from the first cleaning, and stays until it is over', async () => {
    const first = (await filtered(await batchOf(), rulesFor({ z: 90 }))) as Buffer
    expect(RecordBatch.hasDeleteHorizon(first, 0)).toBe(true)
    expect(RecordBatch.baseTimestamp(first, 0)).toBe(nowMs + deleteRetentionMs)
    expect(await readRecordsAsync(first)).toEqual(await readRecordsAsync(await batchOf()))
    const before = await filtered(first, rulesFor({ z: 90 }, { nowMs: nowMs + 999 }))
    expect(before?.equals(first)).toBe(true)
    const after = (await filtered(first, rulesFor({ z: 90 }, { nowMs: nowMs + 1_000 }))) as Buffer
    expect(await readRecordsAsync(after)).toEqual((await readRecordsAsync(first)).slice(0, 2))
    expect(RecordBatch.baseTimestamp(after, 0)).toBe(nowMs + deleteRetentionMs)
  })

  test('also under LogAppendTime, where all records have the time of the batch', async () => {
    const batch = await batchOf({ logAppendTimeMs: nowMs })
    const left = (await filtered(batch, rulesFor({ a: 90 }))) as Buffer
    expect(RecordBatch.timestampType(left, 0)).toBe(RecordBatch.TimestampType.logAppendTime)
    expect(RecordBatch.maxTimestamp(left, 0)).toBe(nowMs)
    expect(await readRecordsAsync(left)).toEqual((await readRecordsAsync(batch)).slice(1))
  })
})

describe('a marker', () => {
  const marker = (commit: boolean) =>
    endTransactionMarker({
      producerId: 7,
      producerEpoch: 0,
      coordinatorEpoch: 2,
      commit,
      timestamp: nowMs,
      baseOffset: 13,
    })

  test.each([true, false])(
    'stays while its transaction has a batch, and for a time after, commit %s',
    async (commit) => {
      const aborted = { producerId: 7, firstOffset: 10, lastOffset: 13, lastStableOffset: 14 }
      const kept: unknown[] = []
      const walk = (withBatch: boolean) => {
        const transactions = new CleanedTransactions((one) => kept.push(one))
        if (!commit) transactions.add([aborted])
        if (withBatch) transactions.isAborted({ lastOffset: 12, producerId: 7, isTransactional: true })
        return transactions
      }
      const whole = await filtered(marker(commit), rulesFor({ z: 90 }, { transactions: walk(true) }))
      expect(whole?.equals(marker(commit))).toBe(true)
      expect(kept).toEqual(commit ? [] : [aborted])
      const empty = (await filtered(
        marker(commit),
        rulesFor({ z: 90 }, { transactions: walk(false) }),
      )) as Buffer
      expect(RecordBatch.baseTimestamp(empty, 0)).toBe(nowMs + deleteRetentionMs)
      expect(RecordBatch.isControl(empty, 0) && RecordBatch.isTransactional(empty, 0)).toBe(true)
      expect(await readRecordsAsync(empty)).toEqual(await readRecordsAsync(marker(commit)))
      const later = { transactions: walk(false), nowMs: nowMs + deleteRetentionMs }
      expect(await filtered(empty, rulesFor({ z: 90 }, later))).toBe(null)
    },
  )
})

import { TestClock, MemoryDisk, silentLogger } from '@sluice/effects'
import { describe, expect, test } from 'vitest'
import { FileCache } from './file-cache.ts'
import { defaultLogConfig } from './testing/default-log-config.ts'
import { LogStore } from './log-store.ts'
import { loadLog } from './recovery.ts'
import { atOnce } from './slices.ts'
import { readBatchFacts } from './batch-facts.ts'
import { RecordBatch } from '@sluice/wire'
import { batchOf } from './testing/log-context.ts'

const directory = '/data/events-0'

/** A store of one record a segment, `count` of them. */
function storeOf(count: number) {
  const clock = new TestClock()
  const disk = new MemoryDisk(() => clock.now())
  disk.mkdirSync(directory)
  const store = new LogStore({
    disk,
    clock,
    logger: silentLogger,
    files: new FileCache(disk),
    directory,
    topicPartition: { topic: 'events', partition: 0 },
    config: { ...defaultLogConfig, segmentBytes: 100 },
    onBackgroundFailure: (error) => {
      throw error
    },
  })
  atOnce(loadLog(store, { clean: true, recoveryPoint: 0, logStartOffset: 0 }))
  for (let offset = 0; offset < count; offset++) {
    const batch = batchOf(1, { producerId: 1, producerEpoch: 0, baseSequence: offset })
    RecordBatch.setBaseOffset(batch, 0, offset)
    store.append([batch], [readBatchFacts(batch, 0, batch.length)])
  }
  const names = () => disk.readdirSync(directory).map(({ name }) => name)
  return { store, clock, bases: () => store.segments.map(({ baseOffset }) => baseOffset), names }
}

describe('the parts of a log', () => {
  test('keep together when the oldest segments go', async () => {
    const { store, clock, bases, names } = storeOf(4)
    expect(bases()).toEqual([0, 1, 2, 3])
    store.removeOldest(2)
    expect(bases()).toEqual([2, 3])
    expect(store).toMatchObject({ logStartOffset: 2, endOffset: 4 })
    expect(store.recoveryPoint).toBeGreaterThanOrEqual(2)
    expect(store.segmentsFrom(0)).toEqual(store.segments)
    expect(names().filter((name) => name.endsWith('.log.deleted'))).toHaveLength(2)
    await clock.advance(60_000)
    expect(names().filter((name) => name.includes('0000.') || name.includes('0001.'))).toEqual([])
  })

  test('leave an active segment at the end when all of them go', () => {
    const { store, bases } = storeOf(3)
    store.removeOldest(3)
    expect(bases()).toEqual([3])
    expect(store).toMatchObject({ logStartOffset: 3, endOffset: 3, recoveryPoint: 3 })
    expect(store.active.size).toBe(0)
  })

  test('start inside a segment, and only ever later', () => {
    const { store, bases } = storeOf(3)
    store.advanceStart(2)
    store.advanceStart(1)
    expect(store.logStartOffset).toBe(2)
    expect(bases()).toEqual([0, 1, 2])
    expect(() => store.advanceStart(4)).toThrow('a log that ends at 3 cannot start at 4')
  })

  test('are asked for by an index that is there', () => {
    const { store } = storeOf(2)
    expect(store.segmentAt(1)).toBe(store.active)
    expect(() => store.segmentAt(2)).toThrow('an index that it has')
  })

  test('that are removed wait for it no longer when the log is closed', () => {
    const { store, clock } = storeOf(3)
    store.removeOldest(1)
    store.close()
    expect(clock.pending).toBe(0)
  })
})

import { describe, expect, test } from 'vitest'
import { KeyedLog, latestOf } from '../testing/keyed-log.ts'
import { LogContext, readAll } from '../testing/log-context.ts'

/** Offsets 0 to 9 of ten keys, twice; the first half is gone, and half of the second. */
async function cleaned(): Promise<KeyedLog> {
  const own = new KeyedLog({ segmentBytes: 400, deleteRetentionMs: 0 })
  for (let offset = 0; offset < 30; offset++) {
    await own.context.clock.advance(10)
    await own.put([{ key: `${offset % 10}`, value: offset % 2 === 0 && offset >= 10 ? null : `${offset}` }])
  }
  own.log.roll()
  await own.clean()
  await own.context.clock.advance(10)
  await own.put([{ key: 'last', value: '1' }])
  own.log.roll()
  await own.clean()
  return own
}

describe('who reads a log with holes', () => {
  test('goes on behind each of them, from any offset', async () => {
    const own = await cleaned()
    const left = (await own.records()).map(({ offset }) => offset)
    expect(left).toEqual([21, 23, 25, 27, 29, 30])
    for (let from = 0; from < 31; from++)
      expect(readAll(own.log, from, 31, 1).map(({ baseOffset }) => baseOffset)).toEqual(
        left.filter((offset) => offset >= from),
      )
  })

  test('finds times, the start and the end', async () => {
    const own = await cleaned()
    const timeOf = (offset: number) => own.written[offset]?.timestamp ?? 0
    expect(own.log.offsetForTimestamp(timeOf(0))).toMatchObject({ offset: 21 })
    expect(own.log.offsetForTimestamp(timeOf(22))).toMatchObject({ offset: 23, timestamp: timeOf(23) })
    expect(own.log.maxTimestampOffset()).toMatchObject({ offset: 30, timestamp: timeOf(30) })
    expect(own.log.logStartOffset).toBe(0)
    expect(own.log.logEndOffset).toBe(31)
  })

  test('whose slice has been taken before a cleaning reads it to its end', async () => {
    const own = new KeyedLog()
    for (const value of ['1', '2', '3']) await own.put([{ key: 'a', value }])
    own.log.roll()
    const slice = own.log.read(0, 1_000, 3, true)
    const before = Buffer.alloc(slice?.length ?? 0)
    slice?.file.readSync(before, 0, before.length, slice.position)
    await own.clean()
    await own.context.clock.advance(own.log.config.fileDeleteDelayMs)
    const after = Buffer.alloc(before.length)
    slice?.file.readSync(after, 0, after.length, slice.position)
    expect(after.equals(before)).toBe(true)
    slice?.release()
    expect((await own.records()).map(({ offset }) => offset)).toEqual([2])
  })
})

test('a follower takes what a compacted leader has, without a hole between two of its segments', async () => {
  const own = await cleaned()
  const context = new LogContext({ segmentBytes: 150 })
  const follower = context.load()
  for (let offset = 0; offset < own.log.logEndOffset; ) {
    const slice = own.log.read(offset, 1, own.log.logEndOffset, true)
    if (!slice) break
    const bytes = Buffer.alloc(slice.length)
    slice.file.readSync(bytes, 0, slice.length, slice.position)
    slice.release()
    expect(follower.appendAsFollower(bytes)).toMatchObject({ kind: 'appended' })
    follower.advanceHighWatermark(follower.logEndOffset)
    offset = slice.endOffset
  }
  expect(readAll(follower)).toEqual(readAll(own.log))
  expect(follower.segmentCount).toBeGreaterThan(2)
  // Its topic is not even compacted any more: nothing passes for lost.
  const again = context.reloadAfterKill(follower)
  expect(readAll(again)).toEqual(readAll(own.log))
})

test('records that were deleted before stay so, and go with their segments', async () => {
  const own = await cleaned()
  own.log.deleteRecordsBefore(24)
  await own.put([{ key: 'last', value: '2' }])
  own.log.roll()
  await own.clean()
  expect((await own.records()).map(({ offset }) => offset)).toEqual([25, 27, 29, 31])
  own.log.deleteRecordsBefore(32)
  expect(own.log.applyRetention(own.nowMs)).toBeGreaterThan(0)
  expect(own.log.logStartOffset).toBe(32)
})

test('a cut takes back how far the log is clean', async () => {
  const own = await cleaned()
  expect(own.log.store.cleanedOffset).toBe(31)
  own.log.truncateTo(25)
  expect(own.log.store.cleanedOffset).toBe(25)
  await own.put([{ key: '1', value: 'new' }])
  own.log.roll()
  expect(own.cleanable().firstDirtyOffset).toBe(25)
  await own.clean()
  expect(latestOf(await own.records()).get('1')).toBe('new')
  own.log.truncateFullyAndStartAt(100)
  expect(own.log.store.cleanedOffset).toBe(null)
})

import { type MemoryDisk, onlySynced } from '@sluice/effects'
import { expect, test } from 'vitest'
import { FileCache } from '../file-cache.ts'
import { KeyedLog, type KeyedRecord, latestOf } from '../testing/keyed-log.ts'

class Killed extends Error {}

/** Some segments, with all that a cleaning removes and keeps. */
async function filled(): Promise<KeyedLog> {
  const own = new KeyedLog({ deleteRetentionMs: 0, segmentBytes: 500 })
  for (let round = 0; round < 3; round++) {
    for (const key of ['a', 'b', 'c']) await own.put([{ key, value: `${round}` }], { codec: round })
    await own.put([{ key: 'gone', value: round === 2 ? null : `${round}` }])
    await own.put([{ key: 'a', value: 'aborted' }], { producerId: 1, isTransactional: true })
    await own.put([{ key: 'b', value: `committed ${round}` }], { producerId: 2, isTransactional: true })
    own.endTransaction(1, false)
    own.endTransaction(2, true)
    own.log.roll()
  }
  await own.log.flush()
  // Tombstones and markers get their time, which is over at once.
  await own.clean()
  for (const key of ['a', 'b']) await own.put([{ key, value: 'last' }])
  own.log.roll()
  await own.log.flush()
  return own
}

/** Lets the process die before its operation number `operation` of the disk; false where it needs fewer. */
async function dieIn(own: KeyedLog, operation: number): Promise<boolean> {
  let count = 0
  own.context.disk.beforeOperation = () => {
    if (count++ >= operation) throw new Killed()
  }
  const died = await own.clean().then(
    () => false,
    (error: unknown) => {
      if (!(error instanceof Killed)) throw error
      return true
    },
  )
  own.context.disk.beforeOperation = () => {}
  return died
}

function comeBack(own: KeyedLog, disk: MemoryDisk): void {
  const { recoveryPoint, highWatermark } = own.log
  own.context.disk = disk
  own.context.files = new FileCache(disk)
  own.log = own.context.load({ clean: false, recoveryPoint })
  own.log.advanceHighWatermark(highWatermark)
}

function expectTheSame(own: KeyedLog, records: readonly KeyedRecord[]): void {
  for (const record of records)
    expect(own.written.find(({ offset }) => offset === record.offset)).toEqual(record)
}

test.each([
  ['only the process has ended', undefined],
  ['nothing that was not synced survives', onlySynced],
])('a log is whole after a crash at any operation of a cleaning: %s', async (_, survives) => {
  let operation = 0
  for (; ; operation++) {
    const own = await filled()
    const { logEndOffset, lastStableOffset } = own.log
    const before = latestOf(await own.records('committed'))
    if (!(await dieIn(own, operation))) break
    comeBack(own, own.context.disk.afterCrash(survives))
    expect(own.log.logEndOffset).toBe(logEndOffset)
    expect(own.log.lastStableOffset).toBe(lastStableOffset)
    const found = await own.records('committed')
    expectTheSame(own, found)
    expect(latestOf(found)).toEqual(before)
    expect(own.context.fileNames().filter((name) => /cleaned|swap|deleted/.test(name))).toEqual([])
    // And the next one goes well.
    await own.clean()
    expect(latestOf(await own.records('committed'))).toEqual(before)
    own.reload({ recoveryPoint: own.log.recoveryPoint })
    expect(latestOf(await own.records('committed'))).toEqual(before)
  }
  expect(operation).toBeGreaterThan(30)
})

test('where the disk refuses an operation of a cleaning, the log goes on as before, or cleaned', async () => {
  let operation = 0
  for (; ; operation++) {
    const own = await filled()
    const before = latestOf(await own.records('committed'))
    let count = 0
    own.context.disk.beforeOperation = (name, path) => {
      if (count++ === operation) throw Object.assign(new Error('EIO'), { code: 'EIO', syscall: name, path })
    }
    const failed = await own.clean().then(
      () => false,
      () => true,
    )
    own.context.disk.beforeOperation = () => {}
    if (!failed && count <= operation) break
    const { logEndOffset } = own.log
    await own.put([{ key: 'z', value: 'z' }])
    expect(own.log.logEndOffset).toBe(logEndOffset + 1)
    expect(latestOf(await own.records('committed'))).toEqual(new Map([...before, ['z', 'z']]))
    own.reload({ recoveryPoint: own.log.recoveryPoint })
    expect(latestOf(await own.records('committed'))).toEqual(new Map([...before, ['z', 'z']]))
  }
  expect(operation).toBeGreaterThan(30)
})

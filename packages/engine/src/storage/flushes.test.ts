import { Deferred, type MemoryDisk, seededRandom } from '@sluice/effects'
import { expect, test } from 'vitest'
import { FileCache } from './file-cache.ts'
import type { Log } from './log.ts'
import { openMetaProperties } from './meta-properties.ts'
import { append, batchOf, LogContext, readAll, valuesOf } from './testing/log-context.ts'

// Names of files and directories, which a power cut takes as it takes what is in them.

function afterPowerCut(context: LogContext, log: Log): Log {
  const { recoveryPoint } = log
  context.disk.loseUnsynced()
  context.files = new FileCache(context.disk)
  return context.load({ clean: false, recoveryPoint })
}

/** `reached`: somebody waits for the first sync of it. */
function blockOnce(disk: MemoryDisk, path: string): { under: Deferred<void>; reached: Promise<void> } {
  const under = new Deferred<void>()
  const reached = new Deferred<void>()
  let isFirst = true
  disk.duringSync = (synced) => {
    if (synced !== path || !isFirst) return Promise.resolve()
    isFirst = false
    reached.resolve()
    return under.promise
  }
  return { under, reached: reached.promise }
}

test('a flush does not rest on names that another one has only begun to sync', async () => {
  const context = new LogContext()
  const log = context.load({ isNew: true })
  append(log, batchOf(1, { value: 'one' }))
  const { under } = blockOnce(context.disk, context.directory)
  const first = log.flush()
  append(log, batchOf(1, { value: 'two' }))
  await log.flush()
  expect(log.recoveryPoint).toBe(2)
  expect(valuesOf(readAll(afterPowerCut(context, log)))).toEqual(['one-0', 'two-0'])
  under.resolve()
  await first
})

test('nor does one that blocks', async () => {
  const context = new LogContext()
  const log = context.load({ isNew: true })
  append(log, batchOf(1))
  const { under, reached } = blockOnce(context.disk, context.directory)
  const first = log.flush()
  await reached
  log.flushSync()
  expect(readAll(afterPowerCut(context, log))).toHaveLength(1)
  under.resolve()
  await first
})

test('what a killed process has made is durable with the next flush', async () => {
  for (const flush of [(log: Log) => log.flush(), async (log: Log) => log.flushSync()]) {
    const context = new LogContext({ segmentBytes: 200 })
    const first = context.load({ isNew: true })
    for (let i = 0; i < 3; i++) append(first, batchOf(1))
    const log = context.reloadAfterKill(first)
    await flush(log)
    expect(log.recoveryPoint).toBe(3)
    const found = afterPowerCut(context, log)
    expect(readAll(found)).toHaveLength(3)
    expect(found.leaderEpochs.entries).toEqual([{ epoch: 0, startOffset: 0 }])
  }
})

test('a log that is put aside while its names are synced is no failure of the disk', async () => {
  const context = new LogContext()
  const log = context.load({ isNew: true })
  append(log, batchOf(1))
  context.disk.duringSync = async (path) => {
    if (path !== context.directory) return
    log.close({ clean: false })
    throw Object.assign(new Error('ENOENT'), { code: 'ENOENT', syscall: 'open' })
  }
  await log.flush()
  expect(log.recoveryPoint).toBe(0)
})

test('a directory that has its meta.properties is not lost with the directories above it', () => {
  const { disk, clock } = new LogContext()
  const directory = '/data/broker-1/volume-1'
  disk.mkdirSync(directory)
  openMetaProperties({ disk, clock, random: seededRandom(1), directory, nodeId: 1, clusterId: 'one' })
  disk.loseUnsynced()
  expect(disk.existsSync(`${directory}/meta.properties`)).toBe(true)
})

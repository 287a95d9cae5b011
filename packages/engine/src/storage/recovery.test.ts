import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, systemClock, systemDisk } from '@sluice/effects'
import { RecordBatch } from '@sluice/wire'
import { describe, expect, test } from 'vitest'
import { FileCache } from './file-cache.ts'
import { defaultLogConfig } from './testing/default-log-config.ts'
import { Log } from './log.ts'
import type { LogConfig } from './log-config.ts'
import { type Loss, lossSentences } from './losses.ts'
import { LogContext, append, batchOf, readAll, startMs, valuesOf } from './testing/log-context.ts'

const logName = '00000000000000000000.log'
const path = (name: string) => `/data/events-0/${name}`

/** Replaces a file's content, as a crash or a broken disk would. */
function replace(context: LogContext, name: string, change: (bytes: Buffer) => Buffer): void {
  context.disk.writeFileAtomicSync(path(name), change(context.file(name)))
}

describe('after a crash', () => {
  test('a tail torn at any byte is cut off, and nothing before it is lost', () => {
    const context = new LogContext({ indexIntervalBytes: 0 })
    const original = context.load()
    for (let i = 0; i < 4; i++)
      append(original, batchOf(2, { value: `${i}`, producerId: 5, producerEpoch: 0, baseSequence: i * 2 }), i)
    const whole = context.file(logName)
    const last = whole.length - batchOf(2, { producerId: 5, value: '3' }).length
    original.close({ clean: false })
    for (let length = last; length < whole.length; length++) {
      const after = new LogContext({ indexIntervalBytes: 0 })
      after.disk = context.disk
      after.files = new FileCache(context.disk)
      context.disk.writeFileAtomicSync(path(logName), whole.subarray(0, length))
      const log = after.load({ clean: false })
      expect([length, log.logEndOffset]).toEqual([length, 6])
      expect(valuesOf(readAll(log))).toEqual(['0-0', '0-1', '1-0', '1-1', '2-0', '2-1'])
      expect(after.file(logName).length).toBe(last)
      expect(log.leaderEpochs.latestEpoch).toBe(2)
      expect(log.activeProducers()).toMatchObject([{ producerId: 5, lastSequence: 5 }])
      expect(append(log, batchOf(1, { producerId: 5, producerEpoch: 0, baseSequence: 6 }))).toMatchObject({
        kind: 'staged',
        baseOffset: 6,
      })
      log.close({ clean: false })
    }
  })

  test('zeros and garbage behind the last batch go, also a stale batch that would step back', () => {
    for (const tail of [Buffer.alloc(500), Buffer.alloc(500, 0x7f), batchOf(1)]) {
      const context = new LogContext()
      const log = context.load()
      append(log, batchOf(3))
      const size = context.file(logName).length
      replace(context, logName, (bytes) => Buffer.concat([bytes, tail]))
      const reloaded = context.reloadAfterKill(log)
      expect(reloaded.logEndOffset).toBe(3)
      expect(context.file(logName).length).toBe(size)
    }
  })

  test('a bad batch in the middle ends the log there: later segments go', () => {
    const context = new LogContext({ segmentBytes: 300 })
    const log = context.load()
    for (let i = 0; i < 9; i++) append(log, batchOf(1, { value: `${i}` }))
    const middle = '00000000000000000003.log'
    const size = batchOf(1, { value: '0' }).length
    replace(context, middle, (bytes) => {
      bytes[size + 70] = (bytes[size + 70] as number) ^ 0xff
      return bytes
    })
    const reloaded = context.reloadAfterKill(log)
    expect(reloaded.logEndOffset).toBe(4)
    expect(valuesOf(readAll(reloaded))).toEqual(['0-0', '1-0', '2-0', '3-0'])
    expect(context.fileNames().filter((name) => name.endsWith('.log'))).toEqual([
      '00000000000000000000.log',
      '00000000000000000003.log',
    ])
    expect(append(reloaded, batchOf(1))).toMatchObject({ baseOffset: 4 })
  })

  test.each([
    ['only what lies above the recovery point is read again', 7, ['00000000000000000006.log']],
    [
      'the end of a segment is read again where the recovery point says that all of it is durable',
      6,
      ['00000000000000000003.log', '00000000000000000006.log'],
    ],
  ])('%s', (_, recoveryPoint, files) => {
    const context = new LogContext({ segmentBytes: 300 })
    const log = context.load()
    for (let i = 0; i < 9; i++) append(log, batchOf(1))
    log.close({ clean: false })
    context.files = new FileCache(context.disk)
    const read: string[] = []
    context.disk.beforeOperation = (operation, name) => {
      if (operation === 'read' && name.endsWith('.log')) read.push(name)
    }
    context.load({ clean: false, recoveryPoint })
    // The first read is of the end of the segment in front.
    expect(read.slice(1)).toEqual(files.map(path))
  })

  test('the last entry of a time index is whole, though a power cut has torn it at a roll', () => {
    const context = new LogContext({ segmentBytes: 300 })
    const log = context.load()
    for (let i = 0; i < 3; i++) append(log, batchOf(1))
    log.flushSync()
    append(log, batchOf(1))
    const times = '00000000000000000000.timeindex'
    const whole = context.file(times)
    expect(whole.length).toBe(12)
    replace(context, times, (bytes) => bytes.fill(0, 4))
    context.reloadAfterKill(log, { recoveryPoint: 3 })
    expect(context.file(times)).toEqual(whole)
  })

  test('the last entry of a time index is durable once records behind its segment are', () => {
    const context = new LogContext({ segmentBytes: 300 })
    const log = context.load()
    for (let i = 0; i < 3; i++) append(log, batchOf(1))
    log.flushSync()
    append(log, batchOf(1))
    log.flushSync()
    context.disk.loseUnsynced()
    expect(context.file('00000000000000000000.timeindex').length).toBe(12)
  })

  test('leader epochs that a power cut has lost come back from the batches', () => {
    const context = new LogContext()
    const log = context.load()
    append(log, batchOf(1), 1)
    append(log, batchOf(1), 5)
    log.close({ clean: false })
    context.disk.writeFileAtomicSync(path('leader-epoch-checkpoint'), '')
    expect(context.load({ clean: false }).leaderEpochs.entries).toEqual([
      { epoch: 1, startOffset: 0 },
      { epoch: 5, startOffset: 1 },
    ])
  })

  test.each([
    // Records that are gone by compaction were of the epochs that the file names.
    ['its own', [0, 3, 6], [0, 3, 6]],
    ['another one', [0, 3, 8], [0, 7]],
  ])(
    'leader epochs whose first records are compacted begin where the file says, if the batch is of %s',
    (_, of, found) => {
      const context = new LogContext({ cleanupPolicy: { compact: true, delete: false } })
      const log = context.load()
      for (let i = 0; i < 8; i++)
        append(
          log,
          batchOf(1),
          of.findLastIndex((start) => start <= i),
        )
      log.flushSync()
      const [first, last] = [0, 7].map((baseOffset) =>
        batchOf(1, { baseOffset, partitionLeaderEpoch: baseOffset === 0 ? 0 : 2 }),
      ) as [Buffer, Buffer]
      replace(context, logName, () => Buffer.concat([first, last]))
      const reloaded = context.reloadAfterKill(log)
      expect(reloaded.logEndOffset).toBe(8)
      expect(reloaded.leaderEpochs.entries.map(({ startOffset }) => startOffset)).toEqual(found)
      expect(reloaded.leaderEpochs.latestEpoch).toBe(2)
    },
  )

  test('leader epochs of before a cut do not hide those of the batches that were written since', () => {
    const context = new LogContext()
    const log = context.load()
    // It led for a moment, and follows then a log that is older than that.
    append(log, batchOf(1), 51)
    expect(context.file('leader-epoch-checkpoint').toString()).toBe('0\n1\n51 0\n')
    log.truncateTo(0)
    append(log, batchOf(1), 4)
    append(log, batchOf(1), 31)
    expect(context.reloadAfterKill(log).leaderEpochs.entries).toEqual([
      { epoch: 4, startOffset: 0 },
      { epoch: 31, startOffset: 1 },
    ])
  })

  test('a power cut takes what was never flushed and leaves what was', () => {
    const context = new LogContext()
    const log = context.load()
    append(log, batchOf(2, { value: 'durable' }))
    log.flushSync()
    append(log, batchOf(2, { value: 'not' }))
    context.disk.loseUnsynced()
    const reloaded = context.reloadAfterKill(log, { recoveryPoint: 2 })
    expect(valuesOf(readAll(reloaded))).toEqual(['durable-0', 'durable-1'])
  })

  test.each([
    ['delete', undefined, 'nothing', 3],
    ['delete', undefined, 'all', 3],
    ['compact', undefined, 'nothing', 3],
    // A power cut has left an empty file, or no more of it than a cleaning could have.
    ['compact', undefined, 'all', 3],
    ['compact', 5, 'all', 3],
    // What the cleaner has removed is no loss.
    ['compact', 6, 'all', 9],
    // It may have.
    ['compact', null, 'nothing', 3],
    ['compact', null, 'a torn piece', 3],
    ['compact', null, 'all', 9],
  ])(
    'a log of policy %s that is cleaned up to %s, with a hole behind which is %s, ends at %i',
    (policy, cleanedOffset, left, end) => {
      const cleanupPolicy = { delete: policy === 'delete', compact: policy === 'compact' }
      const context = new LogContext({ segmentBytes: 300, cleanupPolicy })
      const log = context.load()
      for (let i = 0; i < 9; i++) append(log, batchOf(1))
      replace(context, '00000000000000000003.log', () => Buffer.alloc(0))
      const lengths: Record<string, number> = { nothing: 0, 'a torn piece': 13 }
      replace(context, '00000000000000000006.log', (whole) => whole.subarray(0, lengths[left]))
      const reloaded = context.reloadAfterKill(log, { cleanedOffset })
      expect(reloaded.logEndOffset).toBe(end)
      expect(append(reloaded, batchOf(1))).toMatchObject({ baseOffset: end })
    },
  )

  test('an empty segment that a failed roll has left does not hide records', () => {
    const context = new LogContext()
    const log = context.load()
    for (let i = 0; i < 4; i++) append(log, batchOf(1))
    for (const suffix of ['log', 'index', 'timeindex'])
      context.disk.writeFileAtomicSync(path(`00000000000000000002.${suffix}`), '')
    expect(context.reloadAfterKill(log).logEndOffset).toBe(4)
    expect(context.fileNames()).not.toContain('00000000000000000002.log')
  })
})

describe('indexes', () => {
  const filled = () => {
    const context = new LogContext({ indexIntervalBytes: 0, segmentBytes: 1000 })
    const log = context.load()
    for (let i = 0; i < 20; i++) append(log, batchOf(1, { timestamp: startMs + i, value: `${i}` }))
    return { context, log }
  }
  const indexNames = ['00000000000000000000.index', '00000000000000000000.timeindex']

  test.each([
    ['missing', (context: LogContext, name: string) => context.disk.unlinkSync(path(name))],
    [
      'of a wrong length',
      (context: LogContext, name: string) =>
        replace(context, name, (bytes) => bytes.subarray(0, bytes.length - 1)),
    ],
    [
      'full of nonsense',
      (context: LogContext, name: string) =>
        replace(context, name, (bytes) => Buffer.alloc(bytes.length, 0xee)),
    ],
  ])('%s are made anew, alike', (_, damage) => {
    for (const name of indexNames) {
      const { context, log } = filled()
      log.close({ clean: true })
      const before = indexNames.map((one) => context.file(one))
      damage(context, name)
      const reloaded = context.load({ clean: true })
      for (let i = 0; i < 20; i++) {
        expect(reloaded.offsetForTimestamp(startMs + i)).toMatchObject({ offset: i })
        expect(readAll(reloaded, i, i + 1, 1)[0]?.values).toEqual([`${i}-0`])
      }
      expect(indexNames.map((one) => context.file(one))).toEqual(before)
    }
  })

  test('come out of a recovery as they were written', () => {
    const { context, log } = filled()
    log.close({ clean: true })
    const names = context.fileNames().filter((name) => name.endsWith('index'))
    const before = names.map((name) => context.file(name).toString('hex'))
    const recovered = context.load({ clean: false })
    recovered.close({ clean: true })
    expect(names.map((name) => context.file(name).toString('hex'))).toEqual(before)
  })

  test('preallocated with zeros, as a killed Apache Kafka leaves them, are understood', () => {
    const { context, log } = filled()
    log.close({ clean: true })
    for (const name of context.fileNames().filter((one) => one.endsWith('index'))) {
      const entryBytes = name.endsWith('.timeindex') ? 12 : 8
      replace(context, name, (bytes) => Buffer.concat([bytes, Buffer.alloc(entryBytes * 100)]))
    }
    for (const clean of [true, false]) {
      const reloaded = context.load({ clean })
      expect(reloaded.logEndOffset).toBe(20)
      expect(valuesOf(readAll(reloaded, 7, 8))).toEqual(['7-0'])
      expect(reloaded.offsetForTimestamp(startMs + 13)).toMatchObject({ offset: 13 })
      reloaded.close({ clean: true })
    }
  })

  test('without a log are removed', () => {
    const { context, log } = filled()
    log.close({ clean: true })
    context.disk.writeFileAtomicSync(path('00000000000000000099.index'), Buffer.alloc(8))
    context.load()
    expect(context.fileNames()).not.toContain('00000000000000000099.index')
  })
})

describe('after a clean stop', () => {
  /** Three segments of three records each; the middle one has become what `change` makes of it. */
  function found(change: (bytes: Buffer) => Buffer | null, config: Partial<LogConfig> = {}) {
    const batch = batchOf(1).length
    const context = new LogContext({ segmentBytes: batch * 3, indexIntervalBytes: 0, ...config })
    const log = context.load()
    for (let i = 0; i < 9; i++) append(log, batchOf(1))
    const { recoveryPoint } = (log.close({ clean: true }), log)
    const middle = '00000000000000000003.log'
    const left = change(context.file(middle))
    if (left) context.disk.writeFileAtomicSync(path(middle), left)
    else context.disk.unlinkSync(path(middle))
    context.files = new FileCache(context.disk)
    const losses: Loss[] = []
    const loaded = context.load({ clean: true, recoveryPoint, onLoss: (loss) => losses.push(loss) })
    expect(loaded.logEndOffset).toBe(9)
    expect(readAll(loaded, 6)).toHaveLength(3)
    return losses
  }
  const batch = batchOf(1).length

  test.each<[string, number, (bytes: Buffer) => Buffer | null]>([
    ['lacks its last batch', 5, (bytes) => bytes.subarray(0, 2 * batch)],
    ['lacks the end of its last batch', 5, (bytes) => bytes.subarray(0, 3 * batch - 1)],
    ['is cut in its first batch', 3, (bytes) => bytes.subarray(0, 20)],
    ['is empty', 3, () => Buffer.alloc(0)],
    ['is gone', 3, () => null],
  ])('a segment in the middle that %s is told, and what is there stays', (_name, offset, change) => {
    const hole = { kind: 'log has a hole', log: 'events-0', offset, endOffset: 6 } as const
    expect(found(change)).toEqual([hole])
    expect(lossSentences([hole])).toEqual([
      `1 hole in logs, whose records are lost: events-0 from offset ${offset} to 5.`,
    ])
  })

  test('nothing is told of a log that is whole, nor of holes where compaction makes them', () => {
    expect(found((bytes) => bytes)).toEqual([])
    const cleanupPolicy = { compact: true, delete: false }
    expect(found((bytes) => bytes.subarray(0, 2 * batch), { cleanupPolicy })).toEqual([])
  })
})

test('a finished compaction that was not put in place yet is completed', () => {
  const context = new LogContext({ segmentBytes: 300 })
  const log = context.load()
  for (let i = 0; i < 6; i++) append(log, batchOf(1, { value: `${i}` }))
  log.close({ clean: true })
  // The first two segments, compacted to their last record.
  const compacted = batchOf(1, { baseOffset: 5, value: 'compacted', partitionLeaderEpoch: 0 })
  context.disk.writeFileAtomicSync(path('00000000000000000000.log.swap'), compacted)
  context.disk.writeFileAtomicSync(path('00000000000000000000.index.swap'), '')
  context.disk.writeFileAtomicSync(path('00000000000000000000.timeindex.swap'), '')
  context.disk.writeFileAtomicSync(path('00000000000000000003.log.cleaned'), 'half')
  const reloaded = context.load({ clean: false })
  expect(valuesOf(readAll(reloaded))).toEqual(['compacted-0'])
  expect(reloaded.logEndOffset).toBe(6)
  expect(context.fileNames().filter((name) => /swap|cleaned/.test(name))).toEqual([])
})

test('the start from the checkpoint holds, also beyond the end of what is left', () => {
  const context = new LogContext()
  const log = context.load()
  append(log, batchOf(10))
  const within = context.reloadAfterKill(log, { logStartOffset: 4 })
  expect(within.logStartOffset).toBe(4)
  const losses: Loss[] = []
  const bytes = within.sizeInBytes
  const beyond = context.reloadAfterKill(within, {
    logStartOffset: 50,
    onLoss: (loss) => void losses.push(loss),
  })
  expect(losses).toEqual([{ kind: 'log cut', log: 'events-0', offset: 0, records: 10, bytes }])
  expect(beyond).toMatchObject({ logStartOffset: 50, logEndOffset: 50 })
  expect(append(beyond, batchOf(1))).toMatchObject({ baseOffset: 50 })
})

test('nothing is told of a log that ends before its start where nothing is in it', () => {
  const context = new LogContext()
  const log = context.load()
  append(log, batchOf(10))
  log.close({ clean: false })
  context.disk.loseUnsynced()
  const losses: Loss[] = []
  const again = context.load({
    clean: false,
    logStartOffset: 4,
    onLoss: (loss) => void losses.push(loss),
  })
  expect(losses).toEqual([])
  expect(again).toMatchObject({ logStartOffset: 4, logEndOffset: 4 })
})

describe('a log that was stopped before it is killed', () => {
  const indexNames = ['00000000000000000000.index', '00000000000000000000.timeindex']
  const snapshotName = '00000000000000000006.snapshot'
  /** Six records of an idempotent producer and a snapshot of that, then two more. */
  const killed = () => {
    const context = new LogContext({ indexIntervalBytes: 0 })
    const put = (log: Log, from: number, to: number) => {
      for (let i = from; i < to; i++)
        append(log, batchOf(2, { producerId: 5, producerEpoch: 0, baseSequence: i * 2 }))
    }
    const first = context.load()
    put(first, 0, 3)
    const second = context.reloadAfterStop(first)
    put(second, 3, 4)
    return { context, log: context.reloadAfterKill(second) }
  }

  test('changes no file as it is recovered again: thousands of them would make a start wait for the disk', () => {
    const { context, log } = killed()
    const names = [...indexNames, snapshotName]
    const before = names.map((name) => context.file(name))
    const changes: string[] = []
    context.disk.beforeOperation = (operation, at) => {
      if (!['mkdir', 'open', 'read', 'readFile'].includes(operation)) changes.push(`${operation} ${at}`)
    }
    const again = context.reloadAfterKill(log)
    expect(changes).toEqual([])
    expect(names.map((name) => context.file(name))).toEqual(before)
    expect(again.activeProducers()).toMatchObject([{ producerId: 5, lastSequence: 7 }])
    expect(valuesOf(readAll(again))).toHaveLength(8)
  })

  test.each([
    ['longer', (bytes: Buffer) => Buffer.concat([bytes, bytes])],
    ['shorter', (bytes: Buffer) => bytes.subarray(0, 8)],
    ['of another log', (bytes: Buffer) => Buffer.alloc(bytes.length, 7)],
  ])('has its indexes made anew where these are %s', (_, change) => {
    const { context, log } = killed()
    const before = indexNames.map((name) => context.file(name))
    for (const name of indexNames) replace(context, name, change)
    context.reloadAfterKill(log)
    expect(indexNames.map((name) => context.file(name))).toEqual(before)
  })

  test('loses a snapshot that is not what the log says', () => {
    const { context, log } = killed()
    const other = new LogContext()
    const another = other.load()
    append(another, batchOf(6, { producerId: 6, producerEpoch: 0, baseSequence: 0 }))
    another.close({ clean: true })
    replace(context, snapshotName, () => other.file(snapshotName))
    const again = context.reloadAfterKill(log)
    expect(context.fileNames()).not.toContain(snapshotName)
    again.truncateTo(6)
    expect(again.activeProducers()).toMatchObject([{ producerId: 5, lastSequence: 5 }])
  })
})

describe('on a real disk', () => {
  const inDirectory = (use: (directory: string, load: (clean: boolean) => Log) => void) => {
    const directory = mkdtempSync(join(tmpdir(), 'sluice-log-'))
    const disk = systemDisk()
    const load = (clean: boolean) =>
      Log.load({
        disk,
        clock: systemClock(),
        logger: silentLogger,
        files: new FileCache(disk),
        directory,
        topicPartition: { topic: 'events', partition: 0 },
        config: { ...defaultLogConfig, segmentBytes: 20_000 },
        clean,
        recoveryPoint: 0,
        logStartOffset: 0,
      })
    try {
      use(directory, load)
    } finally {
      rmSync(directory, { recursive: true })
    }
  }

  test('appends, rolls, is killed and recovers', () =>
    inDirectory((directory, load) => {
      const log = load(true)
      for (let i = 0; i < 100; i++) append(log, batchOf(10, { value: `${i}` }))
      expect(log.segmentCount).toBeGreaterThan(1)
      const expected = readAll(log)
      log.close({ clean: false })
      const recovered = load(false)
      expect(readAll(recovered)).toEqual(expected)
      const name = `${recovered.firstSegmentBaseOffset.toString().padStart(20, '0')}.log`
      recovered.close({ clean: true })
      // Cut inside the first segment, and break the one after it: all of that goes.
      const bytes = readFileSync(join(directory, name))
      truncateSync(join(directory, name), RecordBatch.sizeInBytes(bytes, 0) + 30)
      writeFileSync(join(directory, '00000000000000000999.index'), 'x')
      const cut = load(false)
      expect(readAll(cut)).toEqual(expected.slice(0, 1))
      cut.close({ clean: true })
    }))
})

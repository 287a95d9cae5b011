import { Deferred } from '@sluice/effects'
import { describe, expect, test } from 'vitest'
import { FileCache } from './file-cache.ts'
import { LogContext, append, batchOf, readAll, stage, valuesOf } from './testing/log-context.ts'

describe('a failing disk', () => {
  test('drops the stage; the next commit goes on as if nothing had been', () => {
    const context = new LogContext()
    const log = context.load()
    append(log, batchOf(1, { value: 'before', producerId: 3, producerEpoch: 0, baseSequence: 0 }))
    const size = context.file('00000000000000000000.log').length
    context.disk.failNext('write', 'ENOSPC')
    expect(stage(log, batchOf(1, { producerId: 3, producerEpoch: 0, baseSequence: 1 })).kind).toBe('staged')
    expect(() => log.commit()).toThrow(/ENOSPC/)
    expect(log.logEndOffset).toBe(1)
    expect(context.file('00000000000000000000.log').length).toBe(size)
    const again = batchOf(1, { producerId: 3, producerEpoch: 0, baseSequence: 1, value: 'again' })
    expect(append(log, again)).toMatchObject({ kind: 'staged', baseOffset: 1 })
    expect(valuesOf(readAll(log))).toEqual(['before-0', 'again-0'])
  })

  test('in the middle of a commit that rolls takes back the part that was written', () => {
    const size = batchOf(1).length
    // Fail at the n-th operation that could, for every n, until the commit gets through.
    for (let failAt = 1; ; failAt++) {
      const context = new LogContext({ segmentBytes: size * 2, indexIntervalBytes: 0 })
      const log = context.load()
      append(log, batchOf(1, { value: 'kept', producerId: 1, producerEpoch: 0, baseSequence: 0 }), 1)
      for (let i = 0; i < 5; i++)
        stage(log, batchOf(1, { producerId: 1, producerEpoch: 0, baseSequence: 1 + i }), 2)
      let operations = 0
      context.disk.beforeOperation = (operation) => {
        if (['write', 'open', 'writeFileAtomic'].includes(operation) && ++operations === failAt)
          throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
      }
      let failed = false
      try {
        log.commit()
      } catch {
        failed = true
      }
      context.disk.beforeOperation = () => {}
      if (!failed && operations < failAt) break
      if (failed) {
        expect([failAt, log.logEndOffset]).toEqual([failAt, 1])
        expect(valuesOf(readAll(log))).toEqual(['kept-0'])
        expect(log.activeProducers()).toMatchObject([{ lastSequence: 0 }])
      }
      const from = log.logEndOffset
      for (let i = from; i < 9; i++)
        append(log, batchOf(1, { value: `${i}`, producerId: 1, producerEpoch: 0, baseSequence: i }), 2)
      expect(readAll(log)).toHaveLength(9)
      const reloaded = context.reloadAfterKill(log)
      expect(reloaded.logEndOffset).toBe(9)
      expect(readAll(reloaded)).toEqual(readAll(log))
    }
  })

  test('that refuses everything from the middle of a commit on shows nothing of it', () => {
    const size = batchOf(1).length
    for (let failAt = 1; ; failAt++) {
      const context = new LogContext({ segmentBytes: size * 2, indexIntervalBytes: 0 })
      const log = context.load()
      append(log, batchOf(1, { value: 'kept' }))
      for (let i = 0; i < 5; i++) stage(log, batchOf(1))
      let operations = 0
      context.disk.beforeOperation = () => {
        if (++operations >= failAt) throw Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'write' })
      }
      let failed = false
      try {
        log.commit()
      } catch {
        failed = true
      }
      context.disk.beforeOperation = () => {}
      if (!failed) break
      expect([failAt, log.logEndOffset]).toEqual([failAt, 1])
      expect(append(log, batchOf(1, { value: 'next' }))).toMatchObject({ baseOffset: 1 })
      expect(valuesOf(readAll(log))).toEqual(['kept-0', 'next-0'])
    }
  })

  test('that refuses even to be cut is put right by the next append', () => {
    const context = new LogContext()
    const log = context.load()
    append(log, batchOf(1))
    context.disk.failNext('write', 'EIO')
    context.disk.failNext('truncate', 'EIO')
    const file = context.disk.openSync('/data/events-0/00000000000000000000.log', 'write')
    stage(log, batchOf(3))
    // A part of the batch has reached the disk.
    const size = context.file('00000000000000000000.log').length
    expect(() => log.commit()).toThrow(/EIO/)
    file.writeSync(Buffer.alloc(40, 7), size)
    expect(append(log, batchOf(1))).toMatchObject({ baseOffset: 1 })
    expect(context.file('00000000000000000000.log').length).toBe(size * 2)
  })

  test('that cannot take index entries does not stop appends', () => {
    const context = new LogContext({ indexIntervalBytes: 0 })
    const log = context.load()
    context.disk.beforeOperation = (operation, path) => {
      if (operation === 'write' && path.endsWith('index'))
        throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
    }
    for (let i = 0; i < 300; i++) append(log, batchOf(1))
    expect(log.logEndOffset).toBe(300)
    expect(() => log.close({ clean: true })).toThrow(/ENOSPC/)
    context.disk.beforeOperation = () => {}
    const reloaded = context.load({ clean: false })
    expect(readAll(reloaded)).toHaveLength(300)
  })
})

test('a clean stop does not rely on a flush that is still under way', async () => {
  const context = new LogContext()
  const log = context.load()
  append(log, batchOf(3, { value: 'kept' }))
  const under = new Deferred<void>()
  context.disk.duringSync = () => under.promise
  const flushed = log.flush()
  log.close({ clean: true })
  context.disk.loseUnsynced()
  context.files = new FileCache(context.disk)
  expect(context.load({ clean: true, recoveryPoint: 3 }).logEndOffset).toBe(3)
  under.resolve()
  await flushed
})

/** A log of several segments and epochs and idempotent producers, with index entries for each batch. */
function manySegments() {
  const context = new LogContext({ segmentBytes: batchOf(1).length * 3, indexIntervalBytes: 0 })
  const log = context.load()
  for (let i = 0; i < 12; i++) {
    const producer = { producerId: i % 3, producerEpoch: 0, baseSequence: Math.floor(i / 3) }
    append(log, batchOf(1, { value: `${i}`, ...producer }), Math.floor(i / 2))
  }
  return { context, log }
}

type Context = ReturnType<typeof manySegments>['context']
type Log = ReturnType<typeof manySegments>['log']

/** All that anybody can see of a log, in memory and on its disk. */
function seen({ context, log }: { context: Context; log: Log }) {
  const { logStartOffset, logEndOffset, highWatermark, lastStableOffset, sizeInBytes, segmentCount } = log
  const inMemory = {
    ...{ logStartOffset, logEndOffset, highWatermark, lastStableOffset, sizeInBytes, segmentCount },
    records: readAll(log),
    epochs: log.leaderEpochs.entries,
    producers: log.activeProducers(),
    latest: log.maxTimestampOffset(),
  }
  log.close({ clean: true })
  return { inMemory, files: context.fileNames().map((name) => [name, context.file(name).toString('hex')]) }
}

const cuts: [name: string, cut: (log: Log) => void][] = [
  ['inside a segment', (log) => log.truncateTo(10)],
  ['over several segments', (log) => log.truncateTo(4)],
  ['at the base of a segment', (log) => log.truncateTo(3)],
  ['of everything', (log) => log.truncateTo(0)],
  ['to begin behind the end', (log) => log.truncateFullyAndStartAt(24)],
  ['to begin inside', (log) => log.truncateFullyAndStartAt(5)],
  ['to begin where it began', (log) => log.truncateFullyAndStartAt(0)],
]
const goesOn: [what: string, goOn: (log: Log, cut: (log: Log) => void) => void][] = [
  ['appends', () => {}],
  ['is cut again', (log, cut) => cut(log)],
  [
    'is read',
    (log) => expect(readAll(log).filter(({ baseOffset }) => baseOffset >= log.logEndOffset)).toEqual([]),
  ],
]

describe.each(cuts)('a cut %s that the disk refuses', (_name, cut) => {
  const next = (log: Log) => {
    const at = log.logEndOffset
    for (let i = 0; i < 8; i++)
      append(
        log,
        batchOf(1, { value: `next-${at + i}`, producerId: 9 + i, producerEpoch: 0, baseSequence: 0 }),
        7,
      )
  }
  const whole = manySegments()
  cut(whole.log)
  const { logStartOffset, logEndOffset } = whole.log
  next(whole.log)
  const expected = seen(whole)

  test.each(goesOn)('leaves nothing of it once the disk serves: the log %s', (_what, goOn) => {
    for (const lasting of [false, true]) {
      for (let failAt = 1; ; failAt++) {
        const { context, log } = manySegments()
        let operations = 0
        context.disk.beforeOperation = (operation, path) => {
          operations++
          if (lasting ? operations >= failAt : operations === failAt)
            throw Object.assign(new Error(`EIO: ${operation} ${path}`), { code: 'EIO', syscall: operation })
        }
        let failed = false
        try {
          cut(log)
        } catch {
          failed = true
        }
        // What was cut is gone for everybody, whatever has become of the files.
        expect([failAt, log.logStartOffset, log.logEndOffset]).toEqual([failAt, logStartOffset, logEndOffset])
        context.disk.beforeOperation = () => {}
        if (!failed) {
          expect(operations).toBeLessThan(failAt)
          break
        }
        goOn(log, cut)
        next(log)
        expect([failAt, seen({ context, log })]).toEqual([failAt, expected])
      }
    }
  })
})

test('a disk that refuses to finish a cut takes no batch into the stage', () => {
  const { context, log } = manySegments()
  context.disk.beforeOperation = (operation) => {
    throw Object.assign(new Error('EIO'), { code: 'EIO', syscall: operation })
  }
  expect(() => log.truncateTo(4)).toThrow(/EIO/)
  // The producer's batch of this sequence is among those that are gone.
  const again = batchOf(1, { value: 'again', producerId: 1, producerEpoch: 0, baseSequence: 2 })
  expect(() => stage(log, again)).toThrow(/EIO/)
  expect(() => log.close({ clean: true })).toThrow(/EIO/)
})

import { describe, expect, test } from 'vitest'
import type { Loss } from './losses.ts'
import type { Log, LogOptions } from './log.ts'
import { directory, events, Node, otherId, topicId } from './testing/log-manager-node.ts'
import { append, batchOf, LogContext, readAll, valuesOf } from './testing/log-context.ts'

const filesOfLog = [
  '00000000000000000000.index',
  '00000000000000000000.log',
  '00000000000000000000.timeindex',
]

describe('a log that nothing was written to', () => {
  test('has its directory and its files with its first records', () => {
    const context = new LogContext()
    const log = context.load({ topicId, isNew: true })
    log.leaderEpochs.assign(3, 0)
    expect(context.disk.existsSync(context.directory)).toBe(false)
    expect([log.topicId, log.isUnwritten, log.logEndOffset, log.sizeInBytes]).toEqual([topicId, true, 0, 0])
    append(log, batchOf(2), 3)
    expect(context.fileNames()).toEqual([...filesOfLog, 'partition.metadata'])
    expect(log.isUnwritten).toBe(false)
    log.flushSync()
    expect(context.fileNames()).toContain('leader-epoch-checkpoint')
    const again = context.reloadAfterKill(log)
    expect([again.topicId, again.logEndOffset]).toEqual([topicId, 2])
    expect(again.leaderEpochs.entries).toEqual([{ epoch: 3, startOffset: 0 }])
  })

  test.each<[string, (log: Log) => void | Promise<void>]>([
    ['at once', (log) => log.flushSync()],
    ['off the event loop', (log) => log.flush()],
  ])('has its directory by name on the disk when they are flushed %s', async (_, flush) => {
    const context = new LogContext()
    const log = context.load({ topicId, isNew: true })
    const above = context.directory.slice(0, context.directory.lastIndexOf('/'))
    let refuses = false
    const synced: string[] = []
    context.disk.beforeOperation = (name, path) => {
      if (name !== 'syncDirectory') return
      if (refuses && path === above) throw Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'fsync' })
      synced.push(path)
    }
    append(log, batchOf(1))
    refuses = true
    await expect((async () => flush(log))()).rejects.toThrow('EIO')
    expect(log.recoveryPoint).toBe(0)
    refuses = false
    await flush(log)
    expect([log.recoveryPoint, synced.filter((path) => path === above)]).toEqual([1, [above]])
    append(log, batchOf(1))
    await flush(log)
    expect(synced.filter((path) => path === above)).toHaveLength(1)
  })

  test.each<[string, (context: LogContext, log: Log, options: Partial<LogOptions>) => Log]>([
    ['a kill', (context, log, options) => context.reloadAfterKill(log, options)],
    ['a clean stop', (context, log, options) => context.reloadAfterStop(log, options)],
    [
      'a power cut',
      (context, log, options) => {
        context.disk.loseUnsynced()
        return context.reloadAfterKill(log, options)
      },
    ],
  ])('is the same after %s, and nothing is told as lost', (_, again) => {
    const context = new LogContext()
    const losses: Loss[] = []
    const log = again(context, context.load({ topicId }), {
      topicId,
      onLoss: (loss) => void losses.push(loss),
    })
    expect(losses).toEqual([])
    expect([log.isUnwritten, log.logStartOffset, log.logEndOffset]).toEqual([true, 0, 0])
    append(log, batchOf(1, { value: 'first' }))
    expect(valuesOf(readAll(context.reloadAfterKill(log)))).toEqual(['first-0'])
  })

  test('is told of its topic by a clean stop, so that Apache Kafka does not put it aside', () => {
    const context = new LogContext()
    const log = context.reloadAfterStop(context.load({ topicId }))
    expect(context.fileNames()).toEqual(['partition.metadata'])
    expect(log.topicId).toBe(topicId)
  })

  test.each([true, false])(
    'takes its first records as if nothing had been when the disk has refused any step of it (new: %s)',
    (isNew) => {
      for (let failAt = 1; ; failAt++) {
        const context = new LogContext()
        const log = context.load({ topicId, isNew })
        let operations = 0
        context.disk.beforeOperation = () => {
          if (++operations === failAt)
            throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'open' })
        }
        let failed = false
        try {
          append(log, batchOf(1, { value: 'refused' }))
        } catch {
          failed = true
        }
        context.disk.beforeOperation = () => {}
        if (!failed && operations < failAt) break
        if (failed) {
          expect([failAt, log.logEndOffset]).toEqual([failAt, 0])
          append(log, batchOf(1, { value: 'taken' }))
        }
        const values = [failed ? 'taken-0' : 'refused-0']
        expect(valuesOf(readAll(log))).toEqual(values)
        const again = context.reloadAfterKill(log)
        expect([again.topicId, valuesOf(readAll(again))]).toEqual([topicId, values])
      }
    },
  )

  test('can begin anew behind a leader that has removed its records', () => {
    const context = new LogContext()
    const log = context.load({ topicId, isNew: true })
    log.truncateFullyAndStartAt(7)
    const again = context.reloadAfterKill(log)
    expect([again.topicId, again.logStartOffset, again.logEndOffset]).toEqual([topicId, 7, 7])
  })

  test('takes records of a leader that begin behind offset 0', () => {
    const context = new LogContext()
    const log = context.load()
    expect(log.appendAsFollower(batchOf(1, { baseOffset: 4, value: 'later' })).kind).toBe('appended')
    expect(valuesOf(readAll(context.reloadAfterKill(log)))).toEqual(['later-0'])
  })

  test('can be flushed, looked through, rolled and cleared of what is old', async () => {
    const context = new LogContext({ retentionMs: 0 })
    const log = context.load({ isNew: true })
    log.flushSync()
    await log.flush()
    log.roll()
    log.truncateTo(0)
    expect(log.applyRetention(context.clock.now() + 1)).toBe(0)
    expect(log.read(0, 1_000, 0, true)).toBeNull()
    expect([await log.offsetForTimestamp(0), await log.maxTimestampOffset()]).toEqual([null, null])
    expect(log.abortedTransactions(0, 1)).toEqual([])
    expect(context.disk.existsSync(context.directory)).toBe(false)
  })
})

describe('of which topic a log is', () => {
  test.each(['off the event loop', 'at once', 'after a kill'])(
    'outlives a power cut once it was flushed (%s)',
    async (how) => {
      const context = new LogContext()
      const first = context.load({ topicId, isNew: true })
      append(first, batchOf(2))
      const log = how === 'after a kill' ? context.reloadAfterKill(first) : first
      if (how === 'at once') log.flushSync()
      else await log.flush()
      context.disk.loseUnsynced()
      const again = context.reloadAfterKill(log)
      expect([again.topicId, again.logEndOffset]).toEqual([topicId, 2])
    },
  )

  test('is its name, where a power cut has taken it before: it is put aside where no topic has that', async () => {
    const node = new Node()
    const manager = await node.open()
    append(manager.getOrCreate(events, topicId), batchOf(1))
    manager.stop({ clean: false })
    node.disk.writeFileAtomicSync(`${directory}/events-0/partition.metadata`, '')
    const again = await node.open()
    expect(again.get(events)).toMatchObject({ topicId: null, logEndOffset: 1 })
    expect(again.removeStrays(() => false)).toBe(1)
    expect(again.getOrCreate(events, otherId).logEndOffset).toBe(0)
    again.stop({ clean: true })
  })
})

test('files that are gone are told as a loss where their records were durable', () => {
  const context = new LogContext()
  const losses: Loss[] = []
  context.load({ clean: false, recoveryPoint: 5, onLoss: (loss) => void losses.push(loss) })
  expect(losses).toEqual([{ kind: 'log cut', log: 'events-0', offset: 0, records: 5, bytes: 0 }])
})

describe('a partition that nothing was written to', () => {
  test('is not on the disk, nor named by the checkpoints of a clean stop', async () => {
    const node = new Node()
    const manager = await node.open()
    manager.getOrCreate(events, topicId)
    manager.stop({ clean: true })
    expect(node.names().filter((name) => name.startsWith('events'))).toEqual([])
    expect(node.text('recovery-point-offset-checkpoint')).toBe('0\n0\n')
    const again = await node.open()
    expect([again.get(events), again.isLost(events)]).toEqual([undefined, false])
    again.stop({ clean: true })
  })

  test('leaves nothing behind when it is deleted, or goes to others', async () => {
    const node = new Node()
    const manager = await node.open()
    manager.getOrCreate(events, topicId)
    manager.delete(events)
    manager.getOrCreate(events, topicId)
    expect(manager.getOrCreate(events, otherId).topicId).toBe(otherId)
    expect(manager.removeStrays(() => false)).toBe(1)
    expect(node.names().filter((name) => name.startsWith('events'))).toEqual([])
    manager.stop({ clean: true })
  })
})

describe('a log whose directory is gone', () => {
  test('is missed where it had records', async () => {
    for (const file of ['recovery-point-offset-checkpoint', 'replication-offset-checkpoint']) {
      const node = new Node()
      const manager = await node.open()
      append(manager.getOrCreate(events, topicId), batchOf(1))
      manager.stop({ clean: false })
      node.disk.writeFileAtomicSync(`${directory}/${file}`, '0\n1\nevents 0 1\n')
      node.disk.removeSync(`${directory}/events-0`)
      const again = await node.open()
      expect([file, again.isLost(events)]).toEqual([file, true])
      again.stop({ clean: true })
    }
  })
})

describe('a directory without files, as a crash may leave it', () => {
  const two = async () => {
    const node = new Node()
    const manager = await node.open()
    append(manager.getOrCreate({ topic: 'written', partition: 0 }, topicId), batchOf(1))
    manager.stop({ clean: false })
    node.disk.mkdirSync(`${directory}/events-0`)
    return { node, again: await node.open() }
  }

  test('is put aside as others are where the metadata has no such partition', async () => {
    const { node, again } = await two()
    expect(again.removeStrays(() => false)).toBe(2)
    expect(node.names().filter((name) => /events|written/.test(name))).toEqual([
      expect.stringMatching(/^events-0\.[0-9a-f]{32}-stray$/),
      expect.stringMatching(/^written-0\.[0-9a-f]{32}-stray$/),
    ])
    again.stop({ clean: true })
  })

  test('is that of whichever topic has its name now', async () => {
    const { again } = await two()
    const log = again.getOrCreate(events, otherId)
    append(log, batchOf(1))
    expect([log.topicId, log.logEndOffset]).toEqual([otherId, 1])
    again.stop({ clean: true })
  })
})

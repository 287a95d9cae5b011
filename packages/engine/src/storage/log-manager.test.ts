import { MemoryDisk, MemoryProcesses, type Processes } from '@sluice/effects'
import { describe, expect, test } from 'vitest'
import { DirectoryLockedError } from './directory-lock.ts'
import { asideDirectoryName, topicPartitionOf } from './directory-names.ts'
import { FileCache, CachedFile } from './file-cache.ts'
import { defaultLogConfig } from './testing/default-log-config.ts'
import type { LogManager } from './log-manager.ts'
import { MetaPropertiesError } from './meta-properties.ts'
import { Node, directory, events, otherId, topicId, unaborted } from './testing/log-manager-node.ts'
import { append, batchOf, readAll, stage } from './testing/log-context.ts'

/** How many files are open of those that are opened from now on. */
function countOpenFiles(disk: MemoryDisk): { now: number; max: number } {
  const open = { now: 0, max: 0 }
  const openSync = disk.openSync.bind(disk)
  disk.openSync = (path, mode) => {
    const file = openSync(path, mode)
    open.max = Math.max(open.max, ++open.now)
    const close = file.closeSync.bind(file)
    file.closeSync = () => {
      open.now--
      close()
    }
    return file
  }
  return open
}

describe('a log directory', () => {
  test('begins with the files that Apache Kafka puts there', async () => {
    const node = new Node()
    const manager = await node.open()
    manager.stop({ clean: false })
    expect(node.names()).toEqual([
      '.lock',
      'cleaner-offset-checkpoint',
      'log-start-offset-checkpoint',
      'meta.properties',
      'recovery-point-offset-checkpoint',
    ])
    expect(node.text('recovery-point-offset-checkpoint')).toBe('')
    expect(node.text('meta.properties')).toMatch(
      /^#\n#Tue Nov 14 22:13:20 UTC 2023\nnode.id=1\ndirectory.id=[\w-]{22}\nversion=1\ncluster.id=c2x1aWNlLWdvbGRlbi0wMQ\n$/,
    )
  })

  test('keeps its id, and is refused to another node or cluster', async () => {
    const node = new Node()
    const first = await node.open()
    first.stop({ clean: true })
    const second = await node.open()
    expect(second.directoryId).toBe(first.directoryId)
    second.stop({ clean: true })
    await expect(node.open({ nodeId: 2 })).rejects.toThrow(MetaPropertiesError)
    await expect(node.open({ clusterId: 'another' })).rejects.toThrow(
      /belongs to the cluster c2x1aWNlLWdvbGRlbi0wMQ/,
    )
  })

  test('is free again when it was refused', async () => {
    const node = new Node()
    const processes = new MemoryProcesses()
    const first = await node.open({ processes })
    first.stop({ clean: true })
    const right = node.text('meta.properties')
    const write = (text: string) => node.disk.writeFileAtomicSync(`${directory}/meta.properties`, text)
    write(right.replace('version=1', 'version=7'))
    await expect(node.open({ processes })).rejects.toThrow('has version 7')
    expect(node.text('.lock')).toBe('')
    write(right)
    const second = await node.open({ processes })
    second.stop({ clean: true })
  })

  test('is free again when a bug comes in the way of its stop', async () => {
    const node = new Node()
    const processes = new MemoryProcesses()
    const manager = await node.open({ processes })
    node.disk.beforeOperation = (_, path) => {
      if (path.endsWith('.kafka_cleanshutdown')) throw new Error('a bug')
    }
    expect(() => manager.stop({ clean: true })).toThrow('a bug')
    expect(node.text('.lock')).toBe('')
    node.disk.beforeOperation = () => {}
    const again = await node.open({ processes })
    again.stop({ clean: true })
  })

  test('serves one process at a time; a dead one does not count', async () => {
    const node = new Node()
    const running = new Set([10, 11])
    const processes = (pid: number): Processes => ({
      pid,
      isRunning: (other) => running.has(other),
      startedAt: (other) => `start-${other}`,
      signal: () => {},
    })
    await node.open({ processes: processes(10) })
    await expect(node.open({ processes: processes(11) })).rejects.toThrow(DirectoryLockedError)
    running.delete(10)
    const next = await node.open({ processes: processes(11) })
    next.stop({ clean: true })
    expect(node.names()).not.toContain('.lock')
  })

  test('after a clean stop is marked, checkpointed and not recovered', async () => {
    const node = new Node()
    node.logConfig = { ...defaultLogConfig, segmentBytes: 300 }
    const manager = await node.open()
    const log = manager.getOrCreate(events, topicId)
    for (let i = 0; i < 7; i++) append(log, batchOf(1))
    manager.getOrCreate({ topic: 'other', partition: 12 }, otherId)
    log.deleteRecordsBefore(4)
    manager.stop({ clean: true, brokerEpoch: 13 })
    expect(node.text('.kafka_cleanshutdown')).toBe('{"version":0,"brokerEpoch":13}')
    expect(node.text('recovery-point-offset-checkpoint')).toBe('0\n1\nevents 0 7\n')
    expect(node.text('log-start-offset-checkpoint')).toBe('0\n1\nevents 0 4\n')
    expect(node.text('cleaner-offset-checkpoint')).toBe('0\n0\n')
    expect(node.names()).not.toContain('.lock')

    // Only the end of each segment is looked at.
    const reads: string[] = []
    node.disk.beforeOperation = (operation, path) => {
      if (operation === 'read' && path.endsWith('.log')) reads.push(path)
    }
    const again = await node.open()
    node.disk.beforeOperation = () => {}
    expect(reads).toEqual([6, 0, 3].map((base) => `${directory}/events-0/0000000000000000000${base}.log`))
    expect(node.names()).not.toContain('.kafka_cleanshutdown')
    expect(again.closedInEpoch).toBe(13)
    const reopened = again.get(events)
    expect(reopened).toMatchObject({ topicId, logStartOffset: 4, logEndOffset: 7, recoveryPoint: 7 })
    again.stop({ clean: true })
  })

  test('after a kill is recovered from the checkpoints of before', async () => {
    const node = new Node()
    const manager = await node.open()
    const log = manager.getOrCreate(events, topicId)
    append(log, batchOf(5))
    await log.flush()
    await node.clock.advance(60_000)
    append(log, batchOf(5))
    manager.stop({ clean: false })
    expect(node.text('recovery-point-offset-checkpoint')).toBe('0\n1\nevents 0 5\n')
    expect(node.names()).toContain('.lock')
    const again = await node.open()
    expect(again.get(events)).toMatchObject({ logEndOffset: 10, recoveryPoint: 5 })
    again.stop({ clean: true })
  })

  test.each([
    ['there', 3],
    ['gone', 9],
  ])(
    'that is compacted ends before a hole while the checkpoint of the cleaner is %s, at %i',
    async (is, end) => {
      const node = new Node()
      const cleanupPolicy = { compact: true, delete: false }
      node.logConfig = { ...defaultLogConfig, segmentBytes: 300, cleanupPolicy }
      const manager = await node.open()
      const log = manager.getOrCreate(events, topicId)
      for (let i = 0; i < 9; i++) append(log, batchOf(1))
      manager.stop({ clean: false })
      node.disk.writeFileAtomicSync(`${log.directory}/00000000000000000003.log`, '')
      if (is === 'gone') node.disk.unlinkSync(`${directory}/cleaner-offset-checkpoint`)
      const again = await node.open()
      expect(again.get(events)?.logEndOffset).toBe(end)
      again.stop({ clean: false })
    },
  )

  test('is not believed to be durable where it was cut', async () => {
    const node = new Node()
    const manager = await node.open()
    const log = manager.getOrCreate(events, topicId)
    append(log, batchOf(5))
    append(log, batchOf(5))
    await log.flush()
    await node.clock.advance(60_000)
    expect(node.text('recovery-point-offset-checkpoint')).toBe('0\n1\nevents 0 10\n')
    log.truncateTo(5)
    await node.clock.advance(0)
    expect(node.text('recovery-point-offset-checkpoint')).toBe('0\n1\nevents 0 5\n')
    manager.stop({ clean: false })
  })

  test('with checkpoints that cannot be read recovers from the beginning', async () => {
    const node = new Node()
    const manager = await node.open()
    append(manager.getOrCreate(events, topicId), batchOf(5))
    manager.stop({ clean: false })
    for (const name of node.names().filter((one) => one.endsWith('checkpoint')))
      node.disk.writeFileAtomicSync(`${directory}/${name}`, '0\n7\nnonsense')
    const again = await node.open()
    expect(again.get(events)?.logEndOffset).toBe(5)
    again.stop({ clean: true })
  })

  test('that cannot be written at the stop is not marked clean', async () => {
    const node = new Node()
    const manager = await node.open()
    append(
      manager.getOrCreate(events, topicId),
      batchOf(5, { producerId: 1, producerEpoch: 0, baseSequence: 0 }),
    )
    node.disk.failNext('write', 'ENOSPC', 100)
    manager.stop({ clean: true })
    node.disk.beforeOperation = () => {}
    expect(node.names()).not.toContain('.kafka_cleanshutdown')
    const again = await node.open()
    expect(again.get(events)?.logEndOffset).toBe(5)
    again.stop({ clean: true })
  })
})

describe('a log of many megabytes', () => {
  /** Killed with 8 MB to check, and from now on 5 ms a read. */
  async function killed(): Promise<Node> {
    const node = new Node()
    const manager = await node.open()
    const log = manager.getOrCreate(events, topicId)
    for (let i = 0; i < 32; i++) append(log, batchOf(1, { value: 'x'.repeat(256 * 1024) }))
    manager.stop({ clean: false })
    node.disk.beforeOperation = (operation) => {
      if (operation === 'read') node.clock.jump(5)
    }
    return node
  }

  test('leaves the event loop to others between the parts of its recovery', async () => {
    const node = await killed()
    const manager = node.manager()
    const loaded = manager.load(unaborted)
    let turns = 0
    while (turns < 10) {
      await new Promise<void>((turned) => node.clock.defer(turned))
      turns++
      expect(manager.get(events)).toBeUndefined()
    }
    await loaded
    expect(manager.get(events)?.logEndOffset).toBe(32)
    manager.stop({ clean: true })
  })

  test('lets go of its files and of the directory when the broker stops in between', async () => {
    const node = await killed()
    const manager = node.manager()
    const open = countOpenFiles(node.disk)
    const loaded = manager.load(unaborted)
    expect(open.now).toBe(1)
    manager.stop({ clean: true })
    await expect(loaded).rejects.toThrow('the logs are stopped while they are loaded')
    expect(open.now).toBe(0)
    expect(node.text('.lock')).toBe('')
    expect(node.names()).not.toContain('.kafka_cleanshutdown')
    expect(node.clock.pending).toBe(0)
    const again = await node.open()
    expect(again.get(events)?.logEndOffset).toBe(32)
    again.stop({ clean: true })
  })
})

describe('topics that go', () => {
  test('leave a directory that is removed after file.delete.delay.ms, also over a restart', async () => {
    const node = new Node()
    const manager = await node.open()
    append(manager.getOrCreate(events, topicId), batchOf(1))
    manager.delete(events)
    expect(manager.get(events)).toBeUndefined()
    const aside = node.names().find((name) => name.startsWith('events'))
    expect(aside).toMatch(/^events-0\.[0-9a-f]{32}-delete$/)
    // The name is free at once.
    expect(manager.getOrCreate(events, otherId)).toMatchObject({ logEndOffset: 0, topicId: otherId })
    await node.clock.advance(59_999)
    expect(node.names()).toContain(aside)
    await node.clock.advance(1)
    expect(node.names()).not.toContain(aside)
    append(manager.getOrCreate(events, otherId), batchOf(1))
    manager.delete(events)
    manager.stop({ clean: true })
    const again = await node.open()
    expect(again.get(events)).toBeUndefined()
    expect(node.names().some((name) => name.endsWith('-delete'))).toBe(true)
    await node.clock.advance(60_000)
    expect(node.names().some((name) => name.endsWith('-delete'))).toBe(false)
    again.stop({ clean: true })
  })

  test('take their checkpointed offsets with them', async () => {
    const node = new Node()
    const manager = await node.open()
    for (const partition of [0, 1])
      append(manager.getOrCreate({ topic: 'events', partition }, topicId), batchOf(9))
    manager.get(events)?.deleteRecordsBefore(5)
    manager.get(events)?.store.noteCleaned(5)
    await node.clock.advance(60_000)
    for (const name of ['log-start-offset', 'cleaner-offset'])
      expect(node.text(`${name}-checkpoint`)).toBe('0\n1\nevents 0 5\n')
    for (const partition of [0, 1]) manager.delete({ topic: 'events', partition })
    await node.clock.advance(0)
    for (const name of ['log-start-offset', 'cleaner-offset', 'recovery-point-offset'])
      expect(node.text(`${name}-checkpoint`)).toBe('0\n0\n')
    append(manager.getOrCreate(events, otherId), batchOf(2))
    manager.stop({ clean: false })
    const again = await node.open()
    expect(again.get(events)).toMatchObject({ logStartOffset: 0, logEndOffset: 2 })
    again.stop({ clean: true })
  })

  test.each<[string, (manager: LogManager) => void, (disk: MemoryDisk) => void]>([
    ['its topic was made anew', () => {}, () => {}],
    ['it was moved to others', (manager) => void manager.removeStrays(() => false), () => {}],
    ['its directory was removed', () => {}, (disk) => disk.removeSync(`${directory}/events-0`)],
  ])('so does a log of which a start finds that %s', async (_, found, happened) => {
    const node = new Node()
    const before = await node.open()
    append(before.getOrCreate(events, topicId), batchOf(9))
    before.get(events)?.deleteRecordsBefore(5)
    before.stop({ clean: true })
    happened(node.disk)
    const manager = await node.open()
    found(manager)
    append(manager.getOrCreate(events, otherId), batchOf(2))
    await node.clock.advance(0)
    manager.stop({ clean: false })
    const again = await node.open()
    const log = again.get(events)
    expect([log?.logStartOffset, log?.logEndOffset]).toEqual([0, 2])
    again.stop({ clean: true })
  })

  test('while the broker was away are put aside', async () => {
    const node = new Node()
    const manager = await node.open()
    append(manager.getOrCreate(events, topicId), batchOf(1))
    append(manager.getOrCreate({ topic: 'kept', partition: 3 }, otherId), batchOf(1))
    expect(manager.removeStrays(({ topicId: id }) => id === otherId)).toBe(1)
    expect(node.names().filter((name) => /stray|kept/.test(name))).toEqual([
      expect.stringMatching(/^events-0\.[0-9a-f]{32}-stray$/),
      'kept-3',
    ])
    manager.stop({ clean: true })
    const again = await node.open()
    expect([...again.all()]).toHaveLength(1)
    // Made anew under the same name with another id.
    const log = again.getOrCreate({ topic: 'kept', partition: 3 }, topicId)
    expect(log.topicId).toBe(topicId)
    again.stop({ clean: true })
  })

  test('have names that fit: long ones are cut', () => {
    const topic = 'x'.repeat(249)
    const name = asideDirectoryName({ topic, partition: 100 }, 'a'.repeat(32), '-delete')
    expect(name).toHaveLength(255)
    expect(name.endsWith(`-100.${'a'.repeat(32)}-delete`)).toBe(true)
    expect(topicPartitionOf(name)).toBeNull()
    expect(topicPartitionOf('a-b-c-12')).toEqual({ topic: 'a-b-c', partition: 12 })
    expect(topicPartitionOf('lost+found')).toBeNull()
  })
})

describe('from time to time', () => {
  test('retention runs', async () => {
    const node = new Node()
    node.logConfig = { ...defaultLogConfig, retentionMs: 1000, segmentBytes: 300 }
    const manager = await node.open()
    const log = manager.getOrCreate(events, topicId)
    for (let i = 0; i < 9; i++) {
      stage(log, batchOf(1))
      log.commit()
    }
    log.advanceHighWatermark(4)
    await node.clock.advance(30_000)
    expect(log.logStartOffset).toBe(3)
    log.advanceHighWatermark(9)
    await node.clock.advance(300_000)
    expect(log.logStartOffset).toBe(9)
    manager.stop({ clean: true })
  })

  test('what is older than flush.ms is flushed, where log.flush.scheduler.interval.ms says when', async () => {
    const node = new Node()
    node.logConfig = { ...defaultLogConfig, flushMs: 3000 }
    const manager = await node.open({}, { 'log.flush.scheduler.interval.ms': 1000 })
    const log = manager.getOrCreate(events, topicId)
    append(log, batchOf(1))
    await node.clock.advance(2000)
    expect(log.recoveryPoint).toBe(0)
    await node.clock.advance(1000)
    expect(log.recoveryPoint).toBe(1)
    manager.stop({ clean: true })
  })

  test('silent producers are forgotten', async () => {
    const node = new Node()
    const manager = await node.open({}, { 'producer.id.expiration.ms': 700_000 })
    const log = manager.getOrCreate(events, topicId)
    append(log, batchOf(1, { producerId: 4, producerEpoch: 0, baseSequence: 0 }))
    await node.clock.advance(600_000)
    expect(log.activeProducers()).toHaveLength(1)
    await node.clock.advance(600_000)
    expect(log.activeProducers()).toEqual([])
    manager.stop({ clean: true })
  })

  test('a stopped manager leaves no timer', async () => {
    const node = new Node()
    const manager = await node.open()
    manager.stop({ clean: true })
    expect(node.clock.pending).toBe(0)
  })
})

describe('open files', () => {
  test('are bounded; logs whose files were closed go on', async () => {
    const node = new Node()
    const manager = await node.open()
    const logs = Array.from({ length: 700 }, (_, partition) =>
      manager.getOrCreate({ topic: 'many', partition }, topicId),
    )
    const open = countOpenFiles(node.disk)
    for (let round = 0; round < 3; round++) for (const log of logs) append(log, batchOf(1))
    expect(open.max).toBeLessThanOrEqual(502)
    for (const log of logs) expect(readAll(log)).toHaveLength(3)
    manager.stop({ clean: true })
    expect(open.now).toBe(0)
  })

  test('are closed when nobody has used them for a while', async () => {
    const node = new Node()
    const manager = await node.open()
    const log = manager.getOrCreate(events, topicId)
    append(log, batchOf(1))
    const closed: string[] = []
    const file = log.read(0, 100, 1, true)
    if (!file) throw new Error('nothing read')
    const close = file.file.closeSync.bind(file.file)
    file.file.closeSync = () => {
      closed.push(file.file.path)
      close()
    }
    await node.clock.advance(180_000)
    // A reader still holds it.
    expect(closed).toEqual([])
    file.release()
    await node.clock.advance(180_000)
    expect(closed).toHaveLength(1)
    expect(append(log, batchOf(1))).toMatchObject({ baseOffset: 1 })
    manager.stop({ clean: true })
  })

  test('are no more than a share of what the process may open', () => {
    const disk = new MemoryDisk()
    disk.mkdirSync('/d')
    disk.openFilesMax = 24
    const cache = new FileCache(disk)
    for (let n = 0; n < 10; n++)
      new CachedFile(cache, { filePath: () => `/d/${n}`, fileEvicted: () => {} }).get()
    expect(cache.openCount).toBe(3)
  })

  test('in use are spared as long as others can go', () => {
    const disk = new MemoryDisk()
    disk.mkdirSync('/d')
    const cache = new FileCache(disk, 3)
    const evicted: number[] = []
    const files = [0, 1, 2, 3].map(
      (n) => new CachedFile(cache, { filePath: () => `/d/${n}`, fileEvicted: () => void evicted.push(n) }),
    )
    files[0]?.pin()
    files[1]?.get()
    files[2]?.get()
    files[3]?.get()
    expect(evicted).toEqual([1])
    files[2]?.get()
    files[1]?.get()
    expect(evicted).toHaveLength(2)
    expect(evicted).not.toContain(0)
    expect(cache.openCount).toBe(3)
    files[0]?.unpin()
    for (const file of files) file.close()
    expect(cache.openCount).toBe(0)
  })
})

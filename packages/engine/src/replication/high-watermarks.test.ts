import { MemoryDisk, TestClock, seededRandom, silentLogger } from '@sluice/effects'
import { describe, expect, it } from 'vitest'
import { defaultLogConfig } from '../storage/testing/default-log-config.ts'
import { LogManager } from '../storage/log-manager.ts'
import { append, batchOf } from '../storage/testing/log-context.ts'
import { HighWatermarks } from './high-watermarks.ts'

const topicId = 'chyLy7VFSqemP2m8TTSy3w'
const events = { topic: 'events', partition: 0 }
const path = '/volume-1/replication-offset-checkpoint'

class Node {
  readonly clock = new TestClock()
  readonly disk = new MemoryDisk(() => this.clock.now())
  readonly logs = new LogManager({
    disk: this.disk,
    clock: this.clock,
    logger: silentLogger,
    random: seededRandom(1),
    directory: '/volume-1',
    nodeId: 1,
    clusterId: 'c2x1aWNlLWdvbGRlbi0wMQ',
    config: { long: () => 2 ** 40, double: () => 2 ** 40, boolean: () => false },
    configFor: () => defaultLogConfig,
  })

  static async start(): Promise<Node> {
    const node = new Node()
    await node.logs.load(new AbortController().signal)
    return node
  }

  highWatermarks(): HighWatermarks {
    const { clock, disk, logs } = this
    const made = new HighWatermarks({ clock, disk, logs, logger: silentLogger, intervalMs: 5000 })
    made.begin()
    return made
  }

  /** A log as a partition has it. */
  log(highWatermarks: HighWatermarks, topicPartition = events) {
    const log = this.logs.getOrCreate(topicPartition, topicId)
    log.advanceHighWatermark(highWatermarks.take(log))
    return log
  }

  get text(): string {
    return this.disk.readFileSync(path).toString()
  }
}

describe('the checkpoint of high watermarks', () => {
  it('is an empty file at first', async () => {
    const node = await Node.start()
    node.highWatermarks().close({ clean: false })
    expect(node.text).toBe('')
  })

  it('is written every replica.high.watermark.checkpoint.interval.ms', async () => {
    const node = await Node.start()
    const log = node.log(node.highWatermarks())
    append(log, batchOf(3))
    await node.clock.advance(4999)
    expect(node.text).toBe('')
    await node.clock.advance(1)
    expect(node.text).toBe('0\n1\nevents 0 3\n')
    append(log, batchOf(3))
    await node.clock.advance(5000)
    expect(node.text).toBe('0\n1\nevents 0 6\n')
  })

  it('is written at a clean stop, and not at another', async () => {
    const node = await Node.start()
    const { pending } = node.clock
    const first = node.highWatermarks()
    append(node.log(first), batchOf(3))
    first.close({ clean: true })
    const second = node.highWatermarks()
    append(node.log(second), batchOf(3))
    second.close({ clean: false })
    expect(node.text).toBe('0\n1\nevents 0 3\n')
    expect(node.clock.pending).toBe(pending)
  })

  it('is what partitions begin with', async () => {
    const node = await Node.start()
    const before = node.highWatermarks()
    append(node.log(before), batchOf(3))
    before.close({ clean: true })
    const after = node.highWatermarks()
    expect(node.log(after).highWatermark).toBe(3)
    expect(node.log(after, { topic: 'events', partition: 1 }).highWatermark).toBe(0)
  })

  it('keeps the line of a log that no partition has taken yet', async () => {
    const node = await Node.start()
    const before = node.highWatermarks()
    append(node.log(before), batchOf(3))
    const other = { topic: 'other', partition: 2 }
    append(node.log(before, other), batchOf(1))
    before.close({ clean: true })
    // As after a start: the logs are there, and nobody has told them anything.
    for (const log of [...node.logs.all()]) log.truncateFullyAndStartAt(0)
    const after = node.highWatermarks()
    append(node.log(after, other), batchOf(2))
    after.close({ clean: true })
    expect(node.text).toBe('0\n2\nevents 0 3\nother 2 2\n')
  })

  it('loses the lines of a deleted topic soon, with one write for all of its partitions', async () => {
    const node = await Node.start()
    const highWatermarks = node.highWatermarks()
    const partitions = [0, 1, 2].map((partition) => ({ topic: 'events', partition }))
    for (const each of partitions) append(node.log(highWatermarks, each), batchOf(3))
    await node.clock.advance(5000)
    let writes = 0
    node.disk.beforeOperation = (operation, at) =>
      void (operation === 'writeFileAtomic' && at === path && writes++)
    for (const each of partitions) {
      node.logs.delete(each)
      highWatermarks.writeSoon()
    }
    await node.clock.advance(0)
    expect(node.text).toBe('0\n0\n')
    expect(writes).toBe(1)
    // A topic made anew begins at 0.
    expect(node.log(highWatermarks).highWatermark).toBe(0)
  })

  it('does not speak of a log any more that was made anew while its broker was away', async () => {
    const node = await Node.start()
    const before = node.highWatermarks()
    append(node.log(before), batchOf(9))
    before.close({ clean: true })
    const after = node.highWatermarks()
    node.logs.removeStrays(() => false)
    expect(node.log(after).highWatermark).toBe(0)
    await node.clock.advance(0)
    expect(node.text).toBe('0\n1\nevents 0 0\n')
  })

  it('that cannot be read counts as empty', async () => {
    const node = await Node.start()
    node.disk.writeFileAtomicSync(path, '0\n7\nnonsense')
    expect(node.log(node.highWatermarks()).highWatermark).toBe(0)
  })

  it('stays as it was where the disk refuses', async () => {
    const node = await Node.start()
    const highWatermarks = node.highWatermarks()
    const log = node.log(highWatermarks)
    append(log, batchOf(3))
    await node.clock.advance(5000)
    append(log, batchOf(3))
    node.disk.failNext('writeFileAtomic', 'ENOSPC', 2, path)
    await node.clock.advance(5000)
    highWatermarks.close({ clean: true })
    expect(node.text).toBe('0\n1\nevents 0 3\n')
  })
})

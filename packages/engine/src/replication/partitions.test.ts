import { MemoryDisk, TestClock, seededRandom, silentLogger } from '@sluice/effects'
import { ErrorCode } from '@sluice/wire'
import { describe, expect, it } from 'vitest'
import { defaultLogConfig } from '../storage/testing/default-log-config.ts'
import { LogManager } from '../storage/log-manager.ts'
import { atOnce } from '../storage/slices.ts'
import type { Partition } from './partition.ts'
import { InlineFeeds } from './inline-feeds.ts'
import { Partitions } from './partitions.ts'
import type { PartitionState, TopicState } from './replica.ts'
import { append, followed, led, me, noFetchers, other, quotasOf } from './testing/partition-context.ts'

const events: TopicState = { name: 'events', id: 'chyLy7VFSqemP2m8TTSy3w', partitions: [led, followed, led] }
const elsewhere: PartitionState = { ...led, leader: other, replicas: [other], isr: [other] }

class Broker {
  readonly clock = new TestClock()
  readonly disk = new MemoryDisk(() => this.clock.now())
  /** Who leads and who resigned, in order. */
  readonly told: string[] = []
  readonly logs = new LogManager({
    disk: this.disk,
    clock: this.clock,
    logger: silentLogger,
    random: seededRandom(1),
    directory: '/volume-1',
    nodeId: me,
    clusterId: 'c2x1aWNlLWdvbGRlbi0wMQ',
    config: { long: () => 2 ** 40, double: () => 2 ** 40, boolean: () => false },
    configFor: () => defaultLogConfig,
  })
  readonly partitions = new Partitions({
    clock: this.clock,
    disk: this.disk,
    logger: silentLogger,
    brokerId: me,
    logs: this.logs,
    config: { long: () => 5_000, topicInt: () => 1 },
    brokers: { isActive: () => true, aliveEpoch: () => 1, aliveRack: () => null },
    alterIsr: ({ index, isr }) => {
      this.told.push(`wants ${isr.map(({ brokerId }) => brokerId).join()} for ${index}`)
    },
    fetchers: noFetchers,
    feeds: new InlineFeeds(),
    quotas: quotasOf(),
    listener: {
      leads: ({ index, leaderEpoch }) => void this.told.push(`leads ${index} at ${leaderEpoch}`),
      resigns: (_, index) => void this.told.push(`resigns ${index}`),
      opensLate: ({ name }) => void this.told.push(`opens ${name} late`),
    },
  })

  static async start(topic = events): Promise<Broker> {
    const broker = new Broker()
    await broker.logs.load(new AbortController().signal)
    broker.partitions.begin()
    broker.partitions.apply(topic)
    return broker
  }

  partition(index: number): Partition {
    const found = this.partitions.get('events', index)
    if (!found) throw new Error(`no partition ${index}`)
    return found
  }

  names(): string[] {
    return this.disk
      .readdirSync('/volume-1')
      .map(({ name }) => name)
      .filter((name) => name.startsWith('events'))
  }
}

describe('the partition that a request names', () => {
  it('is given where this broker leads it, at the epoch that the client believes', async () => {
    const { partitions } = await Broker.start()
    expect(partitions.led('events', 0, -1)).toBe(partitions.get('events', 0))
    expect(partitions.led('events', 2, 3)).toBe(partitions.get('events', 2))
  })

  it('is refused where another broker leads it, or at another epoch', async () => {
    const { partitions } = await Broker.start()
    expect(partitions.led('events', 1, -1)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    expect(partitions.led('events', 0, 2)).toBe(ErrorCode.FENCED_LEADER_EPOCH)
    expect(partitions.led('events', 0, 4)).toBe(ErrorCode.UNKNOWN_LEADER_EPOCH)
  })

  it('is with others where this broker has no replica of it, and unknown where nobody has', async () => {
    const { partitions } = await Broker.start({ ...events, partitions: [led, elsewhere] })
    expect(partitions.led('events', 1, -1)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    for (const index of [-1, 2])
      expect(partitions.led('events', index, -1)).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    expect(partitions.led('nothing', 0, -1)).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
  })

  it('is told of by every replica to who asks for none in particular', async () => {
    const { partitions } = await Broker.start()
    expect(partitions.read('events', 1, -1)).toBe(partitions.get('events', 1))
    expect(partitions.read('events', 1, 2)).toBe(ErrorCode.FENCED_LEADER_EPOCH)
    expect(partitions.read('events', 3, -1)).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
  })

  it('is offline while its disk is not well', async () => {
    const broker = await Broker.start()
    broker
      .partition(0)
      .readFailed(Object.assign(new Error('EIO'), { code: 'EIO', errno: -5, syscall: 'read' }))
    expect(broker.partitions.led('events', 0, -1)).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
    expect(broker.partitions.led('events', 2, -1)).toBe(broker.partition(2))
  })
})

describe('what the metadata log says', () => {
  it('opens the replicas of this broker and says which it leads', async () => {
    const broker = await Broker.start({ ...events, partitions: [led, elsewhere, followed] })
    expect([...broker.logs.all()].map(({ topicPartition }) => topicPartition.partition)).toEqual([0, 2])
    expect(broker.told).toEqual(['leads 0 at 3'])
    expect([...broker.partitions.all()].map(({ index }) => index)).toEqual([0, 2])
  })

  it('tells of changes of the leader and of its epoch, and of nothing else', async () => {
    const broker = await Broker.start({ ...events, partitions: [led] })
    broker.told.length = 0
    const steps = [
      { ...led, partitionEpoch: 1 },
      { ...led, leaderEpoch: 4 },
      { ...followed, leaderEpoch: 5 },
      { ...led, leaderEpoch: 6 },
    ]
    for (const state of steps) broker.partitions.apply({ ...events, partitions: [state] })
    expect(broker.told).toEqual(['leads 0 at 4', 'resigns 0', 'leads 0 at 6'])
  })

  it('takes away a replica that went to another broker', async () => {
    const broker = await Broker.start({ ...events, partitions: [led] })
    append(broker.partition(0))
    broker.partitions.commitStaged()
    broker.partitions.apply({ ...events, partitions: [elsewhere] })
    expect(broker.told).toEqual(['leads 0 at 3', 'resigns 0'])
    expect(broker.partitions.get('events', 0)).toBeUndefined()
    expect(broker.partitions.led('events', 0, -1)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    expect(broker.names()).toEqual([expect.stringMatching(/^events-0\..*-delete$/)])
  })

  it('removes a topic: what waits is answered, and polls find it gone', async () => {
    const broker = await Broker.start()
    const ledPartition = broker.partition(0)
    const found: (Partition | undefined)[] = []
    ledPartition.awaitData(
      { dataArrived: () => void found.push(broker.partitions.get('events', 0)) },
      'committed',
    )
    atOnce(broker.partitions.removeInSteps('events'))
    expect(found).toEqual([undefined])
    expect(broker.partitions.led('events', 0, -1)).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    expect(broker.told.slice(2)).toEqual(['resigns 2', 'resigns 0'])
    atOnce(broker.partitions.removeInSteps('events'))
  })

  it('has the high watermarks of a removed topic forgotten soon', async () => {
    const broker = await Broker.start({ ...events, partitions: [led] })
    append(broker.partition(0))
    broker.partitions.commitStaged()
    await broker.clock.advance(5000)
    const text = () => broker.disk.readFileSync('/volume-1/replication-offset-checkpoint').toString()
    expect(text()).toBe('0\n1\nevents 0 1\n')
    atOnce(broker.partitions.removeInSteps('events'))
    await broker.clock.advance(0)
    expect(text()).toBe('0\n0\n')
  })
})

describe('a disk that refuses a log', () => {
  it('takes that partition offline and is tried again; the others go on', async () => {
    const broker = await Broker.start({ ...events, partitions: [] })
    // A crash has left it: what is in it has to be read.
    broker.disk.mkdirSync('/volume-1/events-0')
    broker.disk.failNext('mkdir', 'EIO')
    broker.partitions.apply(events)
    expect(broker.partitions.led('events', 0, -1)).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
    expect(broker.partitions.led('events', 2, -1)).toBe(broker.partition(2))
    expect(broker.told).toEqual(['leads 2 at 3'])
    await broker.clock.advance(1000)
    expect(broker.partitions.led('events', 0, -1)).toBe(broker.partition(0))
    expect(broker.told).toEqual(['leads 2 at 3', 'leads 0 at 3', 'opens events late'])
  })

  it('is not asked again for a topic that is gone', async () => {
    const broker = await Broker.start({ ...events, partitions: [] })
    // A crash has left it: what is in it has to be read.
    broker.disk.mkdirSync('/volume-1/events-0')
    broker.disk.failNext('mkdir', 'EIO')
    broker.partitions.apply({ ...events, partitions: [led] })
    atOnce(broker.partitions.removeInSteps('events'))
    await broker.clock.advance(1000)
    expect([...broker.logs.all()]).toEqual([])
    expect(broker.partitions.led('events', 0, -1)).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
  })
})

describe('the end of a socket read', () => {
  it('writes what is staged, once a partition', async () => {
    const broker = await Broker.start()
    const appends = [0, 2, 0].map((index) => append(broker.partition(index), { index }))
    let writes = 0
    broker.disk.beforeOperation = (operation) => void (operation === 'write' && writes++)
    broker.partitions.commitStaged()
    expect(writes).toBe(2)
    expect(appends.map(({ outcome }) => outcome?.baseOffset)).toEqual([0, 0, 1])
    broker.partitions.commitStaged()
    expect(writes).toBe(2)
  })
})

describe('a follower in the ISR that is not heard of', () => {
  it('is asked out of it after replica.lag.time.max.ms, and that is said once', async () => {
    const withFollower = { ...led, replicas: [me, other], isr: [me, other] }
    const broker = await Broker.start({ ...events, partitions: [led, withFollower] })
    append(broker.partition(1), { acks: 1 })
    broker.partitions.commitStaged()
    broker.told.length = 0
    await broker.clock.advance(5_000)
    expect(broker.told).toEqual([])
    await broker.clock.advance(20_000)
    expect(broker.told).toEqual(['wants 1 for 1'])
  })
})

describe('a broker that stops', () => {
  it('writes what is staged and leaves no timer', async () => {
    const broker = await Broker.start()
    const last = append(broker.partition(0))
    broker.partitions.close({ clean: true })
    broker.logs.stop({ clean: true })
    expect(last.error).toBe(ErrorCode.NONE)
    expect(broker.clock.pending).toBe(0)
  })

  it('ends every wait', async () => {
    const withFollower = { ...led, replicas: [me, other], isr: [me, other] }
    const broker = await Broker.start({ ...events, partitions: [withFollower] })
    const waiting = append(broker.partition(0))
    broker.partitions.close({ clean: false })
    expect(waiting).toMatchObject({ error: ErrorCode.NOT_LEADER_OR_FOLLOWER, told: 1 })
  })
})

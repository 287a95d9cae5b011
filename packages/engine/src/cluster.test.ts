import {
  Connection,
  createTopic,
  describeTopics,
  fetchPartition,
  fetchRecords,
  KafkaError,
  listOffset,
  OffsetSpec,
  produce,
  produceBatches,
} from '@sluice/client'
import {
  type Clock,
  MemoryDisk,
  MemoryNetwork,
  seededRandom,
  silentLogger,
  systemClock,
  TestClock,
} from '@sluice/effects'
import { buildBatchSync, CodecId, DescribeConfigs, ErrorCode, Fetch, Produce } from '@sluice/wire'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Cluster, startCluster } from './cluster.ts'

/** A cluster, of one broker mostly, on a disk and a network in memory. */
class World {
  readonly disk = new MemoryDisk()
  readonly network = new MemoryNetwork()
  readonly failures: Error[] = []
  #running: Cluster[] = []
  #connections: Connection[] = []

  async start(
    properties: Record<string, string> = {},
    clock: Clock = systemClock(),
    ports = [9092],
  ): Promise<Cluster> {
    const cluster = await startCluster({
      directory: '/data/clusters/one',
      controller: { nodeId: 10_000, host: '127.0.0.1', port: 19_093 },
      brokers: ports.map((port, at) => ({
        nodeId: at + 1,
        rack: 'use1-az1',
        listeners: [{ name: 'CLIENT', protocol: 'PLAINTEXT', host: '127.0.0.1', port }],
      })),
      properties: {
        'default.replication.factor': '1',
        'offsets.topic.replication.factor': '1',
        ...properties,
      },
      effects: {
        clock,
        disk: this.disk,
        network: this.network,
        random: seededRandom(7),
        logger: silentLogger,
      },
      onBrokerFailure: (_, failure) => void this.failures.push(failure),
    })
    this.#running.push(cluster)
    return cluster
  }

  async connect(): Promise<Connection> {
    const connection = await Connection.open({ network: this.network, host: '127.0.0.1', port: 9092 })
    this.#connections.push(connection)
    return connection
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) await connection.close()
    for (const cluster of this.#running) await cluster.stop()
    expect(this.failures).toEqual([])
  }
}

let world: World
afterEach(() => world.close())

const value = (text: string) => ({ key: null, value: Buffer.from(text) })
const texts = (records: { value: Buffer | null }[]) => records.map((record) => record.value?.toString())

describe('a cluster of one broker', () => {
  it('gives back what was produced, after a restart too', async () => {
    world = new World()
    const cluster = await world.start()
    const client = await world.connect()
    await createTopic(client, 'events', { partitions: 2 })
    expect(await produce(client, 'events', 1, [value('a'), value('b')])).toMatchObject({ baseOffset: 0 })
    expect(await produce(client, 'events', 1, [value('c')], { codec: CodecId.gzip })).toMatchObject({
      baseOffset: 2,
    })
    expect(texts(await fetchRecords(client, 'events', 1, 0))).toEqual(['a', 'b', 'c'])
    const { clusterId } = cluster
    await cluster.stop()

    const again = await world.start()
    expect(again.clusterId).toBe(clusterId)
    const later = await world.connect()
    expect(texts(await fetchRecords(later, 'events', 1, 0))).toEqual(['a', 'b', 'c'])
    expect(await listOffset(later, 'events', 1, OffsetSpec.latest)).toMatchObject({ offset: 3 })
    expect(await produce(later, 'events', 1, [value('d')])).toMatchObject({ baseOffset: 3 })
  })

  it('holds a fetch until there is something to read', async () => {
    world = new World()
    await world.start()
    const [reader, writer] = [await world.connect(), await world.connect()]
    await createTopic(writer, 'events', { partitions: 1 })
    let answered = false
    const waiting = fetchPartition(reader, 'events', 0, 0, { maxWaitMs: 30_000 }).finally(() => {
      answered = true
    })
    await describeTopics(writer, ['events'])
    expect(answered).toBe(false)
    await produce(writer, 'events', 0, [value('wake up')])
    expect((await waiting).records?.length).toBeGreaterThan(0)
  })

  it('keeps nothing of the receive buffer: pipelined batches come back as they were sent', async () => {
    world = new World()
    await world.start()
    const client = await world.connect()
    await createTopic(client, 'events', { partitions: 1 })
    const sent = Array.from({ length: 200 }, (_, i) => `record ${i} ${'x'.repeat((i * 37) % 900)}`)
    await Promise.all(sent.map((text) => produce(client, 'events', 0, [value(text)], { acks: 1 })))
    expect(texts(await fetchRecords(client, 'events', 0, 0))).toEqual(sent)
  })

  it('answers each partition for itself: a corrupt batch refuses its own partition only', async () => {
    world = new World()
    await world.start()
    const client = await world.connect()
    await createTopic(client, 'events', { partitions: 1 })
    const corrupt = buildBatchSync({ records: [value('x')] })
    corrupt[corrupt.length - 1] = (corrupt[corrupt.length - 1] ?? 0) ^ 0xff
    expect((await produceBatches(client, 'events', 0, corrupt)).errorCode).toBe(ErrorCode.CORRUPT_MESSAGE)
    expect(await produce(client, 'events', 0, [value('fine')])).toMatchObject({ baseOffset: 0 })
    await expect(produce(client, 'events', 7, [value('no such partition')])).rejects.toThrow(KafkaError)
  })

  it('answers 56 while the disk is full, loses nothing, and goes on when there is room again', async () => {
    world = new World()
    await world.start()
    const client = await world.connect()
    await createTopic(client, 'events', { partitions: 1 })
    await produce(client, 'events', 0, [value('before')])
    let full = true
    world.disk.beforeOperation = (operation, path) => {
      if (full && operation === 'write' && path.includes('events-0'))
        throw Object.assign(new Error('ENOSPC: no space left on device'), {
          code: 'ENOSPC',
          syscall: 'write',
        })
    }
    await expect(produce(client, 'events', 0, [value('lost')])).rejects.toMatchObject({
      code: ErrorCode.KAFKA_STORAGE_ERROR,
    })
    full = false
    await vi.waitFor(() => produce(client, 'events', 0, [value('after')]), { timeout: 5_000, interval: 100 })
    const records = texts(await fetchRecords(client, 'events', 0, 0))
    expect(records).toEqual(['before', 'after'])
  })

  it('never sends half a batch and always the first one, however small the limits are', async () => {
    world = new World()
    await world.start()
    const client = await world.connect()
    await createTopic(client, 'events', { partitions: 1 })
    for (let i = 0; i < 5; i++) await produce(client, 'events', 0, [value('y'.repeat(1000))])
    const one = await fetchPartition(client, 'events', 0, 2, { partitionMaxBytes: 10 })
    const two = await fetchPartition(client, 'events', 0, 2, { partitionMaxBytes: 2_500 })
    expect(one.records?.readInt32BE(4)).toBe(2)
    expect(two.records?.length).toBe(2 * (one.records?.length ?? 0))
  })

  it('says at every version of Produce that a partition has no leader', async () => {
    world = new World()
    const clock = new TestClock()
    // No heartbeat comes in time, so that the controller takes the leadership away.
    const properties = { 'broker.session.timeout.ms': '9000', 'broker.heartbeat.interval.ms': '60000' }
    await world.start(properties, clock)
    const client = await world.connect()
    await createTopic(client, 'events', { partitions: 1 })
    const [topic] = (await describeTopics(client, ['events'])).topics
    const batch = buildBatchSync({ records: [value('late')] })
    await clock.advance(10_000)
    for (let version = Produce.minVersion; version <= Produce.maxVersion; version++) {
      const response = await client.send(Produce, version, {
        acks: -1,
        timeoutMs: 1_000,
        topicData: [
          {
            ...(version >= 13 ? { topicId: topic?.topicId } : { name: 'events' }),
            partitionData: [{ index: 0, records: batch }],
          },
        ],
      })
      const partition = response.responses[0]?.partitionResponses[0]
      expect(partition?.errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER)
      if (version >= 10) expect(partition?.currentLeader).toMatchObject({ leaderId: -1 })
    }
  })

  it('closes the connection on a version that it does not serve', async () => {
    world = new World()
    await world.start()
    const client = await world.connect()
    const frame = Buffer.from('0000000a000103e7000000010000', 'hex')
    await expect(client.sendFrame(frame)).rejects.toThrow()
    const other = await world.connect()
    expect((await describeTopics(other, [])).brokers).toHaveLength(1)
    expect(Fetch.maxVersion).toBeLessThan(999)
  })
})

describe('the controller of a running cluster', () => {
  const controller = { nodeId: 10_000, host: '127.0.0.1', port: 19_093 }

  it('is opened anew under its brokers, which keep their sessions and miss nothing', async () => {
    world = new World()
    const cluster = await world.start()
    const client = await world.connect()
    await createTopic(client, 'before', { partitions: 1 })
    await cluster.stopController()
    expect(cluster.controller).toBeNull()
    await produce(client, 'before', 0, [value('without a controller')])
    const waiting = createTopic(client, 'meanwhile', { partitions: 1 })
    await cluster.startController(controller, { 'num.partitions': '3', 'default.replication.factor': '1' })
    await waiting
    await createTopic(client, 'after', { partitions: -1 })
    await cluster.startController(controller, { 'default.replication.factor': '1' })
    const { topics } = await describeTopics(client, ['before', 'meanwhile', 'after'])
    expect(topics.map(({ errorCode, partitions }) => [errorCode, partitions.length])).toEqual([
      [0, 1],
      [0, 1],
      [0, 3],
    ])
    expect(cluster.controller).toMatchObject({ nodeId: 10_000, state: 'running' })
    expect(texts(await fetchRecords(client, 'before', 0, 0))).toEqual(['without a controller'])
  })

  it('heals from a disk of which nobody knew what is on it', async () => {
    world = new World()
    const cluster = await world.start()
    const client = await world.connect()
    world.disk.failNext('sync', 'EIO')
    await expect(createTopic(client, 'lost', { partitions: 1 })).rejects.toMatchObject({
      code: ErrorCode.KAFKA_STORAGE_ERROR,
    })
    await vi.waitFor(() => expect(cluster.controller?.state).toBe('failed'))
    expect(cluster.controller?.failure).toMatch('EIO')
    expect(cluster.brokers.map(({ state }) => state)).toEqual(['running'])
    await cluster.startController(controller, { 'default.replication.factor': '1' })
    await createTopic(client, 'kept', { partitions: 1 })
  })
})

describe('a broker of a running cluster', () => {
  it('that has died is started anew at once: its dead session keeps nobody waiting', async () => {
    world = new World()
    const cluster = await world.start({ 'broker.session.timeout.ms': '1000000' }, new TestClock())
    const listeners = [{ name: 'CLIENT', protocol: 'PLAINTEXT', host: '127.0.0.1', port: 9092 } as const]
    await cluster.kill(1)
    // The clock stands still, so that waiting for the session would never end.
    await cluster.startBroker({ nodeId: 1, rack: null, listeners }, {})
    expect(cluster.brokers).toMatchObject([{ nodeId: 1, state: 'running' }])
  })

  it('is started anew with other properties', async () => {
    world = new World()
    const cluster = await world.start()
    const listeners = [{ name: 'CLIENT', protocol: 'PLAINTEXT', host: '127.0.0.1', port: 9092 } as const]
    await cluster.stopBroker(1)
    await cluster.startBroker({ nodeId: 1, rack: null, listeners }, { 'num.io.threads': '17' })
    const client = await world.connect()
    const { results } = await client.send(DescribeConfigs, 4, {
      resources: [{ resourceType: 4, resourceName: '1', configurationKeys: ['num.io.threads'] }],
    })
    expect(results[0]?.configs[0]?.value).toBe('17')
  })
})

describe('brokers of one process', () => {
  it('share what it may have open: connections beyond the share of one wait', async () => {
    world = new World()
    world.disk.openFilesMax = 8
    await world.start({}, systemClock(), [9092, 9093])
    const [first, second] = [await world.connect(), await world.connect()]
    for (const client of [first, second])
      expect((await client.request(DescribeConfigs, { resources: [] })).results).toEqual([])
    const waiting = await world.connect()
    let isAnswered = false
    const answer = waiting.request(DescribeConfigs, { resources: [] }).finally(() => {
      isAnswered = true
    })
    await second.request(DescribeConfigs, { resources: [] })
    expect(isAnswered).toBe(false)
    await first.close()
    expect((await answer).results).toEqual([])
  })
})

import {
  commitOffset,
  committedOffset,
  Connection,
  ConnectionClosedError,
  createTopic,
  deleteTopics,
  describeTopics,
  fetchPartition,
  fetchRecords,
  KafkaError,
  listOffset,
  OffsetSpec,
  produce,
  throwOnError,
} from '@sluice/client'
import {
  type Disk,
  lineLogger,
  MemoryDisk,
  MemoryNetwork,
  type Processes,
  seededRandom,
  systemClock,
} from '@sluice/effects'
import { type Cluster, startCluster } from '@sluice/engine'
import { ErrorCode, FindCoordinator } from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Fault, FaultyDisk } from './faulty-disk.ts'

// Disks that are full, broken, read-only or someone else's, below a whole cluster.
//   SLUICE_DISK_SEED=n npx vitest run test/durability/disk-failures.test.ts

const seed = Number(process.env.SLUICE_DISK_SEED ?? Date.now() % 1_000_000)
const controllerDirectory = '/cluster/controller/volume-1'
const brokerDirectory = '/cluster/broker-1/volume-1'

let disk: FaultyDisk
let network: MemoryNetwork
let failures: Error[]
let starts = 0
let lines: string[]
let running: Cluster | null
let connections: Connection[]

beforeEach(() => {
  disk = new FaultyDisk(new MemoryDisk(() => Date.now()))
  network = new MemoryNetwork()
  failures = []
  lines = []
  running = null
  connections = []
})

afterEach(async () => {
  disk.fault = () => null
  await stop()
  expect(failures).toEqual([])
})

async function start(
  options: { disk?: Disk; processes?: Processes; properties?: Record<string, string> } = {},
) {
  const clock = systemClock()
  const cluster = await startCluster({
    directory: '/cluster',
    controller: { nodeId: 10_000, host: '127.0.0.1', port: 0 },
    brokers: [
      {
        nodeId: 1,
        rack: null,
        listeners: [{ name: 'CLIENT', protocol: 'PLAINTEXT', host: '127.0.0.1', port: 9092 }],
      },
    ],
    properties: {
      'default.replication.factor': '1',
      'offsets.topic.replication.factor': '1',
      'offsets.topic.num.partitions': '1',
      ...options.properties,
    },
    effects: {
      clock,
      disk: options.disk ?? disk,
      network,
      // Each start is an incarnation of its own.
      random: seededRandom(seed + ++starts),
      logger: lineLogger(
        (line) => lines.push(line),
        'error',
        () => 0,
      ),
      ...(options.processes && { processes: options.processes }),
    },
    onBrokerFailure: (_, failure) => void failures.push(failure),
  })
  running = cluster
  return cluster
}

async function stop(): Promise<void> {
  for (const connection of connections.splice(0)) await connection.close()
  await running?.stop()
  running = null
}

async function open(): Promise<Connection> {
  const connection = await Connection.open({ network, host: '127.0.0.1', port: 9092 })
  connections.push(connection)
  return connection
}

/** The error code of what is refused; 0 where it is not. */
async function codeOf(attempt: Promise<unknown>): Promise<number> {
  try {
    await attempt
    return 0
  } catch (error) {
    if (error instanceof KafkaError) return error.code
    throw error
  }
}

/** A partition that was taken offline tries its disk again a second later. */
function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  return vi.waitFor(attempt, { timeout: 10_000, interval: 50 })
}

async function valuesOf(connection: Connection, topic: string): Promise<string[]> {
  const { offset: end } = await listOffset(connection, topic, 0, OffsetSpec.latest)
  const values: string[] = []
  for (let offset = 0; offset < end; ) {
    const records = await fetchRecords(connection, topic, 0, offset, { partitionMaxBytes: 8_000_000 })
    values.push(...records.map(({ value }) => String(value).trimEnd()))
    offset = (records.at(-1)?.offset as number) + 1
  }
  return values
}

const failing =
  (code: string, where: (operation: string, path: string) => boolean): Fault =>
  (operation, path) =>
    where(operation, path) ? code : null

/** One of two processes that run. */
const processOf = (pid: number): Processes => ({
  pid,
  isRunning: (other) => [101, 102].includes(other),
  startedAt: (other) => `started ${other}`.replace(' ', '-'),
  signal: () => {},
})

describe('a disk that fails below records', () => {
  it.each(['ENOSPC', 'EIO'])(
    'never costs an acknowledged one nor keeps a refused one: %s',
    async (code) => {
      console.log(`disk seed ${seed}`)
      const random = seededRandom(seed)
      await start()
      const connection = await open()
      const topic = await createTopic(connection, 'events', {
        partitions: 1,
        configs: { 'segment.bytes': '1048576', 'index.interval.bytes': '0', 'flush.messages': '7' },
      })
      const acknowledged: string[] = []
      const codes = new Set<number>()
      // Every operation below the partition fails now and then, those of rolls, snapshots and epochs too.
      const faulty = failing(code, (_, path) => path.includes('events-0') && random.int(6) === 0)
      for (let round = 0; round < 4; round++) {
        for (let batch = 0; batch < 40; batch++) {
          const value = `${round}-${batch}`
          disk.fault = faulty
          const sent = produce(connection, 'events', 0, [{ value: value.padEnd(60_000) }], {
            topicId: topic.topicId,
          })
          const answer = await codeOf(sent)
          disk.fault = () => null
          codes.add(answer)
          if (answer === 0) acknowledged.push(value)
          else break
        }
        const back = `${round}-back`
        await eventually(() => produce(connection, 'events', 0, [{ value: back }]))
        acknowledged.push(back)
      }
      expect([...codes].sort()).toEqual([0, ErrorCode.KAFKA_STORAGE_ERROR])
      expect(await valuesOf(connection, 'events')).toEqual(acknowledged)
      await stop()
      await start()
      expect(await valuesOf(await open(), 'events')).toEqual(acknowledged)
    },
    40_000,
  )

  it('gives no record that cannot be read, and serves it when it can be', async () => {
    await start()
    const connection = await open()
    await createTopic(connection, 'events', { partitions: 1 })
    await createTopic(connection, 'large', { partitions: 1 })
    await produce(connection, 'events', 0, [{ value: 'one' }])
    await produce(connection, 'large', 0, [{ value: 'x'.repeat(500_000) }])
    disk.fault = failing('EIO', (operation, path) => operation === 'read' && path.endsWith('.log'))
    for (const topic of ['events', 'large']) {
      const reader = await open()
      // The bytes are read while the answer goes out: it ends there, as on Apache Kafka.
      await expect(fetchPartition(reader, topic, 0, 0)).rejects.toThrow(ConnectionClosedError)
      // Looked up before there is an answer, so that it can say what is wrong.
      const looked = listOffset(connection, topic, 0, Date.now() - 60_000)
      expect([0, ErrorCode.KAFKA_STORAGE_ERROR]).toContain(await codeOf(looked))
    }
    expect(lines.some((line) => line.includes('records cannot be read'))).toBe(true)
    disk.fault = () => null
    expect(await eventually(() => valuesOf(connection, 'events'))).toEqual(['one'])
    expect((await eventually(() => valuesOf(connection, 'large')))[0]).toHaveLength(500_000)
  })

  it('refuses commits of groups and keeps those that it has taken', async () => {
    await start()
    const connection = await open()
    await createTopic(connection, 'events', { partitions: 1 })
    await eventually(async () => {
      const { coordinators } = await connection.request(FindCoordinator, {
        keyType: 0,
        coordinatorKeys: ['group'],
      })
      throwOnError(coordinators[0]?.errorCode as number)
    })
    await eventually(() => commitOffset(connection, 'group', 'events', 0, 1))
    disk.fault = failing(
      'ENOSPC',
      (operation, path) => ['read', 'write'].includes(operation) && path.includes('__consumer_offsets'),
    )
    expect(await codeOf(commitOffset(connection, 'group', 'events', 0, 2))).not.toBe(0)
    // Its state is thrown away with the write, and cannot be read back yet.
    await eventually(async () =>
      expect(lines.some((line) => line.includes('coordinator partition cannot be loaded'))).toBe(true),
    )
    disk.fault = () => null
    const committed = await eventually(() => committedOffset(connection, 'group', 'events', 0))
    expect(committed.offset).toBe(1)
    await eventually(() => commitOffset(connection, 'group', 'events', 0, 3))
    await stop()
    await start()
    const after = await open()
    expect((await eventually(() => committedOffset(after, 'group', 'events', 0))).offset).toBe(3)
  })
})

describe('a disk that fails below the metadata', () => {
  it('refuses a topic in full, and takes it when there is room', async () => {
    await start()
    const connection = await open()
    await createTopic(connection, 'before', { partitions: 1 })
    disk.fault = failing(
      'ENOSPC',
      (operation, path) => operation === 'write' && path.includes('__cluster_metadata'),
    )
    expect(await codeOf(createTopic(connection, 'events', { partitions: 2 }))).toBe(
      ErrorCode.KAFKA_STORAGE_ERROR,
    )
    disk.fault = () => null
    expect((await describeTopics(connection)).topics.map(({ name }) => name)).toEqual(['before'])
    expect(disk.existsSync(`${brokerDirectory}/events-0`)).toBe(false)
    await createTopic(connection, 'events', { partitions: 2 })
    await stop()
    await start()
    const { topics } = await describeTopics(await open())
    expect(topics.map(({ name }) => name).sort()).toEqual(['before', 'events'])
  })

  it('leaves a partition whose directory cannot be made offline, and the broker at work', async () => {
    await start()
    const connection = await open()
    await createTopic(connection, 'before', { partitions: 1 })
    disk.fault = failing('ENOSPC', (_, path) => path.includes('events-0'))
    await createTopic(connection, 'events', { partitions: 2 })
    expect(await codeOf(produce(connection, 'events', 0, [{ value: 'lost' }]))).toBe(
      ErrorCode.KAFKA_STORAGE_ERROR,
    )
    await produce(connection, 'events', 1, [{ value: 'one' }])
    await produce(connection, 'before', 0, [{ value: 'one' }])
    disk.fault = () => null
    await eventually(() => produce(connection, 'events', 0, [{ value: 'one' }]))
    expect(await valuesOf(connection, 'events')).toEqual(['one'])
  })

  it('deletes a topic although its directory cannot be renamed', async () => {
    await start()
    const connection = await open()
    await createTopic(connection, 'events', { partitions: 1 })
    await createTopic(connection, 'other', { partitions: 1 })
    disk.fault = failing('EIO', (operation, path) => operation === 'rename' && path.includes('events-0'))
    await deleteTopics(connection, ['events'])
    await produce(connection, 'other', 0, [{ value: 'one' }])
    disk.fault = () => null
    await stop()
    await start()
    const { topics } = await describeTopics(await open())
    expect(topics.map(({ name }) => name)).toEqual(['other'])
  })
})

describe('a stop on a disk that fails', () => {
  it.each(['ENOSPC', 'EIO'])('ends, and the next start has everything: %s', async (code) => {
    await start()
    const connection = await open()
    await createTopic(connection, 'events', { partitions: 1 })
    for (const value of ['one', 'two', 'three']) await produce(connection, 'events', 0, [{ value }])
    disk.fault = failing(
      code,
      (operation) => operation !== 'read' && (code === 'EIO' || operation !== 'remove'),
    )
    await stop()
    disk.fault = () => null
    await start()
    expect(await valuesOf(await open(), 'events')).toEqual(['one', 'two', 'three'])
    // Neither has it left a lock that keeps this process out.
    await stop()
    const processes: Processes = processOf(101)
    await start({ processes })
    disk.fault = failing('ENOSPC', (operation) => operation !== 'read' && operation !== 'remove')
    await stop()
    disk.fault = () => null
    await start({ processes })
    expect(await valuesOf(await open(), 'events')).toEqual(['one', 'two', 'three'])
  })
})

describe('a directory that cannot be used', () => {
  it('is named with the reason when it is read-only', async () => {
    disk.fault = failing('EROFS', (operation) => operation !== 'read')
    await expect(start()).rejects.toMatchObject({ code: 'EROFS', path: expect.stringContaining('/cluster') })
  })

  it('is refused when it is full, and taken when there is room', async () => {
    disk.fault = failing('ENOSPC', (operation) => operation === 'write' || operation === 'replace')
    await expect(start()).rejects.toMatchObject({ code: 'ENOSPC' })
    disk.fault = () => null
    await start()
    await createTopic(await open(), 'events', { partitions: 1 })
  })

  it.each([
    [brokerDirectory, /cluster\.id=.*/, 'cluster.id=AAAAAAAAAAAAAAAAAAAAAB', /belongs to the cluster/],
    [brokerDirectory, /node\.id=.*/, 'node.id=7', /belongs to node 7/],
    [controllerDirectory, /node\.id=.*/, 'node.id=7', /belongs to node 7/],
    [brokerDirectory, /version=.*/, 'version=0', /version 0/],
    [brokerDirectory, /cluster\.id=.*\n/, '', /has no cluster\.id/],
  ])('is refused when it is not ours: %s %s', async (directory, line, replacement, message) => {
    await start()
    await stop()
    const path = `${directory}/meta.properties`
    disk.writeFileAtomicSync(path, disk.readFileSync(path).toString().replace(line, replacement))
    await expect(start()).rejects.toThrow(message)
    await expect(start()).rejects.toMatchObject({ name: 'MetaPropertiesError' })
  })

  it('is refused while another process serves it, which is not disturbed', async () => {
    const first = await start({ processes: processOf(101) })
    const connection = await open()
    await createTopic(connection, 'events', { partitions: 1 })
    await expect(start({ processes: processOf(102) })).rejects.toThrow(/in use by process 101/)
    await produce(connection, 'events', 0, [{ value: 'one' }])
    expect(await valuesOf(connection, 'events')).toEqual(['one'])
    running = first
  })
})

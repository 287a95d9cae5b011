import { Connection, commitOffset, createTopic, fetchRecords, produce } from '@sluice/client'
import type { EnhancedMonitoring } from '@aws-sdk/client-kafka'
import { FindCoordinator } from '@sluice/wire'
import { afterEach, describe, expect, it } from 'vitest'
import type { Hosting } from '../engines/engine.ts'
import { EmbeddedFleet } from '../testing/embedded-fleet.ts'
import { updateMonitoring } from '../clusters/changes/monitoring.ts'

// What is measured of clusters whose brokers are real, in both hostings.

const minute = 60_000
let world: EmbeddedFleet
let client: Connection

afterEach(async () => {
  await client.close()
  await world.driven(world.fleet.stop())
})

async function open(hosting: Hosting): Promise<void> {
  world = new EmbeddedFleet({}, { hosting })
  await world.driven(world.fleet.start())
  world.create('demo')
  await world.eventually(() => expect(world.fleet.status()[0]?.state).toBe('ACTIVE'))
  client = await Connection.open({
    network: world.network,
    clock: world.clock,
    host: '127.0.0.1',
    port: 9092,
  })
  await createTopic(client, 'events', { assignments: [[1, 2, 3]] })
}

const send = (count: number) =>
  produce(
    client,
    'events',
    0,
    Array.from({ length: count }, () => ({ key: null, value: Buffer.alloc(1_000) })),
    { timestamp: world.clock.now() },
  )

const names = { 'Cluster Name': 'demo' }
const broker1 = { ...names, 'Broker ID': '1' }

/** The latest value. */
function metric(name: string, dimensions: Readonly<Record<string, string>> = names): number | undefined {
  const { metrics } = world.fleet.monitoring
  return metrics.values({ namespace: 'AWS/Kafka', name, dimensions }, 0, Number.MAX_SAFE_INTEGER).at(-1)?.sum
}

async function level(enhancedMonitoring: EnhancedMonitoring): Promise<void> {
  const record = world.fleet.clusters.byName('demo')
  if (!record) throw new Error('the cluster is gone')
  const update = updateMonitoring({ enhancedMonitoring }, record.currentVersion)
  expect(world.fleet.clusters.update(record, update, 'request')).not.toHaveProperty('refusal')
  await world.eventually(() => expect(world.fleet.status()[0]?.state).toBe('ACTIVE'))
}

/** To the broker that coordinates the group; its topic is made when somebody asks for that. */
async function commit(offset: number): Promise<void> {
  const found = await world.driven(client.request(FindCoordinator, { coordinatorKeys: ['readers'] }))
  const coordinator = await connectAt(found.coordinators[0]?.port ?? 0)
  try {
    await world.driven(commitOffset(coordinator, 'readers', 'events', 0, offset))
  } finally {
    await coordinator.close()
  }
}

const connectAt = (port: number) =>
  Connection.open({ network: world.network, clock: world.clock, host: '127.0.0.1', port })

/** What is said on each connection that is opened from now on, by the order of these: how many writes. */
function watchConnections(): number[] {
  const { network } = world
  const connect = network.connect.bind(network)
  const words: number[] = []
  network.connect = (options, handlerOf) =>
    connect(options, (socket) => {
      const at = words.push(0) - 1
      const write = socket.write.bind(socket)
      socket.write = (data) => {
        words[at] = (words[at] ?? 0) + 1
        return write(data)
      }
      return handlerOf(socket)
    })
  return words
}

const listed = () => new Set(world.fleet.monitoring.metrics.list().map(({ name }) => name))

describe.each<Hosting>(['inline', 'process'])(
  'monitoring of brokers hosted %s',
  { timeout: 120_000 },
  (hosting) => {
    it('measures a cluster once a minute, from what its brokers do', async () => {
      await open(hosting)
      await world.eventually(() => send(1))
      await world.driven(world.clock.advance(2 * minute))
      for (let second = 0; second < 120; second++) {
        await send(3)
        await world.driven(world.clock.advance(1_000))
      }
      expect(metric('ActiveControllerCount')).toBe(1)
      expect(metric('GlobalTopicCount')).toBe(1)
      expect(metric('GlobalPartitionCount')).toBe(1)
      expect(metric('OfflinePartitionsCount')).toBe(0)
      expect(metric('PartitionCount', broker1)).toBe(1)
      expect(metric('LeaderCount', broker1)).toBe(1)
      expect(metric('LeaderCount', { ...names, 'Broker ID': '2' })).toBe(0)
      expect(metric('UserPartitionExists', broker1)).toBe(1)
      expect(metric('UnderMinIsrPartitionCount', broker1)).toBe(0)
      expect(metric('KafkaDataLogsDiskUsed', broker1)).toBeGreaterThan(0)
      const messages = metric('MessagesInPerSec', broker1) ?? 0
      const bytes = metric('BytesInPerSec', broker1) ?? 0
      // A process writes down four times a minute what it counts.
      expect(messages).toBeGreaterThan(3 * 0.7)
      expect(messages).toBeLessThan(3 * 1.3)
      expect(bytes / messages).toBeGreaterThan(1_000)
      expect(bytes / messages).toBeLessThan(1_100)
      expect(metric('BytesInPerSec', { ...broker1, Topic: 'events' })).toBe(bytes)
      expect(metric('ClientConnectionCount', broker1)).toBe(1)
      expect(
        metric('ClientConnectionCount', { ...broker1, 'Client Authentication': 'Unauthenticated' }),
      ).toBe(1)
      expect(metric('ProduceTotalTimeMsMean', broker1)).toBeGreaterThanOrEqual(0)
      expect(metric('RequestBytesMean', broker1)).toBeGreaterThan(100)
    })

    it('has at each level what MSK has there', async () => {
      await open(hosting)
      await world.eventually(() => send(1))
      await world.driven(world.clock.advance(3 * minute))
      expect([...listed()].filter((name) => name.startsWith('Replication'))).toEqual([])
      await level('PER_BROKER')
      for (let at = 0; at < 6; at++) {
        await send(10)
        await world.driven(world.clock.advance(minute / 3))
      }
      const out = metric('ReplicationBytesOutPerSec', broker1) ?? 0
      expect(out).toBeGreaterThan(0)
      // Brokers with processes of their own do not write down at the same moment what they count.
      const taken = metric('ReplicationBytesInPerSec', { ...names, 'Broker ID': '2' }) ?? 0
      expect(taken).toBeGreaterThan(out / 8)
      expect(taken).toBeLessThan(out * 2)
      expect(metric('TcpConnections', broker1)).toBeGreaterThanOrEqual(1)
      expect(metric('MessagesInPerSec', { ...broker1, Topic: 'events' })).toBeUndefined()
      await level('PER_TOPIC_PER_BROKER')
      await world.driven(world.clock.advance(2 * minute))
      expect(metric('MessagesInPerSec', { ...broker1, Topic: 'events' })).toBe(0)
    })

    it('tells how far groups of consumers are behind', async () => {
      await open(hosting)
      await level('PER_TOPIC_PER_PARTITION')
      await world.eventually(() => send(10))
      expect(await world.driven(fetchRecords(client, 'events', 0, 0))).toHaveLength(10)
      const partition = { ...names, 'Consumer Group': 'readers', Topic: 'events', Partition: '0' }
      await world.eventually(() => commit(4))
      await world.eventually(() => expect(metric('OffsetLag', partition)).toBe(6))
      await send(6)
      const words = watchConnections()
      await world.driven(world.clock.advance(minute))
      const group = { ...names, 'Consumer Group': 'readers', Topic: 'events' }
      await world.eventually(() => expect(metric('OffsetLag', partition)).toBe(12))
      expect(metric('MaxOffsetLag', group)).toBe(12)
      expect(metric('SumOffsetLag', group)).toBe(12)
      expect(metric('EstimatedMaxTimeLag', group)).toBeCloseTo(120, 0)
      // Brokers warn of who connects and hangs up in the middle of a handshake.
      expect(words.length).toBeGreaterThan(0)
      await world.eventually(() => expect(words).not.toContain(0))
    })
  },
)

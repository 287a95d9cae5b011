import {
  alterConfigs,
  Connection,
  createTopic,
  deleteTopics,
  describeTopics,
  listOffset,
  OffsetSpec,
  produce,
} from '@sluice/client'
import { MemoryDisk, MemoryNetwork, seededRandom, silentLogger, TestClock } from '@sluice/effects'
import { AlterPartitionReassignments, ConfigResourceType, DeleteRecords } from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Cluster, startCluster } from './cluster.ts'
import type { BrokerNode } from './node-properties.ts'

const clock = new TestClock()
const properties = { 'default.replication.factor': '1', 'offsets.topic.replication.factor': '1' }
const directory = (nodeId: number) => `/data/broker-${nodeId}/volume-1`
let disk: MemoryDisk
let network: MemoryNetwork
let cluster: Cluster
let client: Connection

const node = (nodeId: number): BrokerNode => ({
  nodeId,
  rack: null,
  listeners: [{ name: 'CLIENT', protocol: 'PLAINTEXT', host: '127.0.0.1', port: 9091 + nodeId }],
})

beforeEach(async () => {
  disk = new MemoryDisk(() => clock.now())
  await start()
})

async function start() {
  network = new MemoryNetwork()
  cluster = await startCluster({
    directory: '/data',
    controller: { nodeId: 10_000, host: '127.0.0.1', port: 19_093 },
    brokers: [node(1), node(2)],
    properties,
    effects: { clock, disk, network, random: seededRandom(7), logger: silentLogger },
  })
  client = await connect(1)
}

const connect = (nodeId: number) => Connection.open({ network, host: '127.0.0.1', port: 9091 + nodeId })

afterEach(async () => {
  disk.beforeOperation = () => {}
  await client.close()
  await cluster.stop()
})

/** A topic whose partitions all stand on broker 2, with a record in each. */
async function topicOnSecond(name: string, partitions: number, configs: Record<string, string> = {}) {
  await createTopic(client, name, { assignments: Array.from({ length: partitions }, () => [2]), configs })
  const second = await connect(2)
  for (let index = 0; index < partitions; index++)
    for (const text of ['a', 'b', 'c'])
      await produce(second, name, index, [{ key: null, value: Buffer.from(text) }])
  await second.close()
}

/** The second broker dies, and the controller notices. */
async function crash() {
  await cluster.kill(2)
  await clock.advance(10_000)
}

/** From now on an operation on the second broker's disk takes a millisecond. Returns how long the loop stands at most. */
function slowDisk(): () => number {
  let longestMs = 0
  let before = clock.monotonic()
  let watching = true
  disk.beforeOperation = (_operation, path) => {
    if (path.startsWith(directory(2))) clock.jump(1)
  }
  const turn = () => {
    longestMs = Math.max(longestMs, clock.monotonic() - before)
    before = clock.monotonic()
    if (watching) clock.defer(turn)
  }
  turn()
  return () => {
    watching = false
    turn()
    return longestMs
  }
}

const names = (nodeId: number) => disk.readdirSync(directory(nodeId)).map(({ name }) => name)

describe('a broker that starts after a crash', () => {
  it('makes indexes anew as the topic is configured', async () => {
    await topicOnSecond('dense', 1, { 'index.interval.bytes': '1' })
    await crash()
    await cluster.startBroker(node(2), properties)
    const { size } = disk.statSync(`${directory(2)}/dense-0/00000000000000000000.index`)
    // Every batch but the first has its entry of eight bytes.
    expect(size).toBe(2 * 8)
  })

  it('lets its neighbours have the event loop while it recovers its logs', async () => {
    await topicOnSecond('many', 40)
    await crash()
    const startedMs = clock.monotonic()
    const longestStandMs = slowDisk()
    await cluster.startBroker(node(2), properties)
    expect(clock.monotonic() - startedMs).toBeGreaterThan(300)
    expect(longestStandMs()).toBeLessThan(50)
  })

  it('takes up what became of the topics meanwhile when its logs are there, and loses none of it', async () => {
    await topicOnSecond('kept', 20)
    await topicOnSecond('doomed', 1)
    await crash()
    slowDisk()
    const order: string[] = []
    const started = cluster.startBroker(node(2), properties).then(() => order.push('started'))
    const slow = disk.beforeOperation
    let changed: Promise<unknown> | undefined
    disk.beforeOperation = (operation, path) => {
      slow(operation, path)
      // In the middle of the loading.
      if (path.includes('kept-7'))
        changed ??= Promise.all([
          deleteTopics(client, ['doomed']),
          createTopic(client, 'doomed', { partitions: 1 }),
          alterConfigs(client, ConfigResourceType.topic, 'kept', { 'segment.bytes': '1048576' }),
        ]).then(() => order.push('changed'))
    }
    await started
    expect(order).toEqual(['changed', 'started'])
    // Deleted as any topic is, not put aside as one that nobody knows.
    expect(names(2).filter((name) => name.startsWith('doomed'))).toEqual([
      expect.stringMatching(/^doomed-0\.[0-9a-f]{32}-delete$/),
    ])
    await produce(client, 'doomed', 0, [{ key: null, value: Buffer.from('new') }])
    expect(names(1)).toContain('doomed-0')
    expect(names(2).filter((name) => name.startsWith('kept'))).toHaveLength(20)
    await topicOnSecond('next', 1)
  })

  it('knows where a log begins that it had answered to have cut', async () => {
    await topicOnSecond('cut', 1)
    const second = await connect(2)
    const cut = { name: 'cut', partitions: [{ partitionIndex: 0, offset: 2 }] }
    await second.send(DeleteRecords, 2, { topics: [cut], timeoutMs: 1_000 })
    await cluster.kill(2)
    const kept = disk.readFileSync(`${directory(2)}/log-start-offset-checkpoint`).toString()
    expect(kept).toBe('0\n1\ncut 0 2\n')
  })

  it('puts aside what was moved to others meanwhile, and begins anew where it comes back', async () => {
    await createTopic(client, 'moved', { assignments: [[1, 2]] })
    const moves = (replicas: number[]) =>
      client.send(AlterPartitionReassignments, 1, {
        topics: [{ name: 'moved', partitions: [{ partitionIndex: 0, replicas }] }],
      })
    await produce(client, 'moved', 0, [{ key: null, value: Buffer.from('a') }])
    await crash()
    await moves([1])
    await cluster.startBroker(node(2), properties)
    const stray = expect.stringMatching(/^moved-0\.[0-9a-f]{32}-stray$/)
    expect(names(2).filter((name) => name.startsWith('moved'))).toEqual([stray])
    await moves([1, 2])
    await vi.waitFor(async () => {
      await clock.advance(100)
      expect(names(2).filter((name) => name.startsWith('moved'))).toEqual([stray, 'moved-0'])
    })
  })

  it('gives up when it is told to, and is started another time', async () => {
    await topicOnSecond('many', 40)
    await crash()
    slowDisk()
    const giveUp = new AbortController()
    const started = cluster.startBroker(node(2), properties, giveUp.signal)
    const refused = expect(started).rejects.toThrow('the service stops')
    clock.defer(() => giveUp.abort(new Error('the service stops')))
    await refused
    expect(disk.readFileSync(`${directory(2)}/.lock`).toString()).toBe('')
    expect(cluster.brokers.map(({ nodeId }) => nodeId)).not.toContain(2)
    await cluster.startBroker(node(2), properties)
    await topicOnSecond('next', 1)
  })

  it('gives up when the cluster stops, and lets go of everything', async () => {
    await topicOnSecond('many', 40)
    await crash()
    const checkpoint = () => disk.readFileSync(`${directory(2)}/recovery-point-offset-checkpoint`).toString()
    const before = checkpoint()
    slowDisk()
    const started = cluster.startBroker(node(2), properties)
    const refused = expect(started).rejects.toThrow('the cluster stops')
    await cluster.stop()
    await refused
    expect(disk.readFileSync(`${directory(2)}/.lock`).toString()).toBe('')
    expect(names(2)).not.toContain('.kafka_cleanshutdown')
    expect(checkpoint()).toBe(before)
    expect(clock.pending).toBe(0)
  })
})

describe('a broker that starts after a clean stop', () => {
  const log = '00000000000000000000.log'
  it.each([
    ['gone', 1, (path: string) => disk.removeSync(path)],
    ['gone', 2, (path: string) => disk.removeSync(path)],
    ['shorter', 1, (path: string) => disk.openSync(`${path}/${log}`, 'write').truncateSync(0)],
    ['shorter', 2, (path: string) => disk.openSync(`${path}/${log}`, 'write').truncateSync(0)],
  ])('and whose log is %s takes no record from the other replica (broker %i)', async (_, nodeId, damage) => {
    await createTopic(client, 'events', { assignments: [[1, 2]], configs: { 'min.insync.replicas': '2' } })
    const acked = produce(client, 'events', 0, [{ key: null, value: Buffer.from('kept') }])
    await clock.advance(100)
    await acked
    await client.close()
    await cluster.stop()
    damage(`${directory(nodeId)}/events-0`)
    await start()
    await clock.advance(10_000)
    const { topics } = await describeTopics(client, ['events'])
    const leader = await connect(topics[0]?.partitions[0]?.leaderId ?? 0)
    expect(await listOffset(leader, 'events', 0, OffsetSpec.latest)).toMatchObject({ offset: 1 })
    for (const id of [1, 2])
      expect(disk.readFileSync(`${directory(id)}/events-0/${log}`).length).toBeGreaterThan(0)
    await leader.close()
  })
})

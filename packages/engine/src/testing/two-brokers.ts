import {
  Connection,
  createTopic,
  describeTopics,
  fetchPartition,
  fetchRecords,
  produce,
} from '@sluice/client'
import {
  MemoryDisk,
  MemoryNetwork,
  MemoryProcesses,
  seededRandom,
  silentLogger,
  TestClock,
} from '@sluice/effects'
import { DeleteRecords, DescribeGroups, FindCoordinator, JoinGroup } from '@sluice/wire'
import { expect, vi } from 'vitest'
import { type Cluster, startCluster } from '../cluster.ts'

const host = '127.0.0.1'
export const controllerNode = { nodeId: 10_000, host, port: 19_093 }
export const properties = {
  'default.replication.factor': '1',
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '1',
  'group.initial.rebalance.delay.ms': '100',
  'log.initial.task.delay.ms': '30000',
}
export const value = (text: string) => ({ key: null, value: Buffer.from(text) })
export const allRunning = { 'broker 1': 'running', 'broker 2': 'running', controller: 'running' }

export function node(nodeId: number) {
  return {
    nodeId,
    rack: null,
    listeners: [{ name: 'CLIENT', protocol: 'PLAINTEXT', host, port: 9091 + nodeId } as const],
  }
}

/** Two brokers and their controller on a disk and a network in memory. */
export class World {
  readonly clock = new TestClock()
  readonly disk = new MemoryDisk()
  readonly network = new MemoryNetwork()
  readonly processes = new MemoryProcesses()
  /** What the nodes said that failed. */
  readonly told: string[] = []
  cluster!: Cluster
  client!: Connection
  other!: Connection
  readonly #connections: Connection[] = []

  async start(): Promise<this> {
    const { clock, disk, network, processes } = this
    this.cluster = await startCluster({
      directory: '/data',
      controller: controllerNode,
      brokers: [node(1), node(2)],
      properties,
      effects: { clock, disk, network, processes, random: seededRandom(7), logger: silentLogger },
      onBrokerFailure: (nodeId, { message }) => void this.told.push(`broker ${nodeId}: ${message}`),
      onControllerFailure: ({ message }) => void this.told.push(`controller: ${message}`),
    })
    this.client = await this.connect(1)
    return this
  }

  async connect(nodeId: number): Promise<Connection> {
    const connection = await Connection.open({ network: this.network, host, port: 9091 + nodeId })
    this.#connections.push(connection)
    return connection
  }

  /** A topic whose one partition is led by broker 1, with three records. */
  async events(name = 'events'): Promise<void> {
    await createTopic(this.client, name, { assignments: [[1]] })
    for (const text of ['a', 'b', 'c']) await produce(this.client, name, 0, [value(text)])
  }

  /** `running` or what it failed of, by node. */
  states(): Record<string, string> {
    const { controller, brokers } = this.cluster
    const nodes = [
      ...brokers.map((broker) => [`broker ${broker.nodeId}`, broker] as const),
      ['controller', controller] as const,
    ]
    return Object.fromEntries(nodes.map(([name, one]) => [name, one?.failure ?? one?.state ?? 'stopped']))
  }

  /** Time passes, and everything that runs meanwhile gets its turns. */
  async pass(ms: number): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await this.clock.advance(0)
    await this.clock.advance(ms)
    for (let turn = 0; turn < 5; turn++) await this.clock.advance(0)
  }

  /** A fetch of `events` that waits for more than there is. */
  async longPoll(client = this.client): Promise<void> {
    void fetchPartition(client, 'events', 0, 3, { maxWaitMs: 400, minBytes: 1 }).catch(() => {})
    const other = await this.connect(1)
    await vi.waitFor(() => describeTopics(other, []))
    await this.pass(0)
  }

  deleteRecords() {
    const topics = [{ name: 'events', partitions: [{ partitionIndex: 0, offset: 2 }] }]
    return this.client.send(DeleteRecords, 2, { topics, timeoutMs: 1_000 })
  }

  async joinGroup(group: string) {
    const client = await this.#coordinator(group)
    return client.send(JoinGroup, 3, {
      groupId: group,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 10_000,
      memberId: '',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
    })
  }

  /** The offsets topic lives on broker 1, which is found first. */
  async #coordinator(key: string): Promise<Connection> {
    await vi.waitFor(async () => {
      const found = await this.client.send(FindCoordinator, 3, { key, keyType: 0 })
      expect(found.errorCode).toBe(0)
      expect(found.nodeId).toBe(1)
    })
    return this.client
  }

  async groups(): Promise<void> {
    await createTopic(this.client, '__consumer_offsets', { assignments: [[1]] }).catch(() => {})
    await this.#coordinator('any')
    await vi.waitFor(async () => {
      const { groups } = await this.client.send(DescribeGroups, 5, { groups: ['none'] })
      expect(groups[0]?.errorCode).toBe(0)
    })
  }

  async eventsAndGroups(): Promise<void> {
    await this.events()
    await this.groups()
  }

  /** Starts anew what failed, and sees it at work. */
  async heal(): Promise<void> {
    if (this.states().controller !== 'running') await this.cluster.startController(controllerNode, properties)
    for (const nodeId of [1, 2]) {
      if (this.states()[`broker ${nodeId}`] === 'running') continue
      const started = this.cluster.startBroker(node(nodeId), properties)
      // The session of the broker that failed ends first.
      await this.pass(12_000)
      await started
    }
    expect(this.states()).toEqual(allRunning)
    const client = await this.connect(1)
    await createTopic(client, 'healed', { assignments: [[1]] })
    await produce(client, 'healed', 0, [value('well')])
    expect(await fetchRecords(client, 'healed', 0, 0)).toHaveLength(1)
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) await connection.close()
    await this.cluster.stop()
  }
}

import { Connection, ConnectionClosedError, describeTopics, KafkaError } from '@sluice/client'
import { MemoryDisk, MemoryNetwork, seededRandom, silentLogger, TestClock } from '@sluice/effects'
import { type BrokerNode, type Cluster, type ClusterOptions, startCluster } from '@sluice/engine'
import { ErrorCode, errorInfo } from '@sluice/wire'
import { coordinatorOf } from './group-member.ts'

/** How the brokers of a cluster meet each other and their controller: by default by calls. */
export type Hosting = Pick<ClusterOptions, 'feedsInline' | 'channelInline'>

const directory = '/data'
const host = '127.0.0.1'
const clientPort = 9092
/** Turns of the event loop within which everything ends that needs no time to pass. */
const turnsMax = 100

/** One cluster on a clock, a disk and a network in memory, and the clients that a story speaks of. */
export class World {
  readonly clock = new TestClock()
  readonly disk = new MemoryDisk(() => this.clock.now())
  readonly #network = new MemoryNetwork()
  readonly #random = seededRandom(7)
  readonly #connections = new Map<string, Connection>()
  /** What clients know by name: members of groups, producers. */
  readonly names = new Map<string, unknown>()
  /** Why brokers have failed. */
  readonly failures: string[] = []
  readonly #hosting: Hosting
  #nodes: BrokerNode[] = []
  #properties: Record<string, string> = {}
  #cluster: Cluster | null = null

  constructor(hosting: Hosting) {
    this.#hosting = hosting
  }

  /** Throws while the cluster is stopped. */
  get cluster(): Cluster {
    if (!this.#cluster) throw new Error('the cluster is not started')
    return this.#cluster
  }

  /** Without `brokers`, those of the last start. */
  async start(brokers: number | null, properties: Record<string, string>): Promise<void> {
    if (this.#cluster) throw new Error('the cluster is started')
    if (brokers !== null) this.#nodes = Array.from({ length: brokers }, (_, at) => brokerNode(at + 1))
    this.#properties = { ...this.#properties, ...properties }
    this.#cluster = await startCluster({
      directory,
      controller: { nodeId: 10_000, host, port: 19_093 },
      brokers: this.#nodes,
      ...this.#hosting,
      properties: this.#allProperties(),
      effects: {
        clock: this.clock,
        disk: this.disk,
        network: this.#network,
        random: this.#random,
        logger: silentLogger,
      },
      onBrokerFailure: (nodeId, { message }) => void this.failures.push(`broker ${nodeId}: ${message}`),
    })
  }

  /** Of one broker, or of all. */
  directoryOf(broker: string | undefined): string {
    return broker === undefined ? directory : `${directory}/broker-${broker}/`
  }

  async startBroker(nodeId: number): Promise<void> {
    const node = this.#nodes.find((one) => one.nodeId === nodeId)
    if (!node) throw new Error(`there is no broker ${nodeId}`)
    await this.cluster.startBroker(node, this.#allProperties())
  }

  #allProperties(): Record<string, string> {
    const replicas = String(Math.min(this.#nodes.length, 3))
    return {
      'default.replication.factor': replicas,
      'offsets.topic.replication.factor': replicas,
      'offsets.topic.num.partitions': '1',
      'group.initial.rebalance.delay.ms': '0',
      ...this.#properties,
    }
  }

  /** `clean`: everything is flushed and said. Else every broker is killed first. */
  async stop({ clean }: { clean: boolean }): Promise<void> {
    const cluster = this.cluster
    if (!clean) for (const { nodeId } of cluster.brokers) await cluster.kill(nodeId)
    await cluster.stop()
    this.#cluster = null
    await this.forgetConnections()
  }

  async close(): Promise<void> {
    if (this.#cluster) await this.stop({ clean: true })
    await this.forgetConnections()
  }

  async forgetConnections(): Promise<void> {
    const all = [...this.#connections.values()]
    this.#connections.clear()
    for (const connection of all) await connection.close()
  }

  /** The actor's connection to a broker; by default to the first that runs. */
  async connection(actor: string, nodeId = this.#anyBroker()): Promise<Connection> {
    const key = `${actor}@${nodeId}`
    const known = this.#connections.get(key)
    if (known && !known.isClosed) return known
    const port = clientPort + 10_000 * (nodeId - 1)
    const opened = await Connection.open({ network: this.#network, host, port, clientId: actor })
    this.#connections.set(key, opened)
    return opened
  }

  /** A connection to the partition's leader; to any broker where it has none, which then says so. */
  async leader(actor: string, topic: string, partition: number): Promise<Connection> {
    const { topics } = await describeTopics(await this.connection(actor), [topic])
    const leaderId = topics[0]?.partitions.find((each) => each.partitionIndex === partition)?.leaderId ?? -1
    return this.connection(actor, leaderId < 0 ? undefined : leaderId)
  }

  /** A connection to the group's coordinator, which is there a moment after it was first asked for. */
  async coordinator(actor: string, group: string): Promise<Connection> {
    for (let turns = 0; ; turns++) {
      try {
        return await this.connection(actor, await coordinatorOf(await this.connection(actor), group))
      } catch (error) {
        const comes = error instanceof KafkaError && error.code === ErrorCode.COORDINATOR_NOT_AVAILABLE
        if (!comes || turns === turnsMax) throw error
        await this.clock.advance(0)
      }
    }
  }

  /** Lets everything end that needs no time to pass; true when the promise has settled by then. */
  async settles(promise: Promise<unknown>): Promise<boolean> {
    const state = { settled: false }
    const note = () => void (state.settled = true)
    promise.then(note, note)
    for (let turns = 0; turns < turnsMax && !state.settled; turns++) await this.clock.advance(0)
    return state.settled
  }

  #anyBroker(): number {
    const running = this.cluster.brokers.find(({ state }) => state === 'running')
    if (!running) throw new Error('no broker runs')
    return running.nodeId
  }
}

function brokerNode(nodeId: number): BrokerNode {
  const port = clientPort + 10_000 * (nodeId - 1)
  return {
    nodeId,
    rack: `use1-az${((nodeId - 1) % 3) + 1}`,
    listeners: [{ name: 'CLIENT', protocol: 'PLAINTEXT', host, port }],
  }
}

/** A wire error as stories write it. */
export function errorName(code: number): string {
  return errorInfo(code).name
}

/** What a command came to, where it did not come to an answer. */
export function failureText(error: unknown): string {
  if (error instanceof KafkaError) return errorName(error.code)
  if (error instanceof ConnectionClosedError) return 'the connection was closed'
  return error instanceof Error ? error.message : String(error)
}

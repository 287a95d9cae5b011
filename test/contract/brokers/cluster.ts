import { readFileSync, rmSync } from 'node:fs'
import { silentLogger, systemClock, systemDisk, systemNetwork, systemRandom } from '@sluice/effects'
import { Metadata } from '@sluice/wire'
import { ApacheKafkaCluster } from '../../oracle/apache-kafka-cluster.ts'
import { apacheKafka, baseProperties, temporaryDirectory } from '../engine.ts'
import { byChance, eventually } from '../fixture.ts'
import { Peer } from '../peer.ts'

// Three brokers, one a rack, and a controller: ours in this process, or Apache Kafka's in a JVM each. Those of Apache
// Kafka are started once for all files, and end with this process; every file finds and leaves them well.

/** What starts and ends the brokers of one engine. */
interface Nodes {
  bootstrap(brokerId: number): { host: string; port: number }
  start(brokerId: number): Promise<void>
  /** A clean stop. */
  stop(brokerId: number): Promise<void>
  /** Ends it as a crash would, without a word and without a flush. */
  kill(brokerId: number): Promise<void>
  end(): Promise<void>
}

const controllerId = 1000
export const racks: ReadonlyMap<number, string> = new Map([
  [1, 'a'],
  [2, 'b'],
  [3, 'c'],
])
const brokerIds = [...racks.keys()]
/** A session ends, and a replica is in sync again, well within. */
const healingMs = 60_000

let ofApacheKafka: Promise<Nodes> | undefined

/** The cluster as a test sees it. */
export class Cluster {
  readonly #nodes: Nodes
  readonly #peers = new Map<number, Peer>()

  private constructor(nodes: Nodes) {
    this.#nodes = nodes
  }

  static async open(): Promise<Cluster> {
    const cluster = new Cluster(await (apacheKafka ? (ofApacheKafka ??= launch(apacheKafka)) : embed()))
    await cluster.untilWell()
    return cluster
  }

  /** A connection to the broker, one for each test. */
  async peer(brokerId: number): Promise<Peer> {
    const known = this.#peers.get(brokerId)
    if (known && !known.isClosed) return known
    const peer = await Peer.open(this.#nodes.bootstrap(brokerId))
    this.#peers.set(brokerId, peer)
    return peer
  }

  /** One more connection to the broker. */
  another(brokerId: number): Promise<Peer> {
    return Peer.open(this.bootstrap(brokerId))
  }

  bootstrap(brokerId: number): { host: string; port: number } {
    return this.#nodes.bootstrap(brokerId)
  }

  /** Back again, and in sync everywhere. */
  async start(brokerId: number): Promise<void> {
    await this.restart(brokerId)
    await this.untilWell()
  }

  /** Back again, where others are still away. */
  async restart(brokerId: number): Promise<void> {
    await this.#nodes.start(brokerId)
    await byChance(() => eventually(() => this.#knows(brokerId, brokerId), healingMs))
  }

  stop(brokerId: number): Promise<void> {
    return this.#nodes.stop(brokerId)
  }

  kill(brokerId: number): Promise<void> {
    return this.#nodes.kill(brokerId)
  }

  /** Ends what the test has opened. */
  closePeers(): void {
    for (const peer of this.#peers.values()) peer.close()
    this.#peers.clear()
  }

  async close(): Promise<void> {
    this.closePeers()
    if (!apacheKafka) await this.#nodes.end()
  }

  /** Every broker knows all others, and every replica is in sync. */
  untilWell(): Promise<void> {
    return byChance(async () => {
      for (const brokerId of brokerIds)
        await eventually(async () => ((await this.#isWell(brokerId)) ? true : undefined), healingMs)
    })
  }

  /** A broker that is fenced knows others, but not itself. */
  async #knows(askedId: number, brokerId: number): Promise<true | undefined> {
    try {
      const { brokers } = await (await this.peer(askedId)).send(Metadata, 12, { topics: [] })
      return brokers.some(({ nodeId }) => nodeId === brokerId) || undefined
    } catch {
      return undefined
    }
  }

  async #isWell(brokerId: number): Promise<boolean> {
    try {
      const peer = await this.peer(brokerId)
      const { brokers, topics } = await peer.send(Metadata, 12, { topics: null })
      const partitions = topics.flatMap((topic) => topic.partitions)
      const areInSync = partitions.every(
        ({ isrNodes, replicaNodes }) => isrNodes.length === replicaNodes.length,
      )
      return brokers.length === brokerIds.length && areInSync
    } catch {
      return false
    }
  }
}

function clusterProperties(): Record<string, string> {
  const lines = readFileSync(new URL('cluster.properties', import.meta.url), 'utf8').split('\n')
  const own = lines.filter((line) => line && !line.startsWith('#')).map((line) => line.split('=', 2))
  return { ...baseProperties(), ...Object.fromEntries(own) }
}

function launch(kafka: NonNullable<typeof apacheKafka>): Promise<Nodes> {
  const directory = temporaryDirectory()
  return ApacheKafkaCluster.start({ kafka, directory, racks, controllerId, properties: clusterProperties() })
}

async function embed(): Promise<Nodes> {
  const { startCluster } = await import('@sluice/engine')
  const host = '127.0.0.1'
  const directory = temporaryDirectory()
  const properties = clusterProperties()
  const ports = new Map<number, number>()
  const node = (nodeId: number) => ({
    nodeId,
    rack: racks.get(nodeId) ?? null,
    listeners: [{ name: 'CLIENT', protocol: 'PLAINTEXT' as const, host, port: ports.get(nodeId) ?? 0 }],
  })
  const cluster = await startCluster({
    directory,
    controller: { nodeId: controllerId, host, port: 0 },
    brokers: brokerIds.map(node),
    properties,
    feedsInline: process.env.SLUICE_CONTRACT_FEED !== 'fetch',
    effects: {
      clock: systemClock(),
      disk: systemDisk(),
      network: systemNetwork(),
      random: systemRandom(),
      logger: silentLogger,
    },
  })
  for (const { nodeId, listeners } of cluster.brokers) ports.set(nodeId, listeners[0]?.port ?? 0)
  return {
    bootstrap: (brokerId) => ({ host, port: ports.get(brokerId) ?? 0 }),
    start: (brokerId) => cluster.startBroker(node(brokerId), properties),
    stop: (brokerId) => cluster.stopBroker(brokerId),
    kill: (brokerId) => cluster.kill(brokerId),
    end: async () => {
      await cluster.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

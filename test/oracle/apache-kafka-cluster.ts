import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemRandom } from '@sluice/effects'
import { randomUuid } from '@sluice/wire'
import {
  type Address,
  type ApacheKafka,
  ApacheKafkaProcess,
  format,
  freePort,
  type Properties,
  writeProperties,
} from './apache-kafka-process.ts'

const host = '127.0.0.1'

interface ClusterOptions {
  readonly kafka: ApacheKafka
  readonly directory: string
  readonly controllerId: number
  /** The rack of each broker, by its id. */
  readonly racks: ReadonlyMap<number, string>
  readonly properties: Properties
}

/** A controller and brokers of Apache Kafka, each a JVM of its own, on the loopback address alone. */
export class ApacheKafkaCluster {
  readonly #kafka: ApacheKafka
  readonly #directory: string
  readonly #addresses = new Map<number, Address>()
  readonly #nodes = new Map<number, ApacheKafkaProcess>()

  private constructor({ kafka, directory }: ClusterOptions) {
    this.#kafka = kafka
    this.#directory = directory
  }

  static async start(options: ClusterOptions): Promise<ApacheKafkaCluster> {
    const cluster = new ApacheKafkaCluster(options)
    try {
      await cluster.#configure(options)
      cluster.#launch(options.controllerId)
      await Promise.all([...options.racks.keys()].map((id) => cluster.start(id)))
    } catch (error) {
      await cluster.end()
      throw error
    }
    return cluster
  }

  bootstrap(brokerId: number): Address {
    const address = this.#addresses.get(brokerId)
    if (!address) throw new Error(`there is no broker ${brokerId}`)
    return address
  }

  async start(brokerId: number): Promise<void> {
    await this.#launch(brokerId).untilReady(this.bootstrap(brokerId))
  }

  async stop(brokerId: number): Promise<void> {
    await this.#nodes.get(brokerId)?.stop()
    this.#nodes.delete(brokerId)
  }

  /** Ends it as a crash would. */
  async kill(brokerId: number): Promise<void> {
    await this.#nodes.get(brokerId)?.kill()
    this.#nodes.delete(brokerId)
  }

  /** For good: nothing has to be clean. */
  async end(): Promise<void> {
    await Promise.all([...this.#nodes.values()].map((node) => node.kill()))
    this.#nodes.clear()
  }

  #launch(nodeId: number): ApacheKafkaProcess {
    const config = this.#pathOf(nodeId, 'server.properties')
    const log = this.#pathOf(nodeId, 'node.log')
    const node = new ApacheKafkaProcess(this.#kafka, config, log)
    this.#nodes.set(nodeId, node)
    return node
  }

  async #configure({ controllerId, racks, properties }: ClusterOptions): Promise<void> {
    const clusterId = randomUuid(systemRandom())
    const controllerPort = await freePort()
    const common = {
      'controller.quorum.voters': `${controllerId}@${host}:${controllerPort}`,
      'controller.listener.names': 'CONTROLLER',
      'listener.security.protocol.map': 'CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    }
    const listeners = `CONTROLLER://${host}:${controllerPort}`
    const role = { 'process.roles': 'controller', listeners }
    const config = this.#write(controllerId, { ...properties, ...common, ...role })
    await format(this.#kafka, config, clusterId)
    for (const [id, rack] of racks) {
      const port = await freePort()
      this.#addresses.set(id, { host, port })
      this.#write(id, {
        ...properties,
        ...common,
        'process.roles': 'broker',
        'broker.rack': rack,
        listeners: `CLIENT://${host}:${port}`,
        'advertised.listeners': `CLIENT://${host}:${port}`,
        'inter.broker.listener.name': 'CLIENT',
      })
      this.#formatBroker(id, clusterId, controllerId)
    }
  }

  /** As the tool of Apache Kafka does it for the controller, which takes a JVM. */
  #formatBroker(nodeId: number, clusterId: string, controllerId: number): void {
    const ids = { 'cluster.id': clusterId, 'node.id': nodeId, 'directory.id': randomUuid(systemRandom()) }
    const lines = Object.entries({ version: 1, ...ids }).map(([name, value]) => `${name}=${value}\n`)
    mkdirSync(this.#pathOf(nodeId, 'data'))
    writeFileSync(this.#pathOf(nodeId, 'data', 'meta.properties'), lines.join(''))
    const bootstrap = this.#pathOf(controllerId, 'data', 'bootstrap.checkpoint')
    if (existsSync(bootstrap)) copyFileSync(bootstrap, this.#pathOf(nodeId, 'data', 'bootstrap.checkpoint'))
  }

  #write(nodeId: number, properties: Properties): string {
    mkdirSync(this.#pathOf(nodeId), { recursive: true })
    const path = this.#pathOf(nodeId, 'server.properties')
    const own = { 'node.id': String(nodeId), 'log.dirs': this.#pathOf(nodeId, 'data') }
    writeProperties(path, { ...properties, ...own })
    return path
  }

  #pathOf(nodeId: number, ...names: string[]): string {
    return join(this.#directory, `node-${nodeId}`, ...names)
  }
}

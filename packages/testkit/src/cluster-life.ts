import type { MemoryDisk } from '@sluice/effects'
import { type BrokerNode, type Cluster, type Interceptor, startCluster, type Tap } from '@sluice/engine'
import type { Login } from './login.ts'
import { brokerNode, clientListener, controllerNode } from './nodes.ts'
import { KafkaServerError } from './server-error.ts'
import { outsideHost, type World } from './world.ts'

interface ClusterLifeOptions {
  readonly world: World
  readonly brokers: number
  /** Of the first broker; 0: any free one. */
  readonly port: number
  readonly properties: Readonly<Record<string, string>>
  readonly login: Login
  readonly interceptor: Interceptor
  readonly tap: Tap
}

/** The nodes of one server: they come and go, and their addresses stay. */
export class ClusterLife {
  readonly #options: ClusterLifeOptions
  /** By broker, from the first start on. */
  readonly #ports: number[]
  #cluster: Cluster | null = null
  readonly #starting = new Map<number, Promise<unknown>>()
  #disk: MemoryDisk
  /** A bug has stopped a node. */
  #failure: Error | null = null

  constructor(options: ClusterLifeOptions, disk: MemoryDisk) {
    this.#options = options
    this.#disk = disk
    this.#ports = Array.from({ length: options.brokers }, (_, at) => (at === 0 ? options.port : 0))
  }

  get cluster(): Cluster {
    if (this.#failure) throw this.#failure
    if (this.#cluster) return this.#cluster
    throw new KafkaServerError('This server does not run.', {
      code: 'STOPPED',
      why: 'It is stopped, or being restored.',
      next: 'Wait for what was called before, or start another with KafkaServer.start().',
    })
  }

  get ids(): number[] {
    return this.#ports.map((_, at) => at + 1)
  }

  address(id: number): string {
    return `${outsideHost}:${this.#ports[id - 1]}`
  }

  isRunning(id: number): boolean {
    return this.cluster.brokers.some(({ nodeId, state }) => nodeId === id && state === 'running')
  }

  async start(): Promise<void> {
    const { world, properties, interceptor, tap } = this.#options
    this.#cluster = await startCluster({
      directory: '/cluster',
      controller: controllerNode,
      brokers: this.ids.map((id) => this.#node(id)),
      properties,
      interceptor,
      tap,
      effects: { ...world, disk: this.#disk },
      onBrokerFailure: (id, failure) => this.#failed(`Broker ${id}`, failure),
      onControllerFailure: (failure) => this.#failed('The controller', failure),
    })
    for (const { nodeId, listeners } of this.#cluster.brokers)
      this.#ports[nodeId - 1] = listeners.find(({ name }) => name === clientListener)?.port ?? 0
  }

  /** Once, whoever asks for it meanwhile. */
  async startBroker(id: number): Promise<void> {
    const starting =
      this.#starting.get(id) ?? this.cluster.startBroker(this.#node(id), this.#options.properties)
    this.#starting.set(id, starting)
    await starting.finally(() => this.#starting.delete(id))
  }

  stopBroker(id: number): Promise<void> {
    return this.cluster.stopBroker(id)
  }

  /** Its controller hears of it from us, who have seen it. */
  killBroker(id: number): Promise<void> {
    return this.cluster.kill(id, { isSeen: true })
  }

  async stop(): Promise<void> {
    const cluster = this.#cluster
    this.#cluster = null
    await cluster?.stop()
    if (this.#failure) throw this.#failure
  }

  /** What the nodes have written, whatever they do next. */
  copyDisk(): MemoryDisk {
    return this.#disk.copy()
  }

  /** All nodes end where they are, and start on what this disk holds. */
  async restart(disk: MemoryDisk): Promise<void> {
    const cluster = this.cluster
    for (const { nodeId } of [...cluster.brokers]) await cluster.kill(nodeId)
    this.#cluster = null
    await cluster.stop()
    this.#disk = disk
    await this.start()
  }

  #node(id: number): BrokerNode {
    const { protocol, mechanisms } = this.#options.login
    const node = brokerNode(id, this.#ports[id - 1] ?? 0, protocol)
    return { ...node, mechanisms: { [clientListener]: mechanisms } }
  }

  #failed(who: string, failure: Error): void {
    this.#failure ??= new KafkaServerError(`${who} of this server has stopped by itself.`, {
      code: 'BUG',
      why: failure.stack ?? failure.message,
      next: 'This is a bug in Sluice: please report it, with what the test did.',
    })
  }
}

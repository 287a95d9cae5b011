import {
  AssertionFailure,
  type Clock,
  type Disk,
  type Logger,
  type Network,
  type Processes,
  type Random,
  type Socket,
  type Timer,
} from '@sluice/effects'
import type { ControllerChannel } from '../metadata/controller-channel.ts'
import type { GroupCoordinator } from '../coordinator/group/group-coordinator.ts'
import { BrokerConfig } from '../metadata/configs.ts'
import type { ImageDelta } from '../metadata/delta.ts'
import { MetadataImage } from '../metadata/image.ts'
import type { Partition } from '../replication/partition.ts'
import { Partitions } from '../replication/partitions.ts'
import { LogManager } from '../storage/log-manager.ts'
import { handlers } from './api-table.ts'
import { Connection, type RequestHandling } from './connection.ts'
import { type CoordinatorHome, createGroupCoordinator, groupCoordinatorHome } from './coordinators.ts'
import { dispatch } from './dispatch.ts'
import { dialledHost, type Endpoint } from './endpoints.ts'
import { FetchSessions } from './fetch-sessions.ts'
import { TopicCreation } from './internal-topics.ts'
import { bindListeners, type BoundListener, type ListenerOptions } from './listeners.ts'
import { ProducerIds } from './producer-ids.ts'
import { Registration } from './registration.ts'
import type { Reply } from './reply.ts'
import type { BrokerServices } from './services.ts'

export interface BrokerOptions {
  readonly nodeId: number
  readonly rack: string | null
  readonly clusterId: string
  /** The broker's log directory. */
  readonly directory: string
  readonly listeners: readonly ListenerOptions[]
  /** Static properties, by Kafka's names. */
  readonly properties: Readonly<Record<string, string>>
  readonly controller: ControllerChannel
  readonly clock: Clock
  readonly disk: Disk
  readonly network: Network
  readonly random: Random
  readonly logger: Logger
  readonly processes?: Processes
  /** A bug has stopped this broker. */
  readonly onFailure: (failure: Error) => void
}

/** A fetch session that is idle for longer makes room for another one. */
const fetchSessionEvictionMs = 120_000
/** How often idle connections are looked for. */
const idleCheckMs = 30_000

/**
 * One broker: its listeners and connections, its partitions, its part of the group coordination.
 *
 * Start: logs recovered → metadata replayed up to now → listeners bound → registered → unfenced → requests served.
 * Every callback from outside enters through `guard`: a bug stops this broker and leaves its neighbours alone.
 */
export class Broker implements BrokerServices, RequestHandling {
  readonly nodeId: number
  readonly rack: string | null
  readonly clusterId: string
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly handlers = handlers
  readonly metadata = new MetadataImage()
  readonly config: BrokerConfig
  readonly logs: LogManager
  readonly partitions: Partitions
  readonly controller: ControllerChannel
  readonly groups: GroupCoordinator
  readonly coordinators: readonly CoordinatorHome[]
  readonly fetchSessions: FetchSessions
  readonly producerIds: ProducerIds
  readonly topicCreation: TopicCreation
  readonly requestBytesMax: number
  readonly #options: BrokerOptions
  readonly #registration: Registration
  readonly #connections = new Set<Connection>()
  /** Sockets that came before the broker was ready. */
  #early: Socket[] | null = []
  #listeners: BoundListener[] = []
  #unsubscribe: (() => void) | null = null
  #idleCheck: Timer | null = null
  #nextConnection = 0
  #nowMs = 0
  #failure: Error | null = null
  #stopped = false

  private constructor(options: BrokerOptions) {
    this.#options = options
    this.nodeId = options.nodeId
    this.rack = options.rack
    this.clusterId = options.clusterId
    this.clock = options.clock
    this.random = options.random
    this.logger = options.logger.with({ broker: options.nodeId })
    this.controller = options.controller
    this.config = new BrokerConfig({
      image: this.metadata,
      nodeId: options.nodeId,
      staticProperties: options.properties,
    })
    this.logs = LogManager.open({
      disk: options.disk,
      clock: options.clock,
      logger: this.logger,
      random: options.random,
      processes: options.processes,
      directory: options.directory,
      nodeId: options.nodeId,
      clusterId: options.clusterId,
      config: this.config,
      configFor: (topic) => this.config.topicLogConfig(topic),
      highWatermarkOf: ({ topic, partition }) => this.partitions.get(topic, partition)?.highWatermark,
    })
    this.partitions = new Partitions({
      clock: options.clock,
      logger: this.logger,
      brokerId: options.nodeId,
      logs: this.logs,
      minInSyncReplicas: (topic) => this.config.topicInt(topic, 'min.insync.replicas'),
      listener: {
        leads: (partition) => this.#leads(partition),
        resigns: (topic, index) => this.#resigns(topic, index),
      },
      guard: (fn) => this.guard(fn),
    })
    this.groups = createGroupCoordinator(this)
    this.coordinators = [groupCoordinatorHome(this.groups)]
    this.fetchSessions = new FetchSessions({
      slotsMax: this.config.int('max.incremental.fetch.session.cache.slots'),
      evictionMs: fetchSessionEvictionMs,
      random: options.random,
    })
    this.#registration = new Registration({
      brokerId: options.nodeId,
      clusterId: options.clusterId,
      rack: options.rack,
      directoryId: this.logs.directoryId,
      controller: options.controller,
      clock: options.clock,
      random: options.random,
      logger: this.logger,
      heartbeatIntervalMs: this.config.int('broker.heartbeat.interval.ms'),
      metadataOffset: () => this.metadata.offset,
    })
    this.producerIds = new ProducerIds({
      brokerId: options.nodeId,
      brokerEpoch: () => this.#registration.brokerEpoch,
      controller: options.controller,
    })
    this.topicCreation = new TopicCreation(this)
    this.requestBytesMax = this.config.int('socket.request.max.bytes')
  }

  /** Resolves when the broker serves. Rejects when a listener cannot be bound or the directory not be used. */
  static async start(options: BrokerOptions): Promise<Broker> {
    const broker = new Broker(options)
    try {
      await broker.#start()
    } catch (error) {
      await broker.stop({ clean: false })
      throw error
    }
    return broker
  }

  get listeners(): readonly BoundListener[] {
    return this.#listeners
  }

  /** The bug that has stopped this broker, if one has. */
  get failure(): Error | null {
    return this.#failure
  }

  get nowMs(): number {
    return this.#nowMs
  }

  async #start(): Promise<void> {
    this.metadata.onChange((delta) => this.#apply(delta))
    this.#unsubscribe = await this.controller.subscribe((records) => void this.metadata.replay(records))
    this.logs.removeStrays((topicId) => this.metadata.topicById(topicId) !== undefined)
    this.#listeners = await bindListeners(
      this.#options.network,
      this.#options.listeners,
      (listener, socket) => this.#accept(listener, socket),
      this.logger,
    )
    await this.#registration.register(this.#listeners)
    await this.#registration.keepAlive()
    const early = this.#early ?? []
    this.#early = null
    for (const socket of early) socket.resume()
    this.#checkIdleConnections()
  }

  /** Unclean: as after a crash, but for what has been written already. */
  async stop({ clean }: { clean: boolean }): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    for (const { listener } of this.#listeners) void listener.close()
    if (clean && this.#failure === null) await this.#registration.leave().catch(() => {})
    else this.#registration.abandon()
    this.#idleCheck?.cancel()
    this.#unsubscribe?.()
    for (const coordinator of this.coordinators) coordinator.close()
    this.partitions.close()
    for (const connection of [...this.#connections]) connection.destroy('the broker stops')
    this.logs.stop({
      clean: clean && this.#failure === null,
      brokerEpoch: this.#registration.brokerEpoch,
    })
  }

  endpointsFor(connection: Connection): Endpoint[] {
    const host = dialledHost(connection.socket.localAddress)
    return this.metadata
      .brokers()
      .filter(({ id }) => this.metadata.isBrokerAlive(id))
      .flatMap(({ id, rack, endpoints }) => {
        const endpoint = endpoints.find(({ name }) => name === connection.listener)
        if (!endpoint) return []
        const own = this.#options.listeners.find(({ name }) => name === connection.listener)
        return [
          {
            brokerId: id,
            // All brokers of an embedded cluster share a machine: what reached this one reaches the others.
            host: own?.advertised ? endpoint.host : host,
            port: endpoint.port,
            rack,
          },
        ]
      })
  }

  handle(frame: Buffer, start: number, end: number, connection: Connection, reply: Reply): boolean {
    return dispatch(frame, start, end, connection, reply, this)
  }

  commitStaged(): void {
    this.partitions.commitStaged()
  }

  readStarts(): number {
    this.#nowMs = this.clock.now()
    return this.#nowMs
  }

  defer(fn: () => void): void {
    this.clock.defer(fn)
  }

  guard(fn: () => void): void {
    try {
      fn()
    } catch (error) {
      this.fail(error instanceof Error ? error : new AssertionFailure(String(error)))
    }
  }

  closed(connection: Connection): void {
    this.#connections.delete(connection)
  }

  fail(failure: Error): void {
    if (this.#failure) return
    this.#failure = failure
    this.logger.error('a bug has stopped this broker', { error: failure })
    void this.stop({ clean: false }).finally(() => this.#options.onFailure(failure))
  }

  #accept(listener: ListenerOptions, socket: Socket): Connection {
    const connection = new Connection({
      id: `${socket.localAddress}:${socket.localPort}-${socket.remoteAddress}:${socket.remotePort}-${this.#nextConnection++}`,
      listener: listener.name,
      socket,
      handling: this,
      logger: this.logger,
      nowMs: this.clock.now(),
    })
    if (this.#stopped || this.#tooManyConnections(socket)) {
      this.clock.defer(() => connection.destroy('too many connections'))
      return connection
    }
    this.#connections.add(connection)
    if (this.#early) {
      this.#early.push(socket)
      this.clock.defer(() => this.#early && socket.pause())
    }
    return connection
  }

  #tooManyConnections(socket: Socket): boolean {
    if (this.#connections.size >= this.config.int('max.connections')) return true
    const perAddressMax = this.config.int('max.connections.per.ip')
    if (this.#connections.size < perAddressMax) return false
    let same = 0
    for (const { socket: other } of this.#connections)
      if (other.remoteAddress === socket.remoteAddress) same++
    return same >= perAddressMax
  }

  #checkIdleConnections(): void {
    this.#idleCheck = this.clock.schedule(idleCheckMs, () => {
      if (this.#stopped) return
      const idleMs = this.config.long('connections.max.idle.ms')
      const before = this.clock.now() - idleMs
      for (const connection of [...this.#connections])
        if (idleMs >= 0 && connection.idle && connection.lastActiveAtMs < before)
          connection.destroy('idle for too long')
      this.#checkIdleConnections()
    })
  }

  /** Brings logs, roles and configs to what the metadata log says. */
  #apply(delta: ImageDelta): void {
    this.guard(() => {
      for (const topic of delta.topicsDeleted) {
        this.partitions.remove(topic.name)
        this.config.forgetTopic(topic.name)
        for (const coordinator of this.coordinators) coordinator.topicDeleted(topic.name)
      }
      for (const topic of new Set(delta.partitionsChanged.map((change) => change.topic)))
        this.partitions.apply(topic)
      if (delta.configsChanged.length > 0) this.#configsChanged()
    })
  }

  #configsChanged(): void {
    for (const partition of this.partitions.all())
      partition.log.updateConfig(this.config.topicLogConfig(partition.topic))
  }

  #leads(partition: Partition): void {
    this.#coordinatorIn(partition.topic)?.load(partition.index)
  }

  #resigns(topic: string, index: number): void {
    this.#coordinatorIn(topic)?.unload(index)
  }

  #coordinatorIn(topic: string): CoordinatorHome | undefined {
    return this.coordinators.find((coordinator) => coordinator.topic === topic)
  }
}

import { type Calendar, type Clock, type Guard, type Logger, NodeGuard, type Random } from '@sluice/effects'
import type { Int64, RequestHeader } from '@sluice/wire'
import type { Authorizer } from '../authorizer/permissions.ts'
import type { ControllerChannel } from '../metadata/controller-channel.ts'
import type { GroupCoordinator } from '../coordinator/group/group-coordinator.ts'
import type { TransactionCoordinator } from '../coordinator/transaction/transaction-coordinator.ts'
import { BrokerConfig } from '../metadata/configs.ts'
import { MetadataImage } from '../metadata/image.ts'
import { isInAnother, isOnlyCopy } from '../metadata/topics-image.ts'
import type { Partition } from '../replication/partition.ts'
import type { Partitions } from '../replication/partitions.ts'
import { ClientMetrics } from './client-metrics/client-metrics.ts'
import { ClientQuotas } from '../quotas/client-quotas.ts'
import { type ReplicationQuotas, replicationQuotas } from '../replication/replication-quota.ts'
import { logDirectoryName } from '../storage/directory-names.ts'
import { LargeRequests } from '../server/large-requests.ts'
import { Lane } from '../storage/lane.ts'
import type { Log } from '../storage/log.ts'
import { LogManager } from '../storage/log-manager.ts'
import { DirectoryLostError, type DiskFailure } from '../storage/node-disk.ts'
import { inSlices } from '../storage/slices.ts'
import type { Volume } from '../storage/volume.ts'
import { handlers } from './api-table.ts'
import type { Connection } from '../server/connection.ts'
import { type BrokerOptions, type BrokerParts, partsOf } from './broker-parts.ts'
import {
  coordinatorHomes,
  type CoordinatorHome,
  createGroupCoordinator,
  createTransactionCoordinator,
} from './coordinators.ts'
import { type BrokerFigures, brokerFigures } from './broker-figures.ts'
import { createFetchSessions, type FetchSessions } from './fetch-sessions.ts'
import { FollowerFetches } from './follower-fetches.ts'
import { ParkedFetches, parkedPartitionsMax } from './parked-fetches.ts'
import { RequestContext } from './handler.ts'
import type { Handler } from '../server/handler.ts'
import { TopicCreation } from './internal-topics.ts'
import { DirectoryAssignments } from './directory-assignments.ts'
import { IsrChanges } from './isr-changes.ts'
import { MetadataFollower } from './metadata-follower.ts'
import { intercepted } from '../server/interception.ts'
import type { BoundListener } from '../server/listeners.ts'
import type { EndOfRead } from '../server/end-of-read.ts'
import { loginsOf } from '../server/authentication/listener-login.ts'
import { RequestFigures } from '../server/request-figures.ts'
import type { LogLevels } from '../server/log-levels.ts'
import { RefusalLog } from '../server/refusal-log.ts'
import { Server } from '../server/server.ts'
import { ProducerIds } from './producer-ids.ts'
import { Registration } from './registration.ts'
import { Peers } from './peers.ts'
import { createPartitions } from './replication.ts'
import type { BrokerServices } from './services.ts'
import { StepBack } from './step-back.ts'

/**
 * One broker: its listeners and connections, its partitions, its part of the group coordination.
 *
 * Start: metadata replayed up to now → logs loaded, by their topics' configs → partitions as the metadata has them →
 * listeners bound → registered → unfenced → requests served. Metadata that comes before the partitions are there waits.
 * Every callback from outside enters through `guard`: sockets and the metadata log directly, timers by the guarded
 * clock, which is the only one that a broker's parts get. A bug stops this broker and leaves its neighbours alone.
 */
export class Broker implements BrokerServices {
  readonly nodeId: number
  readonly rack: string | null
  readonly clusterId: string
  readonly clock: Clock
  readonly calendar: Calendar
  readonly random: Random
  readonly logger: Logger
  readonly handlers: ReadonlyMap<number, Handler<RequestContext>>
  readonly metadata: MetadataImage
  readonly config: BrokerConfig
  readonly logs: LogManager
  readonly partitions: Partitions
  readonly quotas: ReplicationQuotas
  readonly clientQuotas: ClientQuotas
  readonly clientMetrics: ClientMetrics
  readonly logLevels: LogLevels
  readonly controller: ControllerChannel
  readonly groups: GroupCoordinator
  readonly transactions: TransactionCoordinator
  readonly peers: Peers
  readonly coordinators: readonly CoordinatorHome[]
  readonly fetchSessions: FetchSessions
  readonly followerFetches: FollowerFetches
  readonly parkedFetches = new ParkedFetches(parkedPartitionsMax)
  readonly producerIds: ProducerIds
  readonly topicCreation: TopicCreation
  readonly lane: Lane
  readonly largeRequests = new LargeRequests()
  readonly authorizer: Authorizer
  readonly refusals = new RefusalLog(this)
  readonly requests: RequestFigures
  readonly #guard: NodeGuard
  readonly #volume: Volume | null
  readonly #options: BrokerOptions
  readonly #registration: Registration
  readonly #stepBack: StepBack
  readonly #isrChanges: IsrChanges
  readonly #directoryAssignments: DirectoryAssignments
  readonly #server: Server<RequestContext>
  readonly #follower: MetadataFollower
  #unsubscribe: (() => void) | null = null
  #leaveFeeds: (() => void) | null = null
  #started = false
  #stopping: Promise<void> | null = null

  private constructor(options: BrokerOptions, parts: BrokerParts) {
    const { clock } = parts
    this.#options = options
    this.handlers = handlersOf(options, (topicId) => this.metadata.topicNameOf(topicId))
    this.#guard = parts.guard
    this.authorizer = parts.authorizer
    this.nodeId = options.nodeId
    this.rack = options.rack
    this.clusterId = options.clusterId
    this.clock = clock
    this.calendar = parts.calendar
    this.requests = new RequestFigures(clock)
    this.random = options.random
    this.logger = parts.logger
    this.controller = options.controller
    this.metadata = parts.metadata
    this.config = parts.config
    this.logs = parts.logs
    this.logLevels = parts.logLevels
    this.#volume = parts.volume
    this.quotas = replicationQuotas({ brokerId: options.nodeId, clock, config: parts.config })
    this.clientQuotas = new ClientQuotas({ ...parts, nodeId: options.nodeId, limits: options.limits ?? null })
    this.clientMetrics = new ClientMetrics({ ...options, ...parts })
    this.partitions = createPartitions({
      ...options,
      ...parts,
      quotas: this.quotas,
      brokerId: options.nodeId,
      brokerEpoch: () => this.#registration.brokerEpoch,
      listener: {
        leads: (partition) => this.#leads(partition),
        resigns: (topic, index) => this.#resigns(topic, index),
        opensLate: ({ name }) => this.#follower.reviewDirectories(this.metadata.topic(name)),
      },
      alterIsr: (change) => this.#isrChanges.add(change),
      watch: (work) => this.#guard.watch(work),
    })
    this.groups = createGroupCoordinator(this)
    this.peers = new Peers({ ...options, ...parts })
    this.transactions = createTransactionCoordinator(this)
    this.coordinators = coordinatorHomes(this)
    this.followerFetches = new FollowerFetches(this.clock)
    this.fetchSessions = createFetchSessions(this.config, options.random)
    this.#stepBack = new StepBack({ ...parts, brokerId: options.nodeId, disk: this.logs.disk })
    this.#registration = this.#registrationOf(options)
    const { controller, nodeId: brokerId } = options
    const member = {
      brokerId,
      brokerEpoch: () => this.epoch,
      controller,
      clock,
      logger: this.logger,
      watch: (work: Promise<unknown>) => this.#guard.watch(work),
    }
    this.#isrChanges = new IsrChanges(member)
    this.#directoryAssignments = new DirectoryAssignments({
      ...member,
      directoryId: () => this.logs.directoryId,
    })
    this.#follower = this.#followerOf()
    this.producerIds = new ProducerIds(member)
    this.topicCreation = new TopicCreation(this)
    this.lane = new Lane(clock)
    this.#server = this.#serverOf(options, parts)
  }

  #registrationOf({ nodeId: brokerId, clusterId, rack, controller, random }: BrokerOptions): Registration {
    const { clock, logger } = this
    return new Registration({
      brokerId,
      clusterId,
      rack,
      controller,
      clock,
      random,
      logger,
      directoryId: () => this.logs.directoryId,
      previousEpoch: () => this.logs.closedInEpoch,
      heartbeatIntervalMs: this.config.int('broker.heartbeat.interval.ms'),
      metadataOffset: () => this.metadata.offset,
      isUnfenced: () => this.metadata.aliveBrokerEpoch(this.nodeId) === this.epoch,
      stepBack: this.#stepBack,
    })
  }

  #followerOf(): MetadataFollower {
    return new MetadataFollower(this, {
      registration: this.#registration,
      stepBack: this.#stepBack,
      directoryAssignments: this.#directoryAssignments,
      isStopping: () => this.#stopping !== null,
      watch: (work) => this.#guard.watch(work),
    })
  }

  #serverOf(options: BrokerOptions, parts: BrokerParts): Server<RequestContext> {
    const { steady: clock } = this.calendar
    const login = { mechanisms: {}, ...options, ...parts, clock, refusals: this.refusals }
    const { tap, nodeId } = options
    const topicNameOf = (topicId: string) => this.metadata.topicNameOf(topicId)
    return new Server(this, {
      ...options,
      config: this.config,
      tap: tap?.at({ nodeId, clock, topicNameOf }) ?? null,
      loginsOf: (listener) => loginsOf(listener, login),
    })
  }

  /**
   * Resolves when the broker serves. Rejects when a listener cannot be bound, the directory not be used or the signal
   * is aborted meanwhile: then nothing is held any more.
   */
  static async start(options: BrokerOptions): Promise<Broker> {
    const guard = new NodeGuard((failure) => broker.#failed(failure))
    const parts = partsOf(options, guard)
    const broker = new Broker(options, parts)
    try {
      await broker.#start()
      return broker
    } catch (error) {
      await broker.stop({ clean: false })
      throw guard.failure ?? error
    }
  }

  get listeners(): readonly BoundListener[] {
    return this.#server.listeners
  }

  /** Of its registration; −1 before. */
  get epoch(): Int64 {
    return this.#registration.brokerEpoch
  }

  /** What has stopped this broker, if something has: a bug, or the loss of its directory. */
  get failure(): Error | null {
    return this.#guard.failure
  }

  /** Why the disk does not serve; null while it does. */
  get diskFailure(): DiskFailure | null {
    return this.logs.disk.failure
  }

  figures(): BrokerFigures {
    const { nodeId, partitions, requests } = this
    return brokerFigures({ nodeId, partitions, requests, server: this.#server })
  }

  /** Where it has a size of its own. */
  resizeVolume(bytes: number): void {
    this.#volume?.resize(bytes)
  }

  get guard(): Guard {
    return this.#guard.run
  }

  get nowMs(): number {
    return this.#server.nowMs + this.calendar.skewMs
  }

  async #start(): Promise<void> {
    const { signal } = this.#options
    this.#unsubscribe = await this.controller.subscribe(
      (records) => this.#follower.committed(records),
      this.guard,
    )
    this.#goOn()
    this.#follower.replayWaiting()
    if (this.#volume) await inSlices(this.#volume.measure(), this.clock, signal)
    this.#goOn()
    await this.logs.load(signal)
    this.#goOn()
    this.logs.removeStrays((log) => this.#holds(log))
    this.#tellMissingLogs()
    this.#tellIgnoredConfigs()
    this.partitions.begin()
    await inSlices(this.#follower.applyTopics(), this.clock, signal)
    this.#goOn()
    this.#follower.follow()
    await this.#server.listen(this.#options.listeners)
    this.#goOn()
    await this.#registration.register(this.listeners, signal)
    this.#goOn()
    const { guard, partitions } = this
    this.#leaveFeeds = this.#options.feeds.join(this.nodeId, {
      guard,
      openFeed: (offer) => partitions.openFeed(offer),
    })
    this.partitions.beginFetching()
    for (const topic of this.metadata.topics()) this.#follower.reviewDirectories(topic)
    await this.#registration.keepAlive(signal)
    this.#goOn()
    this.#started = true
    this.#server.open()
  }

  /** Throws what has stopped the broker while its start waited. */
  #goOn(): void {
    if (!this.#stopping) {
      this.#options.signal.throwIfAborted()
      return
    }
    this.#server.closeListeners()
    this.#unsubscribe?.()
    throw this.failure ?? new Error(`broker ${this.nodeId} is stopped while it starts`)
  }

  /** Unclean: as after a crash, but for what has been written already. */
  stop({ clean }: { clean: boolean }): Promise<void> {
    this.#stopping ??= this.#stop(clean)
    return this.#stopping
  }

  /** Each part is let go, whatever the others throw: after a bug nothing is sure any more, and all must be free. */
  async #stop(clean: boolean): Promise<void> {
    this.guard(() => this.#server.closeListeners())
    if (clean && this.failure === null)
      await this.#registration.leave().catch((error: unknown) => this.#guard.fail(error))
    this.guard(() => this.#registration.abandon())
    this.guard(() => this.#isrChanges.close())
    this.guard(() => this.#directoryAssignments.close())
    this.guard(() => this.#leaveFeeds?.())
    this.guard(() => this.#server.stopWatching())
    this.guard(() => this.#unsubscribe?.())
    for (const coordinator of this.coordinators) this.guard(() => coordinator.close())
    this.guard(() => this.peers.close())
    this.guard(() => this.partitions.close({ clean: clean && this.failure === null }))
    for (const connection of this.#server.connections())
      this.guard(() => connection.destroy('the broker stops'))
    const { epoch } = this
    this.guard(() => this.logs.stop({ clean: clean && this.failure === null, brokerEpoch: epoch }))
  }

  contextOf(header: RequestHeader, connection: Connection): RequestContext {
    return new RequestContext(header, connection, this)
  }

  commitStaged(): void {
    this.partitions.commitStaged()
  }

  get endOfRead(): EndOfRead {
    return this.#server.endOfRead
  }

  #failed(failure: Error): void {
    if (failure instanceof DirectoryLostError) this.logger.error(`this broker stops: ${failure.message}`)
    else this.logger.error('a bug has stopped this broker', { error: failure })
    void this.stop({ clean: false }).then(() => {
      if (this.#started) this.#options.onFailure(failure)
    })
  }

  /** Of a log that was never flushed a power cut may have taken of which topic it is: it is that of this name. */
  #holds({
    topicId,
    topicPartition: { topic: name, partition },
  }: Pick<Log, 'topicId' | 'topicPartition'>): boolean {
    const topic = topicId === null ? this.metadata.topic(name) : this.metadata.topicById(topicId)
    return topic?.partitions[partition]?.replicas.includes(this.nodeId) === true
  }

  /**
   * What no other replica has is gone: it is made anew, empty. The others are filled again. A log that was never written to
   * has no directory: only one that a checkpoint names is missing, or any where the directory of them all is a new one, or was
   * emptied.
   */
  #tellMissingLogs(): void {
    for (const { name: topic, partitions } of this.metadata.topics())
      for (const [partition, state] of partitions.entries()) {
        const place = { topic, partition }
        if (!isOnlyCopy(state, this.nodeId) || this.logs.get(place)) continue
        if (this.logs.isLost(place) || isInAnother(state, this.nodeId, this.logs.directoryId))
          this.logs.tellLoss({ kind: 'log missing', log: logDirectoryName(place) })
      }
  }

  #tellIgnoredConfigs(): void {
    for (const ignored of this.config.ignored()) {
      this.logger.error('a dynamic config is ignored with which no broker can run', { ...ignored })
      this.logs.tellLoss({ kind: 'config ignored', ...ignored })
    }
  }

  #leads(partition: Partition): void {
    this.followerFetches.leads()
    this.#coordinatorIn(partition.topic)?.load(partition.index)
  }

  #resigns(topic: string, index: number): void {
    this.#coordinatorIn(topic)?.unload(index)
  }

  #coordinatorIn(topic: string): CoordinatorHome | undefined {
    return this.coordinators.find((coordinator) => coordinator.topic === topic)
  }
}

function handlersOf(
  { nodeId, interceptor }: BrokerOptions,
  topicNameOf: (topicId: string) => string | undefined,
): ReadonlyMap<number, Handler<RequestContext>> {
  return interceptor ? intercepted<RequestContext>(handlers, interceptor, { nodeId, topicNameOf }) : handlers
}

import {
  assert,
  type Clock,
  type Disk,
  guardedClock,
  isSystemError,
  type Logger,
  type Network,
  NodeGuard,
  type Processes,
  type Random,
  thrownMidway,
  type Timer,
} from '@sluice/effects'
import {
  AbortTransactionRecord,
  type Api,
  BrokerHeartbeat,
  ErrorCode,
  RegisterControllerRecord,
  randomUuid,
  Writer,
} from '@sluice/wire'
import type { ClusterLimits } from '../metadata/cluster-limits.ts'
import { BrokerConfig } from '../metadata/configs.ts'
import { supportedFeatures } from '../metadata/features.ts'
import type { ChannelContext, RecordsListener } from '../metadata/controller-channel.ts'
import { securityProtocolId } from '../metadata/security-protocol.ts'
import { MetadataImage } from '../metadata/image.ts'
import { type NewRecord, newRecord } from '../metadata/records.ts'
import { controllerListener, type ListenerKind } from '../server/listeners.ts'
import { DirectoryLock } from '../storage/directory-lock.ts'
import { Lane } from '../storage/lane.ts'
import type { Authorizer } from '../authorizer/permissions.ts'
import type { TellLoss } from '../storage/losses.ts'
import { MutationQuota } from '../quotas/mutation-quota.ts'
import { openMetaProperties } from '../storage/meta-properties.ts'
import { type DiskFailure, DirectoryLostError, NodeDisk } from '../storage/node-disk.ts'
import { atOnce, inSlices, type Steps } from '../storage/slices.ts'
import { AclsManager } from './acls.ts'
import { BrokerHeartbeats } from './broker-heartbeats.ts'
import { BrokersManager } from './brokers.ts'
import type { ChannelTarget } from './channel.ts'
import { ClientQuotasManager } from './client-quotas.ts'
import { CommitQueue } from './commit-queue.ts'
import { ConfigsManager } from './configs.ts'
import type { ControllerRequest } from './controller-request.ts'
import type { Decision } from './decision.ts'
import { cannotBeWritten, type Decided, Decisions, unexpected } from './decisions.ts'
import { DelegationTokensManager } from './delegation-tokens.ts'
import { ElectionsManager } from './elections.ts'
import { FeaturesManager } from './features.ts'
import { ControllerListener } from './listener/controller-listener.ts'
import { MetadataLog } from './metadata-log.ts'
import { metadataLogConfig } from './metadata-log-config.ts'
import { Observers } from './observers.ts'
import { PartitionChanges } from './partition-changes.ts'
import { PartitionsManager } from './partitions.ts'
import { PeriodicDecisions } from './periodic-decisions.ts'
import { ProducerIdsManager } from './producer-ids.ts'
import { QuorumManager } from './quorum.ts'
import { RaftVotersManager } from './raft-voters.ts'
import { ScramCredentialsManager } from './scram-credentials.ts'
import { ReassignmentsManager } from './reassignments.ts'
import { controllerRequests, type Managers } from './requests.ts'
import { TopicPolicy } from './topic-policy.ts'
import { TopicsManager } from './topics.ts'

interface ControllerOptions {
  readonly disk: Disk
  /** See NodeEffects. */
  readonly openFilesMax?: number
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Without it nobody reaches this controller but by calls. */
  readonly network?: Network
  /** Without it the directory is not guarded against other processes. */
  readonly processes?: Processes
  /** Gives up an opening that is under way. */
  readonly signal: AbortSignal
  /** The controller's log directory, made if it is not there. */
  readonly directory: string
  readonly nodeId: number
  readonly clusterId: string
  /** Where the controller listens, and is said to: a fact of its registration. */
  readonly host: string
  readonly port: number
  readonly listener?: ListenerKind
  readonly staticProperties: Readonly<Record<string, string>>
  /** Goes on without what of the metadata is broken; see MetadataDamagedError. */
  readonly acceptsLoss?: boolean
  /** Something of this cluster is there already, so that there must be metadata. */
  readonly isExpected?: boolean
  /** Told of what the opening finds lost. */
  readonly onLoss?: TellLoss
  /** Of clients for whom a broker asks that is none of ours: what they may do; without one everything. */
  readonly authorizer?: Authorizer
  /** What clients may ask of the cluster beyond configs and quotas. */
  readonly limits?: ClusterLimits
  /** A bug, the loss of its directory, or a disk of which nobody knows what is on it, has stopped this controller. */
  readonly onFailure: (failure: Error) => void
}

/** What a controller is made of before it begins. */
interface Parts {
  readonly guard: NodeGuard
  readonly image: MetadataImage
  readonly config: BrokerConfig
  readonly log: MetadataLog
  readonly lock: DirectoryLock
  readonly disk: NodeDisk
}

/** Log and snapshots are worth a snapshot at a clean stop from this size on: a load replays it in no time. */
const stopSnapshotBytesMin = 256 * 1024
const retryMs = 1000

/**
 * The one controller of an embedded cluster. A request becomes a decision (records and a response), made from the
 * image; its records are appended to the metadata log and replayed into the image (see Decisions), so that the next
 * decision sees them; response and brokers wait until they are durable. Decisions that come while the disk is busy share
 * the next fdatasync.
 *
 * Where an append fails (disk full) its decision is refused and nothing has happened. Where fdatasync fails nobody
 * knows what is on the disk: that stops the controller, as a bug does, until it is opened again. An ordinary throw in a
 * decision, which has changed nothing, ends its request alone.
 */
export class Controller implements ChannelTarget {
  readonly #options: ControllerOptions
  readonly #image: MetadataImage
  readonly #log: MetadataLog
  readonly #lock: DirectoryLock
  readonly #config: BrokerConfig
  readonly #disk: NodeDisk
  readonly #managers: Managers
  readonly #queue: CommitQueue
  readonly #decisions: Decisions
  readonly #guard: NodeGuard
  readonly #lane: Lane
  readonly #periodicDecisions: PeriodicDecisions
  readonly #listener: ControllerListener | null
  #sessionTimer: Timer | null = null
  #opened = false
  #closing: Promise<void> | null = null
  readonly #closed = new AbortController()
  #isWritingSnapshot = false

  private constructor(options: ControllerOptions, parts: Parts) {
    const { image, config, log } = parts
    this.#options = options
    this.#image = image
    this.#config = config
    this.#log = log
    this.#lock = parts.lock
    this.#disk = parts.disk
    this.#guard = parts.guard
    this.#lane = new Lane(options.clock)
    const { clock, random, clusterId, nodeId, logger } = options
    const heartbeats = new BrokerHeartbeats({
      clock,
      sessionTimeoutMs: config.int('broker.session.timeout.ms'),
      patienceMs: config.long('unclean.leader.election.interval.ms'),
    })
    const changes = new PartitionChanges({ image, config, heartbeats })
    const observers = new Observers(clock)
    const { limits = null } = options
    const policy = limits && new TopicPolicy(limits, { image, config, clock })
    const elections = new ElectionsManager({ image, changes })
    const brokers = new BrokersManager({ image, changes, heartbeats, clusterId, nodeId })
    this.#managers = {
      brokers,
      topics: new TopicsManager({
        image,
        config,
        random,
        mutations: new MutationQuota({ clock, config, image, limits }),
        policy,
      }),
      partitions: new PartitionsManager({ image, brokers, changes }),
      elections,
      reassignments: new ReassignmentsManager({ image, changes }),
      configs: new ConfigsManager({ image, config, policy }),
      producerIds: new ProducerIdsManager({ image, brokers }),
      features: new FeaturesManager({ image, config, nodeId }),
      quorum: new QuorumManager({ image, brokers, observers, clock, nodeId }),
      raftVoters: new RaftVotersManager({ clusterId, listener: controllerListener(options).name }),
      scramCredentials: new ScramCredentialsManager({ image }),
      clientQuotas: new ClientQuotasManager({ image }),
      delegationTokens: new DelegationTokensManager({ image, config, clock, random }),
      acls: new AclsManager({ image, config, random }),
    }
    this.#queue = new CommitQueue({
      log,
      image,
      clock,
      onCommitted: () => this.#listener?.commits.committed(),
      onDurable: () => this.#snapshotIfDue(),
      onFailure: (failure) => this.#guard.fail(failure),
    })
    this.#decisions = new Decisions({ ...parts, managers: this.#managers, queue: this.#queue, logger, clock })
    this.#listener = this.#listenerOf(options, observers)
    this.#periodicDecisions = new PeriodicDecisions({
      clock,
      disk: this.#disk,
      logger,
      config,
      managers: this.#managers,
      whenFree: (act) => this.#decisions.whenFree(act),
      append: (records) => {
        this.#decisions.append(records)
        void this.#queue.settled()
      },
    })
  }

  #listenerOf(options: ControllerOptions, observers: Observers): ControllerListener | null {
    const { network, disk } = options
    if (!network) return null
    return new ControllerListener({
      ...options,
      listener: controllerListener(options),
      network,
      disk,
      guard: this.#guard.run,
      lane: this.#lane,
      config: this.#config,
      metadata: this.#image,
      log: this.#log,
      observers,
      decide: (api, version, request, context) => this.decide(api, version, request, context),
    })
  }

  /** Loads the metadata, or begins a new cluster's; ready for requests when it resolves. */
  static async open(options: ControllerOptions): Promise<Controller> {
    const { disk, directory, nodeId } = options
    const logger = options.logger.with({ controller: nodeId })
    disk.mkdirSync(directory)
    // Before anything is written: a second process would begin an epoch in the first one's log.
    const lock = DirectoryLock.acquire(disk, directory, options.processes)
    // Its name survives a power cut: without one the directory would pass for one that was stopped cleanly.
    disk.syncDirectorySync(directory)
    let opened: Controller | null = null
    const guard = new NodeGuard((failure) => {
      if (opened) opened.#failed(failure)
    })
    try {
      const clock = guardedClock(options.clock, guard.run)
      opened = await Controller.#load({ ...options, clock, logger }, lock, guard)
      await opened.#begin()
      return opened
    } catch (error) {
      if (opened) opened.#queue.fail(error as Error)
      if (opened) await opened.close()
      else lock.release(false)
      throw guard.failure ?? error
    }
  }

  static async #load(options: ControllerOptions, lock: DirectoryLock, guard: NodeGuard): Promise<Controller> {
    const { disk, clock, random, logger, directory, nodeId, clusterId, staticProperties } = options
    openMetaProperties({ disk, clock, random, directory, nodeId, clusterId })
    const image = new MetadataImage()
    const config = new BrokerConfig({ image, nodeId, staticProperties })
    const logConfig = metadataLogConfig(config)
    const retentionBytes = config.long('metadata.max.retention.bytes')
    const found = { ...options, clock, logger, wasClean: lock.wasFree, logConfig, retentionBytes }
    const log = await inSlices(MetadataLog.open(found, image), clock, options.signal)
    return new Controller(options, { guard, image, config, log, lock, disk: new NodeDisk(options) })
  }

  get nodeId(): number {
    return this.#options.nodeId
  }

  /** Where it listens. */
  get address(): { host: string; port: number } {
    const { host, port } = this.#listener?.address ?? this.#options
    return { host, port }
  }

  /** What has stopped this controller, if something has. */
  get failure(): Error | null {
    return this.#guard.failure
  }

  /** Why the disk does not serve; null while it does. */
  get diskFailure(): DiskFailure | null {
    return this.#disk.failure
  }

  async handle(api: Api, version: number, request: unknown, context: ChannelContext): Promise<Buffer | null> {
    const encode = (response: unknown) => this.#lane.done(encoded(api, version, response as never))
    const response = await this.decide(api, version, request, context)
    if (response === null) return null
    try {
      return await encode(response)
    } catch (error) {
      this.#options.logger.error('an answer of the controller cannot be encoded', { api: api.name, error })
      return encode(handlerOf(api).refuse(request, ErrorCode.UNKNOWN_SERVER_ERROR, unexpected))
    }
  }

  /** The response itself; null as `handle` gives it. */
  async decide(api: Api, version: number, request: unknown, asker: ChannelContext): Promise<unknown> {
    const handler = handlerOf(api)
    if (this.#closing) return null
    const decided = await this.#decisions.decide({ handler, version, request, ...asker })
    if (!decided) return null
    if ('refusal' in decided) return decided.refusal
    // Also an answer without records may rest on what others have decided, and is not durable yet.
    await this.#queue.settled()
    const { failure } = this.#queue
    if (failure) {
      if (!isSystemError(failure)) return null
      return handler.refuse(request, ErrorCode.KAFKA_STORAGE_ERROR, cannotBeWritten(failure))
    }
    this.#watchSessions()
    return decided.response
  }

  subscribe(listener: RecordsListener, after: number): Promise<() => void> {
    return this.#queue.subscribe(listener, after)
  }

  /** Stops deciding; everything that was answered is durable, and the next start loads quickly. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#sessionTimer?.cancel()
    this.#disk.end()
    this.#periodicDecisions.stop()
    this.#decisions.close()
    this.#closed.abort()
    this.#guard.run(() => this.#listener?.close())
    await this.#queue.close()
    const clean = !this.#queue.failure
    this.#guard.run(() => {
      if (clean && this.#log.bytesSinceSnapshot >= stopSnapshotBytesMin) atOnce(this.#snapshot())
    })
    let isClosed = false
    this.#guard.run(() => {
      isClosed = this.#closeLog(clean)
    })
    this.#guard.run(() => this.#lock.release(clean && isClosed))
  }

  /** Whether the disk has taken everything. */
  #closeLog(clean: boolean): boolean {
    try {
      this.#log.close({ clean })
      return true
    } catch (error) {
      if (!isSystemError(error)) throw error
      // What was answered is durable; the next start reads the log as after a crash.
      this.#options.logger.error('the disk refuses a clean stop', { error })
      return false
    }
  }

  #failed(failure: Error): void {
    const { logger } = this.#options
    if (failure instanceof DirectoryLostError) logger.error(`the controller stops: ${failure.message}`)
    else if (isSystemError(failure))
      logger.error('the disk has stopped the controller', { reason: failure.message })
    else logger.error('a bug has stopped the controller', { error: failure })
    this.#queue.fail(failure)
    void this.close().then(() => {
      if (this.#opened) this.#options.onFailure(failure)
    })
  }

  /** The first records of an epoch: what a new cluster starts from, and who we are. */
  async #begin(): Promise<void> {
    if (this.#image.inTransaction)
      this.#decisions.append([newRecord(AbortTransactionRecord, { reason: 'a new controller' })])
    if (this.#image.metadataVersion === 0) this.#decisions.append(this.#managers.features.bootstrapRecords())
    await this.#listener?.listen()
    this.#decisions.append([registration(this.#options, this.address)])
    await this.#queue.settled()
    if (this.#queue.failure) throw this.#queue.failure
    this.#opened = true
    this.#periodicDecisions.start()
    this.#disk.begin(() => this.#lock.isGone())
    this.#watchSessions()
    this.#listener?.open()
  }

  /** One timer, for the session that may end first. */
  #watchSessions(): void {
    this.#sessionTimer?.cancel()
    this.#sessionTimer = null
    const ms = this.#managers.brokers.msToNextExpiry
    if (this.#closing || ms === null) return
    this.#sessionTimer = this.#options.clock.schedule(ms, () => {
      this.#guard.watch(this.#endSessions())
    })
  }

  async #endSessions(): Promise<void> {
    const asked = { handler: fencing, version: 0, request: null, principal: '', clientId: '' }
    // Each sees what the fencing of the one before has changed.
    let decided: Decided
    do {
      decided = await this.#decisions.decide(asked)
      if (!decided || this.#closing) return
      if ('refusal' in decided) {
        assert(decided.refusal === ErrorCode.KAFKA_STORAGE_ERROR, 'whoever is late can be fenced')
        this.#sessionTimer = this.#options.clock.schedule(retryMs, () => {
          this.#guard.watch(this.#endSessions())
        })
        return
      }
      if (decided.response === 'fenced')
        this.#options.logger.warn('a broker is fenced: no heartbeat within the session timeout')
      void this.#queue.settled()
    } while (decided.response !== null)
    this.#watchSessions()
  }

  /** One at a time; what is appended meanwhile stands in the next one. */
  #snapshotIfDue(): void {
    const due = this.#config.long('metadata.log.max.record.bytes.between.snapshots')
    if (this.#isWritingSnapshot || this.#log.bytesSinceSnapshot < due) return
    this.#isWritingSnapshot = true
    const writing = inSlices(this.#snapshot(), this.#options.clock, this.#closed.signal).finally(() => {
      this.#isWritingSnapshot = false
    })
    this.#guard.watch(
      writing.catch((error: unknown) => {
        if (!this.#closed.signal.aborted) throw error
      }),
    )
  }

  *#snapshot(): Steps {
    try {
      yield* this.#log.snapshot(this.#image)
    } catch (error) {
      if (!isSystemError(error)) throw error
      // The log alone is enough; the next append tries again.
      this.#disk.failed('a metadata snapshot failed', error)
    }
  }
}

/** The sessions of brokers are over. Nobody asks for it, so that whatever it throws is a bug. */
const fencing: ControllerRequest<Managers> = {
  api: BrokerHeartbeat,
  isUrgent: true,
  *decide({ brokers }) {
    try {
      return (yield* brokers.endOneSession()) as Decision<never>
    } catch (error) {
      throw thrownMidway(error)
    }
  },
  refuse: (_asked, errorCode) => errorCode as never,
}

function handlerOf(api: Api): ControllerRequest<Managers> {
  const handler = controllerRequests.get(api.apiKey)
  assert(handler, `the controller does not serve ${api.name}`)
  return handler
}

function* encoded(api: Api, version: number, response: never): Steps<Buffer> {
  const writer = new Writer()
  yield* api.response.encodeInSteps(writer, version, response)
  return writer.finish()
}

function registration(options: ControllerOptions, { host, port }: { host: string; port: number }): NewRecord {
  const { nodeId, random } = options
  const { name, protocol } = controllerListener(options)
  return newRecord(RegisterControllerRecord, {
    controllerId: nodeId,
    incarnationId: randomUuid(random),
    zkMigrationReady: false,
    endPoints: [{ name, host, port, securityProtocol: securityProtocolId[protocol] }],
    features: supportedFeatures,
  })
}

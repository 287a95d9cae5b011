import {
  assert,
  type Clock,
  type Disk,
  isSystemError,
  type Logger,
  type Processes,
  type Random,
  type Timer,
} from '@sluice/effects'
import {
  AbortTransactionRecord,
  type Api,
  BeginTransactionRecord,
  EndTransactionRecord,
  ErrorCode,
  FeatureLevelRecord,
  RegisterControllerRecord,
  randomUuid,
} from '@sluice/wire'
import { BrokerConfig } from '../metadata/configs.ts'
import { bootstrapFeatures, supportedFeatures } from '../metadata/features.ts'
import type { ControllerChannel } from '../metadata/controller-channel.ts'
import { MetadataImage } from '../metadata/image.ts'
import { type LoggedRecord, type NewRecord, newRecord } from '../metadata/records.ts'
import { DirectoryLock } from '../storage/directory-lock.ts'
import { openMetaProperties } from '../storage/meta-properties.ts'
import { BrokersManager } from './brokers.ts'
import { inlineChannel } from './channel.ts'
import { CommitQueue } from './commit-queue.ts'
import { ConfigsManager } from './configs.ts'
import type { Decision } from './decision.ts'
import { FeaturesManager } from './features.ts'
import { MetadataLog } from './metadata-log.ts'
import { ProducerIdsManager } from './producer-ids.ts'
import { type ControllerRequest, controllerRequests, type Managers } from './requests.ts'
import { TopicsManager } from './topics.ts'

interface ControllerOptions {
  readonly disk: Disk
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Without it the directory is not guarded against other processes. */
  readonly processes?: Processes
  /** The controller's log directory, made if it is not there. */
  readonly directory: string
  readonly nodeId: number
  readonly clusterId: string
  /** Where the controller is said to listen: a fact of its registration. */
  readonly host: string
  readonly port: number
  readonly staticProperties: Readonly<Record<string, string>>
}

/** What a controller is made of before it begins. */
interface Parts {
  readonly image: MetadataImage
  readonly config: BrokerConfig
  readonly log: MetadataLog
  readonly lock: DirectoryLock
}

/** Log and snapshots are worth a snapshot at a clean stop from this size on: a load replays it in no time. */
const stopSnapshotBytesMin = 256 * 1024
const plaintext = 0

/**
 * The one controller of an embedded cluster. A request becomes a decision (records and a response), made from the
 * image; its records are appended to the metadata log and replayed into the image at once, so that the next decision
 * sees them; response and brokers wait until they are durable. Decisions that come while the disk is busy share the
 * next fdatasync.
 *
 * Where an append fails (disk full) its decision is refused and nothing has happened. Where fdatasync fails nobody
 * knows what is on the disk, so the controller stops deciding until it is opened again.
 */
export class Controller {
  readonly #options: ControllerOptions
  readonly #image: MetadataImage
  readonly #log: MetadataLog
  readonly #lock: DirectoryLock
  readonly #config: BrokerConfig
  readonly #managers: Managers
  readonly #queue: CommitQueue
  readonly #channel: ControllerChannel
  #sessionTimer: Timer | null = null
  #closed = false

  private constructor(options: ControllerOptions, parts: Parts) {
    const { image, config, log } = parts
    this.#options = options
    this.#image = image
    this.#config = config
    this.#log = log
    this.#lock = parts.lock
    const { clock, random, clusterId, nodeId } = options
    const sessionTimeoutMs = config.int('broker.session.timeout.ms')
    const brokers = new BrokersManager({ image, clock, clusterId, sessionTimeoutMs })
    this.#managers = {
      brokers,
      topics: new TopicsManager({ image, config, random }),
      configs: new ConfigsManager({ image, config }),
      producerIds: new ProducerIdsManager({ image, brokers }),
      features: new FeaturesManager({ image, nodeId }),
    }
    this.#queue = new CommitQueue({
      log,
      image,
      logger: options.logger,
      onDurable: () => this.#snapshotIfDue(),
    })
    this.#channel = inlineChannel({
      handle: (api, version, request) => this.#handle(api, version, request),
      subscribe: (listener) => this.#queue.subscribe(listener),
    })
  }

  /** Loads the metadata, or begins a new cluster's; ready for requests when it resolves. */
  static async open(options: ControllerOptions): Promise<Controller> {
    const { disk, directory, nodeId } = options
    const logger = options.logger.with({ controller: nodeId })
    disk.mkdirSync(directory)
    // Before anything is written: a second process would begin an epoch in the first one's log.
    const lock = DirectoryLock.acquire(disk, directory, options.processes)
    let opened: Controller | null = null
    try {
      opened = Controller.#load({ ...options, logger }, lock)
      await opened.#begin()
      return opened
    } catch (error) {
      if (opened) opened.#log.close({ clean: false })
      lock.release(false)
      throw error
    }
  }

  static #load(options: ControllerOptions, lock: DirectoryLock): Controller {
    const { disk, clock, random, logger, directory, nodeId, clusterId, staticProperties } = options
    openMetaProperties({ disk, clock, random, directory, nodeId, clusterId })
    const image = new MetadataImage()
    const config = new BrokerConfig({ image, nodeId, staticProperties })
    const logConfig = metadataLogConfig(config)
    const retentionBytes = config.long('metadata.max.retention.bytes')
    const log = MetadataLog.open({ disk, clock, logger, directory, nodeId, logConfig, retentionBytes }, image)
    return new Controller(options, { image, config, log, lock })
  }

  /** How brokers reach this controller. */
  channel(): ControllerChannel {
    return this.#channel
  }

  /** Stops deciding; everything that was answered is durable, and the next start loads quickly. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#sessionTimer?.cancel()
    await this.#queue.close()
    try {
      if (!this.#queue.failure && this.#log.bytesSinceSnapshot >= stopSnapshotBytesMin)
        this.#log.snapshot(this.#image)
    } catch (error) {
      this.#options.logger.warn('no metadata snapshot at the stop', { error })
    }
    const clean = !this.#queue.failure
    try {
      this.#log.close({ clean })
    } catch (error) {
      if (!isSystemError(error)) throw error
      // What was answered is durable; the next start reads the log as after a crash.
      this.#options.logger.error('the disk refuses a clean stop', { error })
    } finally {
      this.#lock.release(clean)
    }
  }

  /** The first records of an epoch: what a new cluster starts from, and who we are. */
  async #begin(): Promise<void> {
    if (this.#image.inTransaction)
      this.#append([newRecord(AbortTransactionRecord, { reason: 'a new controller' })])
    if (this.#image.metadataVersion === 0) this.#append(bootstrapRecords())
    this.#append([registration(this.#options)])
    await this.#queue.settled()
    if (this.#queue.failure) throw this.#queue.failure
    this.#watchSessions()
  }

  async #handle(api: Api, version: number, request: unknown): Promise<unknown> {
    const handler: ControllerRequest | undefined = controllerRequests.get(api.apiKey)
    assert(handler, `the controller does not serve ${api.name}`)
    if (this.#closed || this.#queue.failure)
      return handler.refuse(request, ErrorCode.KAFKA_STORAGE_ERROR, stopped)
    const offset = this.#log.endOffset
    const decision: Decision<unknown> = handler.decide(this.#managers, request, version, offset)
    try {
      if (decision.records.length > 0) this.#append(decision.records)
    } catch (error) {
      this.#options.logger.error('the metadata log cannot be written', { error })
      return handler.refuse(request, ErrorCode.KAFKA_STORAGE_ERROR, cause(error))
    }
    // Also an answer without records may rest on what others have decided, and is not durable yet.
    await this.#queue.settled()
    if (this.#queue.failure)
      return handler.refuse(request, ErrorCode.KAFKA_STORAGE_ERROR, cause(this.#queue.failure))
    this.#watchSessions()
    return decision.response
  }

  #append(records: readonly NewRecord[]): LoggedRecord[] {
    const logged = this.#log.append(records)
    this.#image.replay(logged)
    this.#queue.push(logged)
    return logged
  }

  /** One timer, for the session that may end first. */
  #watchSessions(): void {
    this.#sessionTimer?.cancel()
    this.#sessionTimer = null
    const ms = this.#managers.brokers.msToNextExpiry
    if (this.#closed || ms === null) return
    this.#sessionTimer = this.#options.clock.schedule(ms, () => this.#fenceExpired())
  }

  #fenceExpired(): void {
    if (this.#closed || this.#queue.failure) return
    const records = this.#managers.brokers.fenceExpired()
    try {
      if (records.length > 0) {
        this.#options.logger.warn('a broker is fenced: no heartbeat within the session timeout')
        this.#append(records)
        void this.#queue.settled()
      }
    } catch (error) {
      this.#options.logger.error('the metadata log cannot be written', { error })
      this.#sessionTimer = this.#options.clock.schedule(retryMs, () => this.#fenceExpired())
      return
    }
    this.#watchSessions()
  }

  #snapshotIfDue(): void {
    const due = this.#config.long('metadata.log.max.record.bytes.between.snapshots')
    if (this.#log.bytesSinceSnapshot < due) return
    try {
      this.#log.snapshot(this.#image)
    } catch (error) {
      // The log alone is enough; the next append tries again.
      this.#options.logger.warn('a metadata snapshot failed', { error })
    }
  }
}

const stopped = 'The controller has stopped.'
const retryMs = 1000

function cause(error: unknown): string {
  return `The metadata log cannot be written: ${error instanceof Error ? error.message : String(error)}`
}

/** Written as a transaction, so that a reader sees the features of a new cluster all at once. */
function bootstrapRecords(): NewRecord[] {
  return [
    newRecord(BeginTransactionRecord, { name: 'Bootstrap records' }),
    ...bootstrapFeatures.map(({ name, level }) =>
      newRecord(FeatureLevelRecord, { name, featureLevel: level }),
    ),
    newRecord(EndTransactionRecord, {}),
  ]
}

function registration({ nodeId, random, host, port }: ControllerOptions): NewRecord {
  return newRecord(RegisterControllerRecord, {
    controllerId: nodeId,
    incarnationId: randomUuid(random),
    zkMigrationReady: false,
    endPoints: [{ name: 'CONTROLLER', host, port, securityProtocol: plaintext }],
    features: supportedFeatures,
  })
}

function metadataLogConfig(config: BrokerConfig) {
  const unlimited = -1
  return {
    ...config.topicLogConfig('__cluster_metadata'),
    segmentBytes: config.int('metadata.log.segment.bytes'),
    segmentMs: config.long('metadata.log.segment.ms'),
    segmentJitterMs: 0,
    // Snapshots decide what may go.
    retentionBytes: unlimited,
    retentionMs: unlimited,
    flushMessages: 2 ** 63,
    flushMs: 2 ** 63,
    cleanupPolicy: { compact: false, delete: true },
    fileDeleteDelayMs: config.long('internal.metadata.delete.delay.millis'),
  }
}

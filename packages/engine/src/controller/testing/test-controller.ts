import {
  type Disk,
  MemoryDisk,
  type Network,
  NodeGuard,
  type Processes,
  type Random,
  seededRandom,
  silentLogger,
  TestClock,
  type Logger,
} from '@sluice/effects'
import {
  AlterPartition,
  AssignReplicasToDirs,
  BrokerHeartbeat,
  BrokerRegistration,
  type RequestOf,
  type ResponseOf,
  type ValueOf,
  CreateTopics,
  ConfigResourceType,
  IncrementalAlterConfigs,
  type Input,
  type TypedRecord,
  UpdateFeatures,
  type Int64,
} from '@sluice/wire'
import { supportedFeatures } from '../../metadata/features.ts'
import type { Authorizer } from '../../authorizer/permissions.ts'
import type { ClusterLimits } from '../../metadata/cluster-limits.ts'
import { MetadataImage } from '../../metadata/image.ts'
import type { LoggedRecord } from '../../metadata/records.ts'
import type { ControllerChannel } from '../../metadata/controller-channel.ts'
import { InlineChannel } from '../channel.ts'
import type { TellLoss } from '../../storage/losses.ts'
import { Controller } from '../controller.ts'

export const clusterId = 'c2x1aWNlLXRlc3QtMDAwMQ'
/** The one log directory of a broker. */
const directoryOf = (brokerId: number) => `TBdpvNkLSgKdR_F9_b${String(brokerId).padStart(2, '0')}rQ`

/** A controller on a disk and a clock of its own, with what its subscribers see. */
export class TestController {
  readonly disk: Disk
  readonly clock = new TestClock()
  readonly random: Random
  readonly processes: Processes | undefined
  readonly properties: Record<string, string>
  readonly limits: ClusterLimits | undefined
  readonly #logger: Logger
  readonly #network: Network | undefined
  readonly #awayMsMax: number
  /** What a broker has replayed. */
  image = new MetadataImage()
  /** What has stopped the controller, or the one that reads it. */
  failure: Error | null = null
  #channel: InlineChannel | null = null
  /** All records since the last `take`. */
  #records: LoggedRecord[] = []
  #controller: Controller | null = null
  readonly #onLoss: TellLoss | undefined
  readonly #authorizer: Authorizer | undefined
  readonly #epochs = new Map<number, Int64>()

  constructor(
    options: {
      disk?: Disk
      processes?: Processes
      /** Without it there is no listener. */
      network?: Network
      /** How long requests wait for a controller that is away. */
      awayMsMax?: number
      properties?: Record<string, string>
      logger?: Logger
      onLoss?: TellLoss
      authorizer?: Authorizer
      limits?: ClusterLimits
    } = {},
  ) {
    this.disk = options.disk ?? new MemoryDisk()
    this.processes = options.processes
    this.#network = options.network
    this.#awayMsMax = options.awayMsMax ?? 0
    this.random = seededRandom(7)
    this.properties = options.properties ?? {}
    this.#logger = options.logger ?? silentLogger
    this.#onLoss = options.onLoss
    this.#authorizer = options.authorizer
    this.limits = options.limits
  }

  get channel(): ControllerChannel {
    if (!this.#channel) throw new Error('the controller is not open')
    return this.#channel
  }

  async open(): Promise<this> {
    this.#channel = new InlineChannel({ clock: this.clock, awayMsMax: this.#awayMsMax })
    await this.start()
    this.image = new MetadataImage()
    this.#records = []
    const take = (records: readonly LoggedRecord[]) => {
      this.image.replay(records)
      this.#records.push(...records)
    }
    const guard = new NodeGuard((failure) => {
      this.failure = failure
    })
    await this.#channel.subscribe(take, guard.run)
    return this
  }

  /** Its channel waits for the next one. */
  async stop(): Promise<void> {
    const controller = this.#controller
    if (!controller) return
    this.#channel?.disconnect(controller)
    await this.close()
  }

  /** The channel goes on with it. */
  async start(): Promise<void> {
    this.failure = null
    this.#controller = await Controller.open({
      disk: this.disk,
      clock: this.clock,
      random: this.random,
      logger: this.#logger,
      processes: this.processes,
      network: this.#network,
      directory: '/controller',
      nodeId: 3000,
      clusterId,
      host: '127.0.0.1',
      port: 9093,
      signal: new AbortController().signal,
      staticProperties: this.properties,
      onLoss: this.#onLoss,
      authorizer: this.#authorizer,
      limits: this.limits,
      onFailure: (failure) => {
        this.failure = failure
      },
    })
    await this.#channel?.connect(this.#controller)
  }

  async close(): Promise<void> {
    await this.#controller?.close()
    this.#controller = null
  }

  async reopen(): Promise<void> {
    await this.close()
    await this.open()
  }

  /** The records committed since the last call, in short. */
  take(): { type: string; version: number; value: object }[] {
    const records = this.#records.map(({ record, version, value }) => ({ type: record.name, version, value }))
    this.#records = []
    return records
  }

  async register(
    brokerId: number,
    options: Partial<RequestOf<typeof BrokerRegistration>> = {},
    version = 4,
  ): Promise<ResponseOf<typeof BrokerRegistration>> {
    const response = await this.channel.request(BrokerRegistration, version, {
      brokerId,
      clusterId,
      incarnationId: `AAAAAAAAQAAAAAAAAAAA${String(brokerId).padStart(2, '0').slice(-1)}A`,
      listeners: [{ name: 'CLIENT', host: '127.0.0.1', port: 9092 + brokerId, securityProtocol: 0 }],
      features: supportedFeatures,
      rack: null,
      logDirs: [directoryOf(brokerId)],
      previousBrokerEpoch: -1,
      ...options,
    })
    if (response.errorCode === 0) this.#epochs.set(brokerId, response.brokerEpoch)
    return response
  }

  heartbeat(
    brokerId: number,
    options: Partial<RequestOf<typeof BrokerHeartbeat>> = {},
  ): Promise<ResponseOf<typeof BrokerHeartbeat>> {
    return this.channel.request(BrokerHeartbeat, 2, {
      brokerId,
      brokerEpoch: this.#epochs.get(brokerId) ?? -1,
      currentMetadataOffset: this.image.offset,
      wantFence: false,
      wantShutDown: false,
      ...options,
    })
  }

  /** Registers and unfences brokers. */
  async brokers(...ids: number[]): Promise<this> {
    for (const id of ids) {
      await this.register(id)
      await this.heartbeat(id)
    }
    this.take()
    return this
  }

  /** From here on it is a cluster from before eligible leader replicas. */
  async dropElr(): Promise<void> {
    const feature = 'eligible.leader.replicas.version'
    const featureUpdates = [{ feature, maxVersionLevel: 0, upgradeType: 3 }]
    const { errorCode } = await this.channel.request(UpdateFeatures, 2, { featureUpdates })
    if (errorCode !== 0) throw new Error(`error ${errorCode}`)
  }

  /** As the leader of the first partition asks it. */
  async alterPartition(leader: number, topic: string, isr: number[]): Promise<void> {
    const partition = this.image.partition(topic, 0)
    const asked = {
      partitionIndex: 0,
      leaderEpoch: partition?.leaderEpoch ?? -1,
      partitionEpoch: partition?.partitionEpoch ?? -1,
      newIsr: isr,
    }
    const response = await this.channel.request(AlterPartition, 2, {
      brokerId: leader,
      brokerEpoch: this.#epochs.get(leader) ?? -1,
      topics: [{ topicId: this.image.topic(topic)?.id ?? '', partitions: [asked] }],
    })
    const errorCode = response.topics[0]?.partitions[0]?.errorCode ?? response.errorCode
    if (errorCode !== 0) throw new Error(`error ${errorCode}`)
  }

  /** Says in which directory the broker keeps the first partition. */
  async assign(brokerId: number, directory: string, topic: string): Promise<void> {
    const topicId = this.image.topic(topic)?.id ?? ''
    const { errorCode } = await this.channel.request(AssignReplicasToDirs, 0, {
      brokerId,
      brokerEpoch: this.#epochs.get(brokerId) ?? -1,
      directories: [{ id: directory, topics: [{ topicId, partitions: [{ partitionIndex: 0 }] }] }],
    })
    if (errorCode !== 0) throw new Error(`error ${errorCode}`)
  }

  /** Gives a topic a config. */
  async alterConfig(topic: string, name: string, value: string): Promise<void> {
    const { responses } = await this.channel.request(IncrementalAlterConfigs, 1, {
      resources: [
        {
          resourceType: ConfigResourceType.topic,
          resourceName: topic,
          configs: [{ name, configOperation: 0, value }],
        },
      ],
    })
    if (responses[0]?.errorCode !== 0) throw new Error(`error ${responses[0]?.errorCode}`)
  }

  async createTopic(
    topic: Input<RequestOf<typeof CreateTopics>['topics'][number]>,
    validateOnly = false,
  ): Promise<ResponseOf<typeof CreateTopics>['topics'][number]> {
    const response = await this.channel.request(CreateTopics, 7, {
      topics: [{ numPartitions: -1, replicationFactor: -1, ...topic }],
      timeoutMs: 1000,
      validateOnly,
    })
    const [result] = response.topics
    if (!result) throw new Error('no result')
    return result
  }
}

/** The committed records of one type. */
export function valuesOf<R extends TypedRecord>(
  records: readonly { type: string; value: object }[],
  record: R,
): ValueOf<R>[] {
  return records.filter(({ type }) => type === record.name).map(({ value }) => value as ValueOf<R>)
}

import {
  type Disk,
  MemoryDisk,
  type Processes,
  type Random,
  seededRandom,
  silentLogger,
  TestClock,
} from '@sluice/effects'
import {
  BrokerHeartbeat,
  BrokerRegistration,
  type RequestOf,
  type ResponseOf,
  type ValueOf,
  CreateTopics,
  type Input,
  type TypedRecord,
  type Int64,
} from '@sluice/wire'
import { supportedFeatures } from '../../metadata/features.ts'
import { MetadataImage } from '../../metadata/image.ts'
import type { LoggedRecord } from '../../metadata/records.ts'
import type { ControllerChannel } from '../../metadata/controller-channel.ts'
import { InlineChannel } from '../channel.ts'
import { Controller } from '../controller.ts'

export const clusterId = 'c2x1aWNlLXRlc3QtMDAwMQ'
const directoryId = 'TBdpvNkLSgKdR_F9_b3mrQ'

/** A controller on a disk and a clock of its own, with what its subscribers see. */
export class TestController {
  readonly disk: Disk
  readonly clock = new TestClock()
  readonly random: Random
  readonly processes: Processes | undefined
  readonly properties: Record<string, string>
  /** What a broker has replayed. */
  image = new MetadataImage()
  /** What has stopped the controller. */
  failure: Error | null = null
  /** Waits for nobody. */
  #channel: InlineChannel | null = null
  /** All records since the last `take`. */
  #records: LoggedRecord[] = []
  #controller: Controller | null = null
  readonly #epochs = new Map<number, Int64>()

  constructor(options: { disk?: Disk; processes?: Processes; properties?: Record<string, string> } = {}) {
    this.disk = options.disk ?? new MemoryDisk()
    this.processes = options.processes
    this.random = seededRandom(7)
    this.properties = options.properties ?? {}
  }

  get channel(): ControllerChannel {
    if (!this.#channel) throw new Error('the controller is not open')
    return this.#channel
  }

  async open(): Promise<this> {
    this.failure = null
    this.#controller = await Controller.open({
      disk: this.disk,
      clock: this.clock,
      random: this.random,
      logger: silentLogger,
      processes: this.processes,
      directory: '/controller',
      nodeId: 3000,
      clusterId,
      host: '127.0.0.1',
      port: 9093,
      signal: new AbortController().signal,
      staticProperties: this.properties,
      onFailure: (failure) => {
        this.failure = failure
      },
    })
    this.#channel = new InlineChannel({ clock: this.clock, awayMsMax: 0 })
    await this.#channel.connect(this.#controller)
    this.image = new MetadataImage()
    this.#records = []
    const take = (records: readonly LoggedRecord[]) => {
      this.image.replay(records)
      this.#records.push(...records)
    }
    await this.#channel.subscribe(take, (work) => work())
    return this
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
  ): Promise<ResponseOf<typeof BrokerRegistration>> {
    const response = await this.channel.request(BrokerRegistration, 4, {
      brokerId,
      clusterId,
      incarnationId: `AAAAAAAAQAAAAAAAAAAA${String(brokerId).padStart(2, '0').slice(-1)}A`,
      listeners: [{ name: 'CLIENT', host: '127.0.0.1', port: 9092 + brokerId, securityProtocol: 0 }],
      features: supportedFeatures,
      rack: null,
      logDirs: [directoryId],
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

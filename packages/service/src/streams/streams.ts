import { join } from 'node:path'
import type { Disk, Random, Timer } from '@sluice/effects'
import type { LogGroups } from '../fleet/logs/log-groups.ts'
import type { Place } from '../fleet/place.ts'
import { type Outcome, ReconcileLoop } from '../fleet/reconcile-loop.ts'
import { RecordStore, type UnreadableRecord } from '../fleet/record-store.ts'
import { AccountSettings } from './account-settings.ts'
import { Channels } from './channels/channels.ts'
import { Queues } from './queues/queues.ts'
import { ShardIterators } from './shard-iterators.ts'
import { shardsWanted, withPeak } from './demand.ts'
import {
  evenShards,
  nextReshards,
  openShards,
  type Reshard,
  resharded,
  retentionMs,
  startsOf,
} from './shards.ts'
import { Stream } from './stream.ts'
import { Subscriptions } from './subscriptions.ts'
import { StreamLog, type StreamLogOptions } from './stream-log.ts'
import type {
  ConsumerRecord,
  CountedChange,
  RecordDistribution,
  StreamMode,
  StreamRecord,
} from './stream-record.ts'

interface StreamsOptions extends Omit<StreamLogOptions, 'directory'> {
  /** In which channels tell what they could not deliver. */
  logGroups: LogGroups
  dataDirectory: string
  disk: Disk
  random: Random
  place: Place
  /** Whether shards take and give only so much a second, as on AWS. */
  isLimited: boolean
}

/** What a client says of a stream that it makes. */
interface NewStream {
  name: string
  mode: StreamMode
  shardCount: number
  maxRecordKiB: number
  warmMiBps: number
  distribution: RecordDistribution
  tags: Record<string, string>
}

const retentionHoursDefault = 24
const dayMs = 86_400_000
/** How often streams on demand are looked at. */
const demandMs = 60_000
/** Of one stream on demand: as many MiB a second as AWS gives in its largest regions. */
const onDemandShardsMax = 10_240

/** What of a stream may be changed so that something has to be done for it. */
type StreamChange = Pick<
  Partial<StreamRecord>,
  | 'changesMs'
  | 'distribution'
  | 'encryption'
  | 'maxRecordKiB'
  | 'mode'
  | 'retentionHours'
  | 'wantedStarts'
  | 'warmMiBps'
>

/**
 * The streams of Kinesis Data Streams: their records in `<data>/streams/records`, what is in them in the log. A call writes
 * what is wanted of one, durably, and answers; a loop brings it there. Throws the disk's error; then nothing has changed.
 */
export class Streams {
  readonly #options: StreamsOptions
  readonly #store: RecordStore<StreamRecord>
  readonly #loop: ReconcileLoop
  readonly #log: StreamLog
  readonly subscriptions: Subscriptions
  readonly iterators: ShardIterators
  readonly account: AccountSettings
  readonly channels: Channels
  readonly queues: Queues
  readonly #byName = new Map<string, Stream>()
  readonly #byUuid = new Map<string, Stream>()
  #demandTimer: Timer | null = null

  constructor(options: StreamsOptions) {
    const { clock, logger, dataDirectory } = options
    this.#options = options
    this.subscriptions = new Subscriptions(clock)
    this.account = new AccountSettings({ ...options, directory: join(dataDirectory, 'streams') })
    this.iterators = new ShardIterators(options.random, this.account)
    this.#log = new StreamLog({ ...options, directory: join(dataDirectory, 'streams', 'cluster') })
    const streamOf = (uuid: string) => this.#byUuid.get(uuid)
    this.channels = new Channels({ ...options, streamOf })
    this.queues = new Queues({ ...options, streamOf, log: this.#log })
    this.#store = new RecordStore<StreamRecord>({
      ...options,
      directory: join(dataDirectory, 'streams', 'records'),
      noun: 'stream',
      fileOf: (uuid) => `${uuid}.json`,
      formatVersion: 1,
      members: ['state', 'mode', 'shards'],
      loss: 'the stream is then unknown, and its records stay where they are',
    })
    this.#loop = new ReconcileLoop(clock, logger, (uuid) => this.#reconcile(uuid))
  }

  /** Reads what is on disk, and goes on with what was under way. */
  start(): void {
    this.#store.load()
    this.account.load()
    for (const record of this.#store.list()) {
      this.#know(record)
      this.#loop.trigger(record.uuid)
    }
    this.channels.start()
    this.queues.start()
    this.#watchDemand()
  }

  async stop(): Promise<void> {
    this.#demandTimer?.cancel()
    await this.channels.stop()
    await this.queues.stop()
    await this.#loop.stop()
    await this.#log.stop()
  }

  #watchDemand(): void {
    this.#demandTimer = this.#options.clock.schedule(demandMs, () => {
      this.#watchDemand()
      this.meetDemand(demandMs / 1_000)
    })
  }

  /** Gives streams on demand the shards that they need, by what they have taken since this was last done, so many seconds ago. */
  meetDemand(seconds: number): void {
    for (const stream of this.list()) {
      const filled = stream.takeFilled(seconds)
      try {
        this.#meetDemandOf(stream, filled)
      } catch (error) {
        // The disk's: the next minute tries again.
        this.#options.logger.warn('a stream could not be scaled', { stream: stream.record.name, error })
      }
    }
  }

  #meetDemandOf(stream: Stream, filled: number): void {
    const { record } = stream
    if (record.mode !== 'ON_DEMAND') {
      if (record.demand) this.#change(record, { demand: null })
      return
    }
    const nowMs = this.#options.clock.now()
    const demand = withPeak(record.demand ?? undefined, nowMs, filled)
    if (demand !== record.demand) this.#change(record, { demand })
    const present = openShards(record.shards).length
    const wanted = shardsWanted(demand, { nowMs, present, warm: record.warmMiBps, max: onDemandShardsMax })
    if (record.state === 'ACTIVE' && wanted !== present)
      this.update(stream, { wantedStarts: startsOf(evenShards(wanted, 0)) })
  }

  get isLimited(): boolean {
    return this.#options.isLimited
  }

  get place(): Place {
    return this.#options.place
  }

  arnOf(name: string): string {
    const { partition, region, account } = this.#options.place
    return `arn:${partition}:kinesis:${region}:${account}:stream/${name}`
  }

  /** Of streams, and of their channels and queues. */
  unreadable(): UnreadableRecord[] {
    return [this.#store, this.channels, this.queues].flatMap((one) => one.unreadable())
  }

  /** By name. */
  list(): Stream[] {
    return [...this.#byName.values()].sort((a, b) => (a.record.name < b.record.name ? -1 : 1))
  }

  byName(name: string): Stream | undefined {
    return this.#byName.get(name)
  }

  byArn(arn: string): Stream | undefined {
    const found = this.#byName.get(arn.slice(arn.lastIndexOf('/') + 1))
    return found?.record.arn === arn ? found : undefined
  }

  /** The consumer with this ARN, and its stream. */
  consumerByArn(arn: string): { stream: Stream; consumer: ConsumerRecord } | undefined {
    const stream = this.byArn(arn.slice(0, arn.indexOf('/consumer/')))
    const consumer = stream?.record.consumers.find((one) => one.arn === arn)
    return stream && consumer && { stream, consumer }
  }

  byUuid(uuid: string): Stream | undefined {
    return this.#byUuid.get(uuid)
  }

  /** One that cannot be read has its name, too. */
  isNameTaken(name: string): boolean {
    return this.#byName.has(name) || this.#store.isNameTaken(name)
  }

  create({ shardCount, ...given }: NewStream): StreamRecord {
    const { clock, random } = this.#options
    const createdAtMs = clock.now()
    const record: StreamRecord = {
      formatVersion: 1,
      arn: this.arnOf(given.name),
      uuid: random.uuid(),
      ...given,
      createdAtMs,
      state: 'CREATING',
      retentionHours: retentionHoursDefault,
      encryption: null,
      shardMetrics: [],
      policy: null,
      wantedStarts: null,
      changesMs: { mode: [], shardCount: [], encryption: [] },
      consumers: [],
      shards: evenShards(shardCount, createdAtMs),
    }
    this.#store.insert(record)
    this.#know(record)
    this.#loop.trigger(record.uuid)
    return record
  }

  delete({ record }: Stream): void {
    this.#change(record, { state: 'DELETING' })
    this.#loop.trigger(record.uuid)
  }

  /** What of it is another from now on; it is UPDATING until everything is as it is wanted. */
  update(stream: Stream, change: StreamChange): void {
    const { record } = stream
    this.#change(record, { ...change, state: 'UPDATING' })
    this.#loop.trigger(record.uuid)
  }

  /** The same of what nothing has to be done for. */
  describe(
    { record }: Stream,
    change: Pick<Partial<StreamRecord>, 'tags' | 'policy' | 'shardMetrics'>,
  ): void {
    this.#change(record, change)
  }

  /** Its ARN tells it from others of the name. */
  addConsumer(stream: Stream, name: string, tags: Record<string, string>): ConsumerRecord {
    const { arn, consumers } = stream.record
    const createdAtMs = this.#options.clock.now()
    const consumer: ConsumerRecord = {
      name,
      arn: `${arn}/consumer/${name}:${Math.floor(createdAtMs / 1_000)}`,
      createdAtMs,
      state: 'CREATING',
      tags,
      policy: null,
    }
    this.#change(stream.record, { consumers: [...consumers, consumer] })
    this.#loop.trigger(stream.record.uuid)
    return consumer
  }

  changeConsumer({ record }: Stream, consumer: ConsumerRecord, change: Partial<ConsumerRecord>): void {
    const consumers = record.consumers.map((one) => (one === consumer ? { ...one, ...change } : one))
    this.#change(record, { consumers })
    this.#loop.trigger(record.uuid)
  }

  /** How many times it was changed so within the last day, this time among them; null where that is too many. */
  counted({ record }: Stream, kind: CountedChange, max: number): StreamRecord['changesMs'] | null {
    const nowMs = this.#options.clock.now()
    const recent = record.changesMs[kind].filter((atMs) => atMs > nowMs - dayMs)
    return recent.length >= max ? null : { ...record.changesMs, [kind]: [...recent, nowMs] }
  }

  #change({ uuid }: StreamRecord, change: Partial<StreamRecord>): void {
    const record = this.#store.update(uuid, change)
    this.#byUuid.get(uuid)?.changed(record)
  }

  #know(record: StreamRecord): void {
    const stream = new Stream(record, { ...this.#options, log: this.#log })
    this.#byName.set(record.name, stream)
    this.#byUuid.set(record.uuid, stream)
  }

  #forget({ name, uuid }: StreamRecord): void {
    this.#byName.delete(name)
    this.#byUuid.delete(uuid)
  }

  async #reconcile(uuid: string): Promise<Outcome> {
    // The call that has written it answers first.
    await Promise.resolve()
    const record = this.#store.get(uuid)
    try {
      if (record) this.#settleConsumers(record)
      if (record?.state === 'CREATING') await this.#make(record)
      if (record?.state === 'UPDATING') await this.#alter(record)
      if (record?.state === 'DELETING') await this.#remove(record)
      return 'settled'
    } catch (error) {
      this.#options.logger.warn('a stream is not as it shall be; it is tried again', { uuid, error })
      return 'retry'
    }
  }

  async #make(record: StreamRecord): Promise<void> {
    const { uuid, shards } = record
    await this.#log.createTopic(uuid, shards.length, retentionMs(record))
    // It may have been deleted meanwhile.
    if (this.#store.get(uuid)?.state === 'CREATING') this.#change(record, { state: 'ACTIVE' })
  }

  async #alter(wanted: StreamRecord): Promise<void> {
    await this.#log.setRetention(wanted.uuid, retentionMs(wanted))
    for (;;) {
      const record = this.#store.get(wanted.uuid)
      if (record?.state !== 'UPDATING') return
      const reshards = record.wantedStarts ? nextReshards(record.shards, record.wantedStarts) : []
      if (reshards.length === 0) return this.#change(record, { state: 'ACTIVE', wantedStarts: null })
      await this.#reshard(record, reshards)
    }
  }

  #settleConsumers(record: StreamRecord): void {
    if (record.consumers.every(({ state }) => state === 'ACTIVE')) return
    const consumers = record.consumers
      .filter(({ state }) => state !== 'DELETING')
      .map((consumer) => ({ ...consumer, state: 'ACTIVE' as const }))
    this.#change(record, { consumers })
  }

  /** Partitions first: whoever dies on the way finds them empty. */
  async #reshard({ uuid, shards }: StreamRecord, reshards: readonly Reshard[]): Promise<void> {
    const children = reshards.reduce((sum, { starts }) => sum + starts.length, 0)
    await this.#log.growTopic(uuid, shards.length + children)
    const parents = reshards.flatMap((one) => one.parents)
    await this.#byUuid.get(uuid)?.standingStill(parents, (endOffsets) => {
      const record = this.#store.get(uuid)
      if (record?.state !== 'UPDATING') return
      const nowMs = this.#options.clock.now()
      this.#change(record, { shards: resharded(record.shards, reshards, endOffsets, nowMs) })
    })
  }

  async #remove(record: StreamRecord): Promise<void> {
    await this.#log.deleteTopic(record.uuid)
    this.#store.remove(record.uuid)
    this.#forget(record)
  }
}

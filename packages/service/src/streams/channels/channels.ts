import { dirname, join } from 'node:path'
import type { Clock, Disk, Logger, Random, Timer } from '@sluice/effects'
import type { LogGroups } from '../../fleet/logs/log-groups.ts'
import type { Place } from '../../fleet/place.ts'
import { type Outcome, ReconcileLoop } from '../../fleet/reconcile-loop.ts'
import { RecordStore, type UnreadableRecord } from '../../fleet/record-store.ts'
import type { Stream } from '../stream.ts'
import { shardIdOf } from '../stream-record.ts'
import { StreamMeter } from '../stream-meter.ts'
import { ChannelLog } from './channel-log.ts'
import type { ChannelRecord, NewChannel } from './channel-record.ts'
import { type Delivery, nextDelivery } from './delivery.ts'

interface ChannelsOptions {
  dataDirectory: string
  clock: Clock
  disk: Disk
  logger: Logger
  random: Random
  place: Place
  logGroups: LogGroups
  streamOf: (uuid: string) => Stream | undefined
}

/** As old as AWS lets undelivered data become at most, unless it is told otherwise. */
export const freshnessSecondsDefault = 300
/** How often channels are looked at, of which some may have to deliver. */
const lookMs = 1_000

/** What is FAILED from the beginning. */
const tablesUnserved =
  'Streaming tables are not served here: there is no AWS Glue Schema Registry and no table bucket. Nothing is delivered. Delete this channel, and deliver to a general purpose bucket.'

/**
 * The channels of streams, kept in `<data>/streams/channels`. What has come to a stream since its channel became ACTIVE is put into
 * objects of a bucket, which is the directory `<data>/s3/<bucket>`, each record once, whenever the service is killed:
 *
 *  1. The objects of a delivery are staged in `<data>/streams/staged`, durably.
 *  2. The record of the channel says that they are delivered and where they belong. From here on they count.
 *  3. They are put in their places, and the record says that nothing is pending; after a kill this is where it goes on.
 */
export class Channels {
  readonly #options: ChannelsOptions
  readonly #store: RecordStore<ChannelRecord>
  readonly #loop: ReconcileLoop
  readonly #log: ChannelLog
  /** When each has last delivered, or had nothing to deliver; since a start before now for those that are not named. */
  readonly #deliveredAtMs = new Map<string, number>()
  readonly #meters = new Map<string, StreamMeter>()
  #timer: Timer | null = null
  #isStopped = false

  constructor(options: ChannelsOptions) {
    this.#options = options
    const { clock, logger, dataDirectory, logGroups } = options
    this.#log = new ChannelLog(logGroups, clock)
    this.#store = new RecordStore<ChannelRecord>({
      ...options,
      directory: join(dataDirectory, 'streams', 'channels'),
      noun: 'channel',
      fileOf: (uuid) => `${uuid}.json`,
      formatVersion: 1,
      members: ['state', 'stream', 'spec', 'tags', 'deliveries', 'pending'],
      loss: 'the channel is then unknown, and delivers nothing more',
    })
    this.#loop = new ReconcileLoop(clock, logger, (uuid) => this.#reconcile(uuid))
  }

  /** Reads what is on disk, and delivers what has come meanwhile. */
  start(): void {
    this.#store.load()
    this.#look()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timer?.cancel()
    await this.#loop.stop()
  }

  unreadable(): UnreadableRecord[] {
    return this.#store.unreadable()
  }

  /** In order of creation. */
  list(): ChannelRecord[] {
    return this.#store.list()
  }

  /** Of one stream. */
  of(stream: Stream): ChannelRecord[] {
    return this.list().filter((channel) => channel.stream.uuid === stream.record.uuid)
  }

  byArn(arn: string): ChannelRecord | undefined {
    return this.#store.byArn(arn)
  }

  isNameTaken(name: string): boolean {
    return this.#store.isNameTaken(name)
  }

  /** What its deliveries have come to. */
  meterOf({ uuid }: ChannelRecord): StreamMeter {
    const meter = this.#meters.get(uuid) ?? new StreamMeter()
    this.#meters.set(uuid, meter)
    return meter
  }

  /** Durable when it returns. */
  create(uuid: string, wanted: NewChannel): ChannelRecord {
    const record: ChannelRecord = {
      formatVersion: 1,
      arn: this.arnOf(uuid),
      uuid,
      ...wanted,
      createdAtMs: this.#options.clock.now(),
      state: 'CREATING',
      stateReason: null,
      undelivered: null,
      deliveries: 0,
      pending: [],
    }
    this.#store.insert(record)
    this.#look()
    return record
  }

  arnOf(uuid: string): string {
    const { partition, region, account } = this.#options.place
    return `arn:${partition}:kinesis:${region}:${account}:channel/${uuid}`
  }

  /** Durable when it returns. */
  change(
    { uuid }: ChannelRecord,
    change: Partial<Pick<ChannelRecord, 'spec' | 'state' | 'tags'>>,
  ): ChannelRecord {
    const record = this.#store.update(uuid, change)
    this.#loop.trigger(uuid)
    return record
  }

  /** Goes on with what is not as it shall be, and delivers what is old enough; from time to time while there are channels. */
  #look(): void {
    this.#timer?.cancel()
    this.#timer = null
    const records = this.list()
    if (records.length === 0 || this.#isStopped) return
    for (const record of records)
      if (record.state !== 'FAILED' && (record.state !== 'ACTIVE' || this.#isDue(record)))
        this.#loop.trigger(record.uuid)
    this.#timer = this.#options.clock.schedule(lookMs, () => this.#look())
  }

  #isDue({ uuid, spec, pending }: ChannelRecord): boolean {
    const deliveredAtMs = this.#deliveredAtMs.get(uuid)
    const { DataFreshnessInSeconds: seconds = freshnessSecondsDefault } =
      spec.S3DestinationConfiguration ?? {}
    return (
      deliveredAtMs === undefined ||
      pending.length > 0 ||
      this.#options.clock.now() >= deliveredAtMs + seconds * 1_000
    )
  }

  async #reconcile(uuid: string): Promise<Outcome> {
    // The call that has written it answers first.
    await Promise.resolve()
    const record = this.#store.get(uuid)
    if (!record) return 'settled'
    try {
      if (record.state === 'CREATING') return await this.#begin(record)
      if (record.state === 'UPDATING') this.#store.update(uuid, { state: 'ACTIVE' })
      if (record.state === 'DELETING') this.#remove(record)
      if (record.state === 'ACTIVE' && this.#isDue(record)) await this.#deliver(uuid)
      return 'settled'
    } catch (error) {
      const { name } = record
      this.#options.logger.warn('a channel could not go on; it is tried again', { channel: name, error })
      return 'retry'
    }
  }

  /** What is in the stream already is not delivered. */
  async #begin(record: ChannelRecord): Promise<Outcome> {
    const { uuid } = record
    if (record.spec.S3TablesDestinationConfiguration) {
      this.#store.update(uuid, { state: 'FAILED', stateReason: tablesUnserved })
      return 'settled'
    }
    const stream = this.#options.streamOf(record.stream.uuid)
    if (!stream) return 'retry'
    const undelivered: Record<string, number> = {}
    for (const shard of stream.record.shards)
      undelivered[shardIdOf(shard.number)] = await stream.endOffset(shard)
    this.#deliveredAtMs.set(uuid, this.#options.clock.now())
    // It may have been deleted meanwhile.
    if (this.#store.get(uuid)?.state === 'CREATING')
      this.#store.update(uuid, { state: 'ACTIVE', undelivered })
    return 'settled'
  }

  async #deliver(uuid: string): Promise<void> {
    for (;;) {
      this.#place(uuid)
      const record = this.#store.get(uuid)
      const stream = record && this.#options.streamOf(record.stream.uuid)
      if (!stream || record.state !== 'ACTIVE' || this.#isStopped) return
      const nowMs = this.#options.clock.now()
      const delivery = await nextDelivery(record, stream, nowMs)
      if (delivery.objects.length > 0) await this.#commit(record, delivery)
      this.#place(uuid)
      if (delivery.isFull) continue
      this.#deliveredAtMs.set(uuid, nowMs)
      return
    }
  }

  async #commit(record: ChannelRecord, { objects, undelivered, counts }: Delivery): Promise<void> {
    const { clock } = this.#options
    await this.#stage(record.uuid, objects)
    const pending = objects.map(({ path }) => path)
    this.#store.update(record.uuid, { undelivered, deliveries: record.deliveries + 1, pending })
    if (counts.failed > 0) this.#tellOfFailed(record, counts.failed, pending.at(-1) ?? '')
    const meter = this.meterOf(record)
    const count = (metric: string, value: number) => meter.count(`DeliveryToS3.${metric}`, value)
    count('BytesIn', counts.bytes)
    count('BytesProcessed', counts.bytes)
    count('BytesOut', counts.objectBytes)
    count('RecordCount', counts.records)
    count('SuccessfulRecordCount', counts.records - counts.failed)
    count('FailedRecordCount', counts.failed)
    count('DeliverySuccess', 1)
    count('DataFreshness', (clock.now() - (counts.oldestMs ?? clock.now())) / 1_000)
  }

  /** Durably, by their names, too: of what is not there any more it is believed that it is in its place. */
  async #stage(uuid: string, objects: Delivery['objects']): Promise<void> {
    const { disk } = this.#options
    disk.mkdirSync(this.#stagedDirectory)
    for (const [at, { body }] of objects.entries())
      await disk.writeFileAtomic(this.#stagedPath(uuid, at), body, () => false)
    for (const directory of [this.#stagedDirectory, dirname(this.#stagedDirectory)])
      await disk.syncDirectory(directory)
  }

  /** What is delivered is so, whether or not that can be logged. */
  #tellOfFailed(record: ChannelRecord, failedRecordCount: number, deadLetterObject: string): void {
    const errorMessage = 'Records are not of the format of the channel. The object names them.'
    try {
      this.#log.tell(record, {
        errorMessage,
        failedRecordCount,
        deadLetterObject: `s3://${deadLetterObject}`,
      })
    } catch (error) {
      this.#options.logger.warn('what a channel has to say could not be logged', {
        channel: record.name,
        error,
      })
    }
  }

  /** Those that are in their places already are not staged any more. */
  #place(uuid: string): void {
    const { disk, dataDirectory } = this.#options
    const { pending = [] } = this.#store.get(uuid) ?? {}
    if (pending.length === 0) return
    const buckets = join(dataDirectory, 's3')
    for (const [at, object] of pending.entries()) {
      const staged = this.#stagedPath(uuid, at)
      const path = join(buckets, object)
      if (disk.existsSync(staged)) {
        disk.mkdirSync(dirname(path))
        disk.renameSync(staged, path)
      }
      for (let directory = dirname(path); directory.length >= buckets.length; directory = dirname(directory))
        disk.syncDirectorySync(directory)
    }
    disk.syncDirectorySync(dataDirectory)
    this.#store.update(uuid, { pending: [] })
  }

  #remove({ uuid }: ChannelRecord): void {
    const { disk } = this.#options
    // What counts as delivered is.
    this.#place(uuid)
    if (disk.existsSync(this.#stagedDirectory))
      for (const { name } of disk.readdirSync(this.#stagedDirectory))
        if (name.startsWith(uuid)) disk.removeSync(join(this.#stagedDirectory, name))
    this.#store.remove(uuid)
    this.#meters.delete(uuid)
    this.#deliveredAtMs.delete(uuid)
  }

  get #stagedDirectory(): string {
    return join(this.#options.dataDirectory, 'streams', 'staged')
  }

  #stagedPath(uuid: string, object: number): string {
    return join(this.#stagedDirectory, `${uuid}-${object}`)
  }
}

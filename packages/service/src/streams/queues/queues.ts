import { join } from 'node:path'
import type { Clock, Disk, Logger, Random } from '@sluice/effects'
import type { Place } from '../../fleet/place.ts'
import { type Outcome, ReconcileLoop } from '../../fleet/reconcile-loop.ts'
import { RecordStore, type UnreadableRecord } from '../../fleet/record-store.ts'
import { trimHorizonMs } from '../shards.ts'
import type { StreamLog } from '../stream-log.ts'
import type { Stream } from '../stream.ts'
import { shardIdOf } from '../stream-record.ts'
import { Queue } from './queue.ts'
import { QueueJournal } from './queue-journal.ts'
import type { NewQueue, QueueRecord } from './queue-record.ts'

interface QueuesOptions {
  dataDirectory: string
  clock: Clock
  disk: Disk
  logger: Logger
  random: Random
  place: Place
  log: StreamLog
  streamOf: (uuid: string) => Stream | undefined
}

/** The queues of streams, kept in `<data>/streams/queues`. A call writes what is wanted of one, durably, and answers; a loop brings it there. */
export class Queues {
  readonly #options: QueuesOptions
  readonly #store: RecordStore<QueueRecord>
  readonly #loop: ReconcileLoop
  readonly #open = new Map<string, Queue>()

  constructor(options: QueuesOptions) {
    this.#options = options
    const { clock, logger, dataDirectory } = options
    this.#store = new RecordStore<QueueRecord>({
      ...options,
      directory: join(dataDirectory, 'streams', 'queues'),
      noun: 'queue',
      fileOf: (uuid) => `${uuid}.json`,
      formatVersion: 1,
      members: ['state', 'stream', 'start', 'attributes', 'tags'],
      loss: 'the queue is then unknown; the records of its stream stay',
    })
    this.#loop = new ReconcileLoop(clock, logger, (uuid) => this.#reconcile(uuid))
  }

  /** Reads what is on disk, and goes on with what was under way. */
  start(): void {
    this.#store.load()
    for (const { uuid } of this.#store.list()) this.#loop.trigger(uuid)
  }

  async stop(): Promise<void> {
    this.endWaiting()
    await this.#loop.stop()
  }

  /** Whoever waits for records is answered now. */
  endWaiting(): void {
    for (const queue of this.#open.values()) queue.end()
  }

  unreadable(): UnreadableRecord[] {
    return this.#store.unreadable()
  }

  /** In order of creation. */
  list(): QueueRecord[] {
    return this.#store.list()
  }

  /** Of one stream. */
  of(stream: Stream): QueueRecord[] {
    return this.list().filter((queue) => queue.stream.uuid === stream.record.uuid)
  }

  byArn(arn: string): QueueRecord | undefined {
    return this.#store.byArn(arn)
  }

  isNameTaken(name: string): boolean {
    return this.#store.isNameTaken(name)
  }

  /** One that delivers: it is ACTIVE, or UPDATING; undefined for others. */
  deliveringOf(record: QueueRecord): Queue | undefined {
    if (record.state !== 'ACTIVE' && record.state !== 'UPDATING') return undefined
    const stream = this.#options.streamOf(record.stream.uuid)
    if (!stream) return undefined
    const queue = this.#open.get(record.uuid) ?? this.#opened(record, stream)
    queue.changed(record)
    return queue
  }

  #opened(record: QueueRecord, stream: Stream): Queue {
    const { clock, random, log } = this.#options
    const queue = new Queue(record, { clock, random, stream, journal: new QueueJournal(log, record.uuid) })
    this.#open.set(record.uuid, queue)
    return queue
  }

  /** Durable when it returns. */
  create(wanted: NewQueue): QueueRecord {
    const { random, clock, place } = this.#options
    const uuid = random.uuid()
    const record: QueueRecord = {
      formatVersion: 1,
      arn: `arn:${place.partition}:kinesis:${place.region}:${place.account}:queue/${uuid}`,
      uuid,
      ...wanted,
      createdAtMs: clock.now(),
      state: 'CREATING',
      begins: null,
      policy: null,
    }
    this.#store.insert(record)
    this.#loop.trigger(uuid)
    return record
  }

  /** Durable when it returns. */
  change(
    { uuid }: QueueRecord,
    change: Partial<Pick<QueueRecord, 'attributes' | 'policy' | 'state' | 'tags'>>,
  ): QueueRecord {
    const record = this.#store.update(uuid, change)
    this.#open.get(uuid)?.changed(record)
    if (record.state === 'DELETING') this.#open.get(uuid)?.end()
    this.#loop.trigger(uuid)
    return record
  }

  async #reconcile(uuid: string): Promise<Outcome> {
    // The call that has written it answers first.
    await Promise.resolve()
    const record = this.#store.get(uuid)
    try {
      if (record?.state === 'CREATING') return await this.#begin(record)
      if (record?.state === 'UPDATING') this.#store.update(uuid, { state: 'ACTIVE' })
      if (record?.state === 'DELETING') await this.#remove(record)
      return 'settled'
    } catch (error) {
      this.#options.logger.warn('a queue is not as it shall be; it is tried again', { uuid, error })
      return 'retry'
    }
  }

  async #begin(record: QueueRecord): Promise<Outcome> {
    const { clock, log, streamOf } = this.#options
    const stream = streamOf(record.stream.uuid)
    if (!stream) return 'retry'
    await new QueueJournal(log, record.uuid).create()
    const { type, timestampMs } = record.start
    const nowMs = clock.now()
    const horizonMs = Math.max(trimHorizonMs(stream.record, nowMs), stream.record.createdAtMs)
    const fromMs = type === 'LATEST' ? record.createdAtMs : Math.max(timestampMs ?? 0, horizonMs)
    const begins: Record<string, number> = {}
    // Of a time that is to come nobody knows yet where it will be.
    for (const shard of fromMs > nowMs ? [] : stream.record.shards)
      begins[shardIdOf(shard.number)] = await stream.offsetAt(shard, fromMs)
    // It may have been deleted meanwhile.
    if (this.#store.get(record.uuid)?.state === 'CREATING')
      this.#store.update(record.uuid, { state: 'ACTIVE', begins, start: { type, timestampMs: fromMs } })
    return 'settled'
  }

  async #remove({ uuid }: QueueRecord): Promise<void> {
    await new QueueJournal(this.#options.log, uuid).delete()
    this.#store.remove(uuid)
    this.#open.delete(uuid)
  }
}

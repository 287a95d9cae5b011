import { type Clock, Deferred, type Logger } from '@sluice/effects'
import { buildBatchSync, type RecordInput, type RecordView } from '@sluice/wire'
import { SpreadHashKeys } from './hash-keys.ts'
import { recordBytes, recordsBytes } from './record-bytes.ts'
import { formatSequenceNumber } from './sequence-number.ts'
import { ShardRoutes } from './shard-routes.ts'
import { bytesInPerSecond, recordsInPerSecond, ShardThroughput } from './shard-throughput.ts'
import { trimHorizonMs } from './shards.ts'
import type { StreamLog } from './stream-log.ts'
import { StreamMeter } from './stream-meter.ts'
import type { ShardRecord, StreamRecord } from './stream-record.ts'

/** A record on its way in. */
export interface NewRecord {
  hashKey: bigint
  partitionKey: string
  data: Uint8Array
}

/** Where a record is from now on, that its shard takes no more in this second, or that it could not be kept. */
export type PutOutcome = { shard: number; sequenceNumber: string } | { exceeded: number } | { failure: Error }

export interface StoredRecord {
  sequenceNumber: string
  partitionKey: string
  data: Uint8Array
  arrivedAtMs: number
  isEncrypted: boolean
}

export interface Page {
  records: StoredRecord[]
  /** Where the next read begins; null behind the last record of a closed shard. */
  next: number | null
  /** From what comes next to now; 0 where nothing does. */
  millisBehindLatest: number
}

/** On which shard, and which of its batch, a record is. */
interface Way {
  shard: ShardRecord
  index: number
  atMs: number
}

interface PageSize {
  countMax: number
  /** Of keys and data; a record that is larger comes alone. */
  bytesMax: number
}

interface StreamContext {
  log: StreamLog
  clock: Clock
  logger: Logger
  /** Do its shards take and give only so much a second? */
  isLimited: boolean
}

/** How far a shard has come. */
interface ShardTail {
  nextOffset: number
  lastMs: number
}

const fetchBytesMin = 65_536
/** Of a record's place in a fetch; where records are larger the page takes more fetches. */
const recordBytesGuess = 2_048
const encryptionHeader = 'encryption'
const kms = [{ key: encryptionHeader, value: 'KMS' }]

/**
 * A stream that takes and gives records. All writing goes through here, so that what is in memory of its shards' ends is
 * what the log has.
 */
export class Stream {
  /** What it takes and gives, as metrics. */
  readonly meter = new StreamMeter()
  /** For records that go to any shard. */
  readonly spread = new SpreadHashKeys()
  readonly #log: StreamLog
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #isLimited: boolean
  readonly #throughput = new Map<number, ShardThroughput>()
  readonly #tails = new Map<number, ShardTail>()
  #record: StreamRecord
  #routes: ShardRoutes
  #opening: Promise<void> | null = null
  /** Since somebody last asked. */
  #taken = { bytes: 0, records: 0 }
  /** Of shards for whose next record somebody waits. */
  readonly #news = new Map<number, Deferred<void>>()
  readonly #puts = new Set<Promise<unknown>>()
  /** While it is there, what is put waits for it. */
  #standstill: Promise<void> | null = null

  constructor(record: StreamRecord, { log, clock, logger, isLimited }: StreamContext) {
    this.#record = record
    this.#routes = new ShardRoutes(record.shards)
    this.#log = log
    this.#clock = clock
    this.#logger = logger
    this.#isLimited = isLimited
  }

  get record(): StreamRecord {
    return this.#record
  }

  /** What is kept of it has changed. */
  changed(record: StreamRecord): void {
    if (record.shards !== this.#record.shards) this.#routes = new ShardRoutes(record.shards)
    this.#record = record
    for (const number of this.#news.keys()) this.#tell(number)
  }

  /** Resolves when there is more of the shard, or something of the stream is another. */
  news({ number }: ShardRecord): Promise<void> {
    const news = this.#news.get(number) ?? new Deferred<void>()
    this.#news.set(number, news)
    return news.promise
  }

  #tell(number: number): void {
    this.#news.get(number)?.resolve()
    this.#news.delete(number)
  }

  /** How many shards it would have filled if all that has come since this was last asked had come evenly. */
  takeFilled(seconds: number): number {
    const { bytes, records } = this.#taken
    this.#taken = { bytes: 0, records: 0 }
    return Math.max(bytes / bytesInPerSecond, records / recordsInPerSecond) / seconds
  }

  /** In one batch a shard: what goes to the same shard keeps its order. */
  async put(records: readonly NewRecord[]): Promise<PutOutcome[]> {
    await this.#open()
    while (this.#standstill) await this.#standstill
    const put = this.#put(records)
    this.#puts.add(put)
    return put.finally(() => this.#puts.delete(put))
  }

  /**
   * Lets `change` look at how far shards have come while nothing is put: what is under way has come to its end before, and what
   * comes meanwhile goes where it has to go afterwards.
   */
  async standingStill(
    shards: readonly ShardRecord[],
    change: (endOffsets: ReadonlyMap<number, number>) => void,
  ): Promise<void> {
    const standstill = new Deferred<void>()
    this.#standstill = standstill.promise
    try {
      await Promise.allSettled(this.#puts)
      const numbers = shards.map(({ number }) => number)
      change(await this.#log.endOffsets(this.#record.uuid, numbers))
    } finally {
      this.#standstill = null
      standstill.resolve()
    }
  }

  async #put(records: readonly NewRecord[]): Promise<PutOutcome[]> {
    const places = new Map<ShardRecord, { batch: RecordInput[]; bytes: number; atMs: number }>()
    const headers = this.#record.encryption ? kms : []
    const ways = records.map((record): Way | { exceeded: number } => {
      const { hashKey, partitionKey, data } = record
      const shard = this.#routes.of(hashKey)
      if (!shard) throw new Error(`no shard of ${this.#record.name} takes ${hashKey}`)
      if (this.#throughputOf(shard)?.takes(recordBytes(record)) === false) return { exceeded: shard.number }
      const place = places.get(shard) ?? { batch: [], bytes: 0, atMs: this.#arrivalMs(shard) }
      places.set(shard, place)
      place.bytes += recordBytes(record)
      place.batch.push({ key: partitionKey, value: data, headers })
      return { shard, index: place.batch.length - 1, atMs: place.atMs }
    })
    const batches = new Map(
      [...places].map(([{ number }, { batch, atMs }]) => [
        number,
        buildBatchSync({ records: batch, timestamp: atMs }),
      ]),
    )
    const offsets = await this.#append(batches)
    for (const [{ number }, { batch, bytes }] of places) {
      const offset = offsets.get(number)
      const tail = this.#tails.get(number)
      if (typeof offset === 'number' && tail) {
        tail.nextOffset = Math.max(tail.nextOffset, offset + batch.length)
        this.#taken.bytes += bytes
        this.#taken.records += batch.length
        this.#tell(number)
      }
    }
    return ways.map((way) => {
      if ('exceeded' in way) return way
      const { shard, index, atMs } = way
      const offset = offsets.get(shard.number) ?? new Error('the log does not speak of the shard')
      if (typeof offset !== 'number') return { failure: offset }
      const sequenceNumber = sequenceNumberOf(shard, offset + index, atMs)
      return { shard: shard.number, sequenceNumber }
    })
  }

  /** Where the log does not answer, nobody knows what it has. */
  async #append(batches: ReadonlyMap<number, Buffer>): Promise<ReadonlyMap<number, number | Error>> {
    try {
      return await this.#log.append(this.#record.uuid, batches)
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error))
      this.#logger.error('records of a stream could not be kept', { stream: this.#record.name, error })
      return new Map([...batches.keys()].map((number) => [number, failure]))
    }
  }

  /** A page from the offset on. What is older than the retention does not show, though it may still be there. */
  async read(shard: ShardRecord, from: number, { countMax, bytesMax }: PageSize): Promise<Page> {
    await this.#open()
    const { uuid } = this.#record
    const horizonMs = trimHorizonMs(this.#record, this.#clock.now())
    const records: StoredRecord[] = []
    let next = from
    let bytes = 0
    let lastMs = 0
    const fetchBytes = Math.min(Math.max(countMax * recordBytesGuess, fetchBytesMin), bytesMax)
    while (next < this.#endOf(shard) && records.length < countMax) {
      const found = await this.#log.read(uuid, shard.number, next, fetchBytes)
      const isTrimmed = !found || (found.at(-1)?.timestamp ?? horizonMs) < horizonMs
      if (isTrimmed) {
        const kept = (await this.#log.offsetAt(uuid, shard.number, horizonMs)) ?? this.#endOf(shard)
        next = Math.max(kept, next + (found?.length ?? 1))
        continue
      }
      if (found.length === 0) break
      let isFull = false
      for (const view of found) {
        const size = (view.value?.length ?? 0) + (view.key?.length ?? 0)
        isFull = records.length >= countMax || (records.length > 0 && bytes + size > bytesMax)
        if (isFull) break
        next = view.offset + 1
        lastMs = Number(view.timestamp)
        if (lastMs < horizonMs) continue
        bytes += size
        records.push(storedRecord(shard, view))
      }
      if (isFull) break
    }
    return { records, ...this.#after(shard, next, lastMs) }
  }

  #after(shard: ShardRecord, next: number, lastMs: number): Pick<Page, 'next' | 'millisBehindLatest'> {
    const isAtEnd = next >= this.#endOf(shard)
    const millisBehindLatest = isAtEnd || lastMs === 0 ? 0 : Math.max(0, this.#clock.now() - lastMs)
    return { next: isAtEnd && shard.closed ? null : next, millisBehindLatest }
  }

  /** May a shard be read once more in this second, by those who share it? Then that counts. */
  isReadable(shard: ShardRecord): boolean {
    return this.#throughputOf(shard)?.isReadable() ?? true
  }

  /** May reading a shard begin once more in this second? Then that counts. */
  givesIterator(shard: ShardRecord): boolean {
    return this.#throughputOf(shard)?.givesIterator() ?? true
  }

  /** What they have got of it. */
  given(shard: ShardRecord, { records }: Page): void {
    this.#throughputOf(shard)?.given(recordsBytes(records))
  }

  #throughputOf({ number }: ShardRecord): ShardThroughput | undefined {
    if (!this.#isLimited) return undefined
    const throughput = this.#throughput.get(number) ?? new ShardThroughput(this.#clock)
    this.#throughput.set(number, throughput)
    return throughput
  }

  /** Of the first record that is no older, in so far as it is kept. */
  async offsetAt(shard: ShardRecord, timestampMs: number): Promise<number> {
    await this.#open()
    const fromMs = Math.max(timestampMs, trimHorizonMs(this.#record, this.#clock.now()))
    return (
      (await this.#log.offsetAt(this.#record.uuid, shard.number, Math.max(fromMs, 0))) ?? this.#endOf(shard)
    )
  }

  async endOffset(shard: ShardRecord): Promise<number> {
    await this.#open()
    return this.#endOf(shard)
  }

  #endOf({ number, closed }: ShardRecord): number {
    return closed?.endOffset ?? this.#tails.get(number)?.nextOffset ?? 0
  }

  /** Time does not run backward within a shard: what is looked for by time is found by it. */
  #arrivalMs({ number }: ShardRecord): number {
    const tail = this.#tails.get(number) ?? { nextOffset: 0, lastMs: 0 }
    tail.lastMs = Math.max(tail.lastMs, this.#clock.now())
    this.#tails.set(number, tail)
    return tail.lastMs
  }

  /** Learns once how far its shards have come. */
  async #open(): Promise<void> {
    this.#opening ??= this.#learn()
    try {
      await this.#opening
    } catch (error) {
      this.#opening = null
      throw error
    }
  }

  async #learn(): Promise<void> {
    const { uuid, shards } = this.#record
    const open = shards.filter(({ closed }) => closed === null).map(({ number }) => number)
    for (const [number, nextOffset] of await this.#log.endOffsets(uuid, open))
      this.#tails.set(number, { nextOffset, lastMs: this.#tails.get(number)?.lastMs ?? 0 })
  }
}

/** The number of a record in a shard; offset −1 is the shard's own, before all of its records. */
export function sequenceNumberOf({ number, createdAtMs }: ShardRecord, offset: number, atMs: number): string {
  return formatSequenceNumber({
    shardCreatedSeconds: Math.floor(createdAtMs / 1_000),
    shard: number,
    place: BigInt(offset + 1),
    seconds: Math.floor(atMs / 1_000),
  })
}

function storedRecord(
  shard: ShardRecord,
  { offset, timestamp, key, value, headers }: RecordView,
): StoredRecord {
  const arrivedAtMs = Number(timestamp)
  return {
    sequenceNumber: sequenceNumberOf(shard, offset, arrivedAtMs),
    partitionKey: key?.toString('utf8') ?? '',
    data: value ?? Buffer.alloc(0),
    arrivedAtMs,
    isEncrypted: headers.some((header) => header.key === encryptionHeader),
  }
}

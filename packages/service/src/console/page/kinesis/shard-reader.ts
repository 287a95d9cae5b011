import type { Api } from '../api.ts'
import type { Call } from '../command.ts'
import { Failure } from '../failure.ts'
import type { ReadRecord, RecordPage } from './kinesis.ts'

/** From where on somebody reads: AWS's five kinds of iterators. */
export interface Start {
  shard: string
  from: string
  /** A time as inputs of a time have it, or a sequence number. */
  at: string
}

/** A page is small, so that the first records are there soon; of large ones it holds ten MiB. */
const recordsAPage = 200
/** What reads of more than one shard is made of; each asks once a second. */
export const readersMax = 25

export function iteratorCall(stream: string, { shard, from, at }: Start): Call {
  const isByTime = from === 'AT_TIMESTAMP'
  const isByNumber = from.endsWith('SEQUENCE_NUMBER')
  return {
    service: 'kinesis',
    operation: 'GetShardIterator',
    input: {
      StreamName: stream,
      ShardId: shard,
      ShardIteratorType: from,
      ...(isByTime && { Timestamp: new Date(at).getTime() / 1_000 }),
      ...(isByNumber && { StartingSequenceNumber: at }),
    },
  }
}

export function recordsCall(iterator: string): Call {
  return {
    service: 'kinesis',
    operation: 'GetRecords',
    input: { ShardIterator: iterator, Limit: recordsAPage },
  }
}

/** Who reads records from somewhere on, page by page. */
export interface Reader {
  readonly start: Start
  /** How far the last page was behind the latest record; null before there is one. */
  readonly behindMs: number | null
  /** Where what is read is closed and read to its end: the shards that go on from there. */
  readonly children: readonly string[] | null
  next(nowMs: number): Promise<ReadRecord[]>
}

/** Reads a shard page by page; where its iterator has expired, as in a tab that was long out of sight, with another one. */
export class ShardReader implements Reader {
  readonly start: Start
  behindMs: number | null = null
  children: string[] | null = null
  /** Of the last record. */
  #lastNumber: string | null = null
  readonly #api: Api
  readonly #stream: string
  #iterator: string | null = null
  /** When nothing that came before had been missed. */
  #readAtMs: number | null = null

  constructor(api: Api, stream: string, start: Start) {
    this.#api = api
    this.#stream = stream
    this.start = start
  }

  async next(nowMs: number): Promise<ReadRecord[]> {
    if (this.children !== null) return []
    try {
      this.#iterator ??= await this.#open(this.#position())
      return this.#take(await this.#api.call<RecordPage>(recordsCall(this.#iterator)), nowMs)
    } catch (error) {
      if (error instanceof Failure && error.code === 'ExpiredIteratorException') this.#iterator = null
      throw error
    }
  }

  #take(page: RecordPage, nowMs: number): ReadRecord[] {
    this.behindMs = page.MillisBehindLatest
    this.#lastNumber = page.Records.at(-1)?.SequenceNumber ?? this.#lastNumber
    this.#readAtMs = nowMs - page.MillisBehindLatest
    this.#iterator = page.NextShardIterator ?? null
    if (this.#iterator === null) this.children = (page.ChildShards ?? []).map(({ ShardId: id }) => id)
    return page.Records.map((record) => ({ ...record, shard: this.start.shard }))
  }

  /** Where it goes on. */
  #position(): Start {
    const { shard } = this.start
    if (this.#lastNumber !== null) return { shard, from: 'AFTER_SEQUENCE_NUMBER', at: this.#lastNumber }
    const isFromLatest = this.start.from === 'LATEST' && this.#readAtMs !== null
    return isFromLatest
      ? { shard, from: 'AT_TIMESTAMP', at: new Date(this.#readAtMs ?? 0).toISOString() }
      : this.start
  }

  async #open(position: Start): Promise<string> {
    const { ShardIterator: iterator } = await this.#api.call<{ ShardIterator: string }>(
      iteratorCall(this.#stream, position),
    )
    return iterator
  }
}

/** Reads several shards side by side, each in its order; where one has ended, it goes on with its children. */
export class ShardsReader implements Reader {
  readonly start: Start
  /** There is always somebody who goes on. */
  readonly children = null
  readonly #readerOf: (start: Start) => ShardReader
  readonly #readers = new Map<string, ShardReader>()

  constructor(api: Api, stream: string, start: Start, shards: readonly string[]) {
    this.start = start
    this.#readerOf = (of) => new ShardReader(api, stream, of)
    for (const shard of shards.slice(0, readersMax)) this.#add({ ...start, shard })
  }

  get behindMs(): number | null {
    const behind = this.#open().map(({ behindMs }) => behindMs)
    return behind.some((ms) => ms === null) ? null : Math.max(0, ...(behind as number[]))
  }

  /** What one of them has read stays, whatever stands in the way of another one: that is tried again next time. */
  async next(nowMs: number): Promise<ReadRecord[]> {
    const pages = await Promise.allSettled(this.#open().map((reader) => reader.next(nowMs)))
    for (const reader of [...this.#readers.values()])
      for (const shard of reader.children ?? []) this.#add({ shard, from: 'TRIM_HORIZON', at: '' })
    const records = pages.flatMap((page) => (page.status === 'fulfilled' ? page.value : []))
    const failed = pages.find((page) => page.status === 'rejected')
    if (failed && records.length === 0) throw failed.reason
    return records.sort((a, b) => a.ApproximateArrivalTimestamp - b.ApproximateArrivalTimestamp)
  }

  /** Of two parents that are merged the first to end brings the child. */
  #add(start: Start): void {
    if (!this.#readers.has(start.shard)) this.#readers.set(start.shard, this.#readerOf(start))
  }

  #open(): ShardReader[] {
    return [...this.#readers.values()].filter(({ children }) => children === null)
  }
}

import type { Api } from './api.ts'
import type { Call } from './command.ts'
import { Failure } from './failure.ts'
import type { RecordPage, StreamRecord } from './kinesis.ts'

/** From where on somebody reads: AWS's five kinds of iterators. */
export interface Start {
  shard: string
  from: string
  /** A time as inputs of a time have it, or a sequence number. */
  at: string
}

/** A page is small, so that the first records are there soon; of large ones it holds ten MiB. */
const recordsAPage = 100

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

/** Reads a shard page by page; where its iterator has expired, as in a tab that was long out of sight, with another one. */
export class ShardReader {
  readonly start: Start
  /** How far the last page was behind the end of the shard. */
  behindMs: number | null = null
  /** Where the shard is closed and read to its end: who goes on from there. */
  children: string[] | null = null
  /** Of the last record. */
  lastNumber: string | null = null
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

  get isAtEnd(): boolean {
    return this.children !== null
  }

  async next(nowMs: number): Promise<StreamRecord[]> {
    if (this.isAtEnd) return []
    try {
      this.#iterator ??= await this.#open(this.#position())
      return this.#take(await this.#api.call<RecordPage>(recordsCall(this.#iterator)), nowMs)
    } catch (error) {
      if (error instanceof Failure && error.code === 'ExpiredIteratorException') this.#iterator = null
      throw error
    }
  }

  #take(page: RecordPage, nowMs: number): StreamRecord[] {
    this.behindMs = page.MillisBehindLatest
    this.lastNumber = page.Records.at(-1)?.SequenceNumber ?? this.lastNumber
    this.#readAtMs = nowMs - page.MillisBehindLatest
    this.#iterator = page.NextShardIterator ?? null
    if (this.#iterator === null) this.children = (page.ChildShards ?? []).map(({ ShardId: id }) => id)
    return page.Records
  }

  /** Where it goes on. */
  #position(): Start {
    const { shard } = this.start
    if (this.lastNumber !== null) return { shard, from: 'AFTER_SEQUENCE_NUMBER', at: this.lastNumber }
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

import { type Clock, thrownMidway } from '@sluice/effects'
import {
  buildBatch,
  endTransactionBatch,
  ErrorCode,
  RecordBatch,
  type Int64,
  type TransactionEnd,
} from '@sluice/wire'

export interface RecordBytes {
  readonly key: Buffer
  readonly value: Buffer | null
}

/** A transactional producer, in whose transaction records are written (KIP-98). */
export interface Producer {
  readonly producerId: Int64
  readonly producerEpoch: number
}

interface PendingAppendsOptions {
  readonly clock: Clock
  readonly maxBatchBytes: () => number
  readonly timeoutMs: number
  readonly compression: number
  /** What Apache Kafka writes into the batches of this topic. */
  readonly baseSequence: number
  readonly append: (batch: Buffer, transactionVersion: number) => Promise<ErrorCode>
  /** The log has refused a batch; all that was added is lost. */
  readonly failed: (error: ErrorCode) => void
  /** The append, or what follows its commit, has thrown; all that was added is lost. */
  readonly broken: (bug: unknown) => void
}

/** The end of a transaction, under a level of transaction.version. */
export interface VersionedEnd extends TransactionEnd {
  readonly transactionVersion: number
}

interface OpenBatch {
  /** A marker stands alone in its batch. */
  readonly end: VersionedEnd | null
  /** Null outside transactions. A batch has one producer, so a write of another one closes it. */
  readonly producer: Producer | null
  readonly records: RecordBytes[]
  bytes: number
  readonly waiters: Waiter[]
}

interface Waiter {
  readonly committed: (() => void) | undefined
  readonly done: (error: ErrorCode) => void
}

/** More than a record's length, deltas, lengths and header count can take. */
const recordOverheadBytes = 32

/**
 * The writes of one shard on their way to its log. One append is under way at a time; what comes meanwhile
 * gathers in the next batch, up to the topic's limit. All records of a batch bear one timestamp.
 */
export class PendingAppends {
  readonly #options: PendingAppendsOptions
  #queue: OpenBatch[] = []
  #inFlight: OpenBatch | null = null
  #scheduled = false
  #abandoned = false

  constructor(options: PendingAppendsOptions) {
    this.#options = options
  }

  /** True when one batch can hold the records. */
  fits(records: readonly RecordBytes[]): boolean {
    return RecordBatch.headerBytes + sizeOf(records) <= this.#options.maxBatchBytes()
  }

  /**
   * Resolves with 0 when the records, and all that was added before, are committed. Without records it waits
   * for what was added before; when nothing is under way, at once.
   */
  add(
    records: readonly RecordBytes[],
    producer: Producer | null = null,
    committed?: () => void,
  ): Promise<ErrorCode> {
    if (records.length === 0 && !this.#inFlight && this.#queue.length === 0) {
      committed?.()
      return Promise.resolve(ErrorCode.NONE)
    }
    const batch = this.#stage(records, producer)
    return new Promise((resolve) => {
      batch.waiters.push({ committed, done: resolve })
    })
  }

  /** The same for the marker of a transaction's end. */
  addEnd(end: VersionedEnd): Promise<ErrorCode> {
    const batch = this.#open(null, end)
    this.#schedule()
    return new Promise((resolve) => {
      batch.waiters.push({ committed: undefined, done: resolve })
    })
  }

  /** Whether the end of a transaction of this producer is on its way. */
  hasEndOf(producerId: Int64): boolean {
    const isEnd = ({ end }: OpenBatch) => end?.producerId === producerId
    return (this.#inFlight !== null && isEnd(this.#inFlight)) || this.#queue.some(isEnd)
  }

  /** Whoever waits gets `error`; nothing more is appended. */
  abandon(error: ErrorCode): void {
    this.#abandoned = true
    const batches = this.#inFlight ? [this.#inFlight, ...this.#queue] : this.#queue
    this.#queue = []
    for (const batch of batches) for (const waiter of batch.waiters.splice(0)) waiter.done(error)
  }

  /** The batch that the last of the records went into. */
  #stage(records: readonly RecordBytes[], producer: Producer | null): OpenBatch {
    if (records.length === 0) return this.#queue.at(-1) ?? (this.#inFlight as OpenBatch)
    const limit = this.#options.maxBatchBytes()
    const size = sizeOf(records)
    // A write that fits into one batch is never torn; only one that cannot is spread over several.
    const whole = RecordBatch.headerBytes + size <= limit
    let open = this.#queue.at(-1)
    if (!open || open.end || !isSameProducer(open.producer, producer) || (whole && open.bytes + size > limit))
      open = this.#open(producer)
    for (const record of records) {
      const bytes = sizeOf([record])
      if (open.bytes + bytes > limit && open.records.length > 0) open = this.#open(producer)
      open.records.push(record)
      open.bytes += bytes
    }
    this.#schedule()
    return open
  }

  #open(producer: Producer | null, end: VersionedEnd | null = null): OpenBatch {
    const batch: OpenBatch = { producer, end, records: [], bytes: RecordBatch.headerBytes, waiters: [] }
    this.#queue.push(batch)
    return batch
  }

  #schedule(): void {
    if (this.#scheduled || this.#inFlight || this.#queue.length === 0) return
    this.#scheduled = true
    void this.#appendNext()
  }

  async #appendNext(): Promise<void> {
    // Requests of the same turn share a batch: the append starts after them.
    await Promise.resolve()
    this.#scheduled = false
    const batch = this.#queue.shift()
    if (!batch || this.#abandoned) return
    this.#inFlight = batch
    try {
      const error = await this.#append(batch)
      if (this.#abandoned) return
      if (error === ErrorCode.NONE) this.#committed(batch)
      else this.#failed(error)
    } catch (error) {
      this.abandon(ErrorCode.UNKNOWN_SERVER_ERROR)
      this.#options.broken(thrownMidway(error))
    }
  }

  async #append(batch: OpenBatch): Promise<ErrorCode> {
    const { clock, timeoutMs, append } = this.#options
    const timeout = clock.schedule(timeoutMs, () => timedOut(batch))
    try {
      const bytes = await this.#build(batch)
      return this.#abandoned
        ? ErrorCode.NOT_LEADER_OR_FOLLOWER
        : await append(bytes, batch.end?.transactionVersion ?? 0)
    } finally {
      timeout.cancel()
    }
  }

  #build({ records, producer, end }: OpenBatch): Buffer | Promise<Buffer> {
    const { clock, compression, baseSequence } = this.#options
    const timestamp = clock.now()
    if (end) return endTransactionBatch(end, { timestamp })
    return buildBatch({
      records,
      codec: compression,
      timestamp,
      baseSequence,
      ...(producer && { ...producer, isTransactional: true }),
    })
  }

  #committed(batch: OpenBatch): void {
    // All soft state follows before anyone hears of the commit.
    for (const waiter of batch.waiters) waiter.committed?.()
    this.#inFlight = null
    for (const waiter of batch.waiters) waiter.done(ErrorCode.NONE)
    this.#schedule()
  }

  #failed(error: ErrorCode): void {
    this.abandon(error)
    this.#options.failed(error)
  }
}

/** The batch may still be committed; who waits hears no more than that it is late. */
function timedOut(batch: OpenBatch): void {
  for (const waiter of batch.waiters) waiter.done(ErrorCode.REQUEST_TIMED_OUT)
}

function sizeOf(records: readonly RecordBytes[]): number {
  let bytes = 0
  for (const { key, value } of records) bytes += recordOverheadBytes + key.length + (value?.length ?? 0)
  return bytes
}

function isSameProducer(one: Producer | null, other: Producer | null): boolean {
  return one?.producerId === other?.producerId && one?.producerEpoch === other?.producerEpoch
}

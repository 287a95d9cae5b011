import type { Clock } from '@sluice/effects'
import { buildBatch, ErrorCode } from '@sluice/wire'

export interface RecordBytes {
  readonly key: Buffer
  readonly value: Buffer | null
}

export interface PendingAppendsOptions {
  readonly clock: Clock
  readonly maxBatchBytes: () => number
  readonly timeoutMs: number
  readonly compression: number
  readonly append: (batch: Buffer) => Promise<void>
  /** The log refused a batch; all that was added is lost. `cause` is what it threw. */
  readonly failed: (error: ErrorCode, cause: unknown) => void
}

interface OpenBatch {
  readonly records: RecordBytes[]
  bytes: number
  readonly waiters: Waiter[]
}

interface Waiter {
  readonly committed?: () => void
  readonly done: (error: ErrorCode) => void
}

const batchHeaderBytes = 61
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
    return batchHeaderBytes + sizeOf(records) <= this.#options.maxBatchBytes()
  }

  /**
   * Resolves with 0 when the records, and all that was added before, are committed. Without records it waits
   * for what was added before; when nothing is under way, at once.
   */
  add(records: readonly RecordBytes[], committed?: () => void): Promise<ErrorCode> {
    if (records.length === 0 && !this.#inFlight && this.#queue.length === 0) {
      committed?.()
      return Promise.resolve(ErrorCode.NONE)
    }
    const batch = this.#stage(records)
    return new Promise((resolve) => {
      batch.waiters.push({ committed, done: resolve })
    })
  }

  /** Whoever waits gets `error`; nothing more is appended. */
  abandon(error: ErrorCode): void {
    this.#abandoned = true
    const batches = this.#inFlight ? [this.#inFlight, ...this.#queue] : this.#queue
    this.#queue = []
    for (const batch of batches) for (const waiter of batch.waiters.splice(0)) waiter.done(error)
  }

  /** The batch that the last of the records went into. */
  #stage(records: readonly RecordBytes[]): OpenBatch {
    if (records.length === 0) return this.#queue.at(-1) ?? (this.#inFlight as OpenBatch)
    const limit = this.#options.maxBatchBytes()
    const size = sizeOf(records)
    // A write that fits into one batch is never torn; only one that cannot is spread over several.
    const whole = batchHeaderBytes + size <= limit
    let open = this.#queue.at(-1)
    if (!open || (whole && open.bytes + size > limit)) open = this.#open()
    for (const record of records) {
      const bytes = sizeOf([record])
      if (open.bytes + bytes > limit && open.records.length > 0) open = this.#open()
      open.records.push(record)
      open.bytes += bytes
    }
    this.#schedule()
    return open
  }

  #open(): OpenBatch {
    const batch: OpenBatch = { records: [], bytes: batchHeaderBytes, waiters: [] }
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
    const timeout = this.#options.clock.schedule(this.#options.timeoutMs, () => timedOut(batch))
    try {
      await this.#options.append(await this.#build(batch))
    } catch (cause) {
      this.#refused(batch, cause)
      return
    } finally {
      timeout.cancel()
    }
    if (this.#abandoned) return
    try {
      // All soft state follows before anyone hears of the commit.
      for (const waiter of batch.waiters) waiter.committed?.()
    } catch (bug) {
      this.#refused(batch, bug)
      return
    }
    this.#inFlight = null
    for (const waiter of batch.waiters) waiter.done(ErrorCode.NONE)
    this.#schedule()
  }

  #build(batch: OpenBatch): Buffer | Promise<Buffer> {
    return buildBatch({
      records: batch.records,
      codec: this.#options.compression,
      timestamp: this.#options.clock.now(),
      // What Apache Kafka writes into the batches of this topic (golden files): 0 without a producer id.
      baseSequence: 0,
    })
  }

  #refused(batch: OpenBatch, cause: unknown): void {
    if (this.#abandoned) return
    this.#inFlight = null
    this.#queue.unshift(batch)
    const error = errorCodeOf(cause)
    this.abandon(error)
    this.#options.failed(error, cause)
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

/** The log port rejects with `{ error }`; whatever else it throws is no outcome that a client could act on. */
function errorCodeOf(cause: unknown): ErrorCode {
  if (typeof cause === 'object' && cause !== null && 'error' in cause && typeof cause.error === 'number')
    return cause.error as ErrorCode
  return ErrorCode.UNKNOWN_SERVER_ERROR
}

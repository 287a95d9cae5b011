import type { Clock } from '@sluice/effects'
import type { MetadataImage } from '../metadata/image.ts'
import { type LoggedRecord, sealRecord } from '../metadata/records.ts'
import type { RecordsListener } from '../metadata/controller-channel.ts'
import { inSlices, type Steps } from '../storage/slices.ts'
import type { MetadataLog } from './metadata-log.ts'

const unaborted = new AbortController().signal

/**
 * Makes appended records durable, tells the brokers of them, and lets the answers go, in this order and in the order
 * of the log. One fdatasync runs at a time; what is appended meanwhile shares the next one.
 */
export class CommitQueue {
  readonly #log: MetadataLog
  readonly #image: MetadataImage
  readonly #clock: Clock
  readonly #onCommitted: () => void
  readonly #onDurable: () => void
  readonly #onFailure: (failure: unknown) => void
  readonly #listeners = new Set<RecordsListener>()
  /** Appended and replayed, and no flush has begun for them; one entry a batch. */
  #pending: LoggedRecord[][] = []
  /** Batches that were pushed, and those of them that are durable and told: what lies between is on its way. */
  #pushed = 0
  #told = 0
  #flushing: Promise<void> | null = null
  #failure: Error | null = null

  constructor(options: {
    log: MetadataLog
    image: MetadataImage
    clock: Clock
    /** Called when more is durable than before. */
    onCommitted: () => void
    /** Called when everything that was appended is durable. */
    onDurable: () => void
    /** Called once, when records could not be made durable or told. */
    onFailure: (failure: unknown) => void
  }) {
    this.#log = options.log
    this.#image = options.image
    this.#clock = options.clock
    this.#onCommitted = options.onCommitted
    this.#onDurable = options.onDurable
    this.#onFailure = options.onFailure
  }

  /** Set once, for good. */
  get failure(): Error | null {
    return this.#failure
  }

  /** Nothing more becomes durable from now on, or is told. */
  fail(failure: Error): void {
    this.#failure ??= failure
  }

  push(records: LoggedRecord[]): void {
    this.#pending.push(records)
    this.#pushed++
  }

  /** Resolves when all that is pushed by now is durable and told, or has failed. */
  async settled(): Promise<void> {
    const pushed = this.#pushed
    // A flush that is under way does not cover what came after its start; the next one covers it for all who wait.
    while (this.#told < pushed && !this.#failure) {
      this.#flushing ??= this.#flush().finally(() => {
        this.#flushing = null
      })
      await this.#flushing
    }
  }

  /** From the image on, or from the record behind `after` where that is not negative. */
  async subscribe(listener: RecordsListener, after: number): Promise<() => void> {
    // The image has everything that is appended: whatever of it is not told yet would come a second time.
    while (this.#told < this.#pushed && !this.#failure) await this.settled()
    if (this.#failure) throw this.#failure
    const records = after < 0 ? this.#imageRecords() : this.#log.recordsAfter(after)
    if (records.length > 0) listener(records)
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    await this.settled()
    this.#listeners.clear()
  }

  #imageRecords(): LoggedRecord[] {
    const { offset, epoch } = this.#image
    return this.#image.records().map((record) => ({ ...sealRecord(record).decoded, offset, epoch }))
  }

  async #flush(): Promise<void> {
    const batches = this.#pending
    this.#pending = []
    try {
      await this.#log.flush()
      await inSlices(this.#tell(batches), this.#clock, unaborted)
      this.#told += batches.length
      this.#onCommitted()
      if (this.#pending.length === 0) this.#onDurable()
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)))
      this.#onFailure(error)
    }
  }

  /** A batch may hold thousands of records, which each broker replays at once: others come between two of them. */
  *#tell(batches: readonly LoggedRecord[][]): Steps {
    for (const batch of batches)
      for (const listener of this.#listeners) {
        listener(batch)
        yield
      }
  }
}

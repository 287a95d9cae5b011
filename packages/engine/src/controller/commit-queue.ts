import type { Logger } from '@sluice/effects'
import type { MetadataImage } from '../metadata/image.ts'
import { type LoggedRecord, sealRecord } from '../metadata/records.ts'
import type { RecordsListener } from '../metadata/controller-channel.ts'
import type { MetadataLog } from './metadata-log.ts'

/**
 * Makes appended records durable, tells the brokers of them, and lets the answers go, in this order and in the order
 * of the log. One fdatasync runs at a time; what is appended meanwhile shares the next one.
 */
export class CommitQueue {
  readonly #log: MetadataLog
  readonly #image: MetadataImage
  readonly #logger: Logger
  readonly #onDurable: () => void
  readonly #listeners = new Set<RecordsListener>()
  /** Appended and replayed, but perhaps not durable; one entry a batch. */
  #pending: LoggedRecord[][] = []
  #flushing: Promise<void> | null = null
  #failure: Error | null = null

  constructor(options: {
    log: MetadataLog
    image: MetadataImage
    logger: Logger
    /** Called when everything that was appended is durable. */
    onDurable: () => void
  }) {
    this.#log = options.log
    this.#image = options.image
    this.#logger = options.logger
    this.#onDurable = options.onDurable
  }

  /** Set once, for good, when records could not be made durable. */
  get failure(): Error | null {
    return this.#failure
  }

  push(records: LoggedRecord[]): void {
    this.#pending.push(records)
  }

  /** Resolves when all that is pushed by now is durable and told, or has failed. */
  async settled(): Promise<void> {
    // A flush that is under way does not cover what came after its start.
    if (this.#flushing) await this.#flushing
    while (this.#pending.length > 0 && !this.#failure) {
      this.#flushing ??= this.#flush().finally(() => {
        this.#flushing = null
      })
      await this.#flushing
    }
  }

  async subscribe(listener: RecordsListener): Promise<() => void> {
    do await this.settled()
    while (this.#pending.length > 0 && !this.#failure)
    const { offset, epoch } = this.#image
    const records = this.#image.records().map((record) => ({ ...sealRecord(record).decoded, offset, epoch }))
    listener(records)
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    await this.settled()
    this.#listeners.clear()
  }

  /** A bug in one broker is not the controller's, nor its neighbours'. */
  #tell(listener: RecordsListener, records: readonly LoggedRecord[]): void {
    try {
      listener(records)
    } catch (error) {
      this.#logger.error('a listener of the metadata log failed', { error })
    }
  }

  async #flush(): Promise<void> {
    const batches = this.#pending
    this.#pending = []
    try {
      await this.#log.flush()
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
      this.#logger.error('metadata records cannot be made durable; the controller stops', { error })
      return
    }
    for (const batch of batches) for (const listener of this.#listeners) this.#tell(listener, batch)
    if (this.#pending.length === 0) this.#onDurable()
  }
}

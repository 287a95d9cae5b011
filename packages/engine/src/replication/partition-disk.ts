import { type Clock, isSystemError, type Logger } from '@sluice/effects'

/** After a failure the next append or fetch may try the disk again this much later. */
const offlineRetryMs = 1_000

/** Whether the disk does for one partition what it is asked for. After a failure the partition is offline for a while. */
export class PartitionDisk {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #topic: string
  readonly #partition: number
  #failedAtMs: number | null = null

  constructor(clock: Clock, logger: Logger, topic: string, partition: number) {
    this.#clock = clock
    this.#logger = logger
    this.#topic = topic
    this.#partition = partition
  }

  get isOffline(): boolean {
    return this.#failedAtMs !== null && this.#clock.monotonic() - this.#failedAtMs < offlineRetryMs
  }

  /** Only the system's errors are the disk's; anything else is a bug, and goes on. */
  failed(error: unknown): void {
    if (!isSystemError(error)) throw error
    this.#failedAtMs = this.#clock.monotonic()
    this.#logger.error('the disk failed; the partition is offline', {
      topic: this.#topic,
      partition: this.#partition,
      error,
    })
  }

  worked(): void {
    this.#failedAtMs = null
  }
}

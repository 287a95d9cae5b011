import { type Clock, isSystemError, type Logger } from '@sluice/effects'
import type { TopicPartition } from '../storage/log.ts'

/** After a failure the next append or fetch may try the disk again this much later. */
const offlineRetryMs = 1_000

/** Whether the disk does for one partition what it is asked for. After a failure the partition is offline for a while. */
export class PartitionDisk {
  readonly #broker: { readonly clock: Clock; readonly logger: Logger }
  readonly #topicPartition: TopicPartition
  #failedAtMs: number | null = null

  constructor(broker: { readonly clock: Clock; readonly logger: Logger }, topicPartition: TopicPartition) {
    this.#broker = broker
    this.#topicPartition = topicPartition
  }

  get isOffline(): boolean {
    if (this.#failedAtMs === null) return false
    return this.#broker.clock.monotonic() - this.#failedAtMs < offlineRetryMs
  }

  /** Only the system's errors are the disk's; anything else is a bug, and goes on. */
  failed(error: unknown): void {
    if (!isSystemError(error)) throw error
    const { clock, logger } = this.#broker
    this.#failedAtMs = clock.monotonic()
    logger.error('the disk failed; the partition is offline', { ...this.#topicPartition, error })
  }

  worked(): void {
    this.#failedAtMs = null
  }
}

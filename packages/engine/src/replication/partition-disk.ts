import { type Clock, isSystemError } from '@sluice/effects'
import type { TopicPartition } from '../storage/log.ts'
import type { NodeDisk } from '../storage/node-disk.ts'
import { VolumeFullError } from '../storage/volume.ts'

/** After a failure the next append or fetch may try the disk again this much later. */
const offlineRetryMs = 1_000

/**
 * Whether the disk does for one partition what it is asked for. After a failure the partition is offline for a while; what
 * a full volume holds can be read all the same.
 */
export class PartitionDisk {
  readonly #broker: { readonly clock: Clock; readonly nodeDisk: NodeDisk }
  readonly #topicPartition: TopicPartition
  #failedAtMs: number | null = null
  #isFull = false

  constructor(
    broker: { readonly clock: Clock; readonly nodeDisk: NodeDisk },
    topicPartition: TopicPartition,
  ) {
    this.#broker = broker
    this.#topicPartition = topicPartition
  }

  get isOffline(): boolean {
    if (this.#failedAtMs === null) return false
    return this.#broker.clock.monotonic() - this.#failedAtMs < offlineRetryMs
  }

  get isUnreadable(): boolean {
    return this.isOffline && !this.#isFull
  }

  /** Only the system's errors are the disk's; anything else is a bug, and goes on. */
  failed(error: unknown): void {
    if (!isSystemError(error)) throw error
    const { clock, nodeDisk } = this.#broker
    this.#failedAtMs = clock.monotonic()
    this.#isFull = error instanceof VolumeFullError
    nodeDisk.failed('a partition is offline', error, { ...this.#topicPartition })
  }

  worked(): void {
    this.#failedAtMs = null
  }
}

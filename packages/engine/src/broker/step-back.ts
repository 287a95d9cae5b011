import type { Int64 } from '@sluice/wire'
import { isOnlineDirectory } from '../metadata/directory-id.ts'
import type { MetadataImage, PartitionImage } from '../metadata/image.ts'
import type { DiskFailure, NodeDisk } from '../storage/node-disk.ts'

interface StepBackOptions {
  readonly brokerId: number
  readonly metadata: MetadataImage
  readonly disk: Pick<NodeDisk, 'failure' | 'isGivenUp'>
}

/**
 * Whether a broker whose disk does not serve had better be fenced for a moment, so that others lead in its place.
 *
 * 1. Where others are in sync with it. Then it is so no more, and cannot get there again before its disk serves: this ends.
 * 2. Where it is the last one in sync and others are eligible (KIP-966): they have all that is committed. They may have as
 *    bad a disk, and leave it to this one again: so each of their incarnations gets it once for each failure of this disk.
 */
export class StepBack {
  readonly #options: StepBackOptions
  /** Epochs of those that it was left to in this failure. */
  readonly #leftTo = new Set<Int64>()
  #failure: DiskFailure | null = null

  constructor(options: StepBackOptions) {
    this.#options = options
  }

  get isDue(): boolean {
    if (!this.#options.disk.isGivenUp) return false
    this.#forgetOlder()
    for (const partition of this.#inSync()) {
      if (partition.isr.length > 1) return true
      for (const epoch of this.#eligible(partition)) if (!this.#leftTo.has(epoch)) return true
    }
    return false
  }

  /** The broker is about to be fenced. */
  begins(): void {
    for (const partition of this.#inSync())
      for (const epoch of this.#eligible(partition)) this.#leftTo.add(epoch)
  }

  #forgetOlder(): void {
    const { failure } = this.#options.disk
    if (failure === this.#failure) return
    this.#failure = failure
    this.#leftTo.clear()
  }

  /** Partitions that have this broker in sync. */
  *#inSync(): Iterable<PartitionImage> {
    const { metadata, brokerId } = this.#options
    for (const { partitions } of metadata.topics())
      for (const partition of partitions) if (partition.isr.includes(brokerId)) yield partition
  }

  /** Epochs of brokers that could lead it if nobody were in sync. */
  *#eligible({ eligibleLeaderReplicas, replicas, directories }: PartitionImage): Iterable<Int64> {
    const { metadata } = this.#options
    for (const id of eligibleLeaderReplicas) {
      const broker = metadata.broker(id)
      const directory = directories[replicas.indexOf(id)]
      if (!broker || directory === undefined || !metadata.isBrokerActive(id)) continue
      if (isOnlineDirectory(directory, broker.logDirs)) yield broker.epoch
    }
  }
}

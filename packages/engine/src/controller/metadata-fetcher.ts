import {
  AssertionFailure,
  type Clock,
  Deferred,
  type Guard,
  type Logger,
  resolvedWithin,
} from '@sluice/effects'
import { ErrorCode, Fetch, FetchSnapshot, metadataTopic, type ResponseOf } from '@sluice/wire'
import type { RecordsListener } from '../metadata/controller-channel.ts'
import { type MetadataBatch, metadataBatches } from './batches.ts'
import type { ControllerLink } from './controller-link.ts'
import { MetadataGoneError, metadataTopicId } from './metadata-log.ts'
import type { SnapshotId } from './snapshots.ts'

/** As Apache Kafka's observers wait. */
const fetchWaitMs = 500
const fetchBytesMax = 1024 * 1024
/** After the controller could not be reached. */
const retryMs = 50
const epochErrors: ReadonlySet<number> = new Set([
  ErrorCode.FENCED_LEADER_EPOCH,
  ErrorCode.UNKNOWN_LEADER_EPOCH,
])

type FetchedLog = ResponseOf<typeof Fetch>['responses'][number]['partitions'][number]
type FetchedSnapshot = ResponseOf<typeof FetchSnapshot>['topics'][number]['partitions'][number]

interface MetadataFetcherOptions {
  readonly nodeId: number
  readonly clusterId: string
  readonly link: ControllerLink
  readonly clock: Clock
  readonly logger: Logger
  readonly listener: RecordsListener
  readonly guard: Guard
}

/** The controller is there and cannot be followed: to ask again would bring the same. */
class WrongControllerError extends Error {
  override name = 'WrongControllerError'
}

/**
 * Follows the metadata log of a controller in another process, as an observer of its quorum does.
 *
 * 1. Whoever has nothing yet begins with the newest snapshot, or with the log where there is none.
 * 2. One Fetch follows the other; the controller answers when something is committed, or after a while.
 * 3. A controller that has begun a new epoch says so; the fetches go on in that epoch, from the same place.
 * 4. One that cannot be reached is asked again, for ever.
 *
 * The node that cannot be told what it missed, or has heard what the controller does not know, stops and begins anew.
 */
export class MetadataFetcher {
  readonly #options: MetadataFetcherOptions
  /** Resolved once the node has had all that was committed when it began. */
  readonly #level = new Deferred<void>()
  #epoch = 0
  /** Of the next record, and the epoch of the one before it. */
  #offset = 0
  #offsetEpoch = 0
  #ended = false
  #pause: Deferred<void> | null = null

  constructor(options: MetadataFetcherOptions) {
    this.#options = options
  }

  /** Resolves when the listener has had the image; rejects when the controller does not answer in time. */
  async begin(patienceMs: number): Promise<void> {
    const { clock } = this.#options
    const timer = clock.schedule(patienceMs, () =>
      this.#level.reject(new Error('the controller does not answer')),
    )
    void this.#run()
    try {
      await this.#level.promise
    } finally {
      timer.cancel()
    }
  }

  end(): void {
    this.#ended = true
    this.#pause?.resolve()
    this.#options.link.close()
    this.#level.reject(new Error('the node stops'))
  }

  async #run(): Promise<void> {
    const { logger } = this.#options
    let isReached = true
    while (!this.#ended) {
      try {
        await this.#fetch()
        isReached = true
      } catch (error) {
        if (this.#ended) return
        if (isFinal(error)) return this.#giveUp(error as Error)
        if (isReached) logger.warn('the metadata log cannot be fetched', { error })
        isReached = false
        await this.#wait()
      }
    }
  }

  #giveUp(error: Error): void {
    this.#level.reject(error)
    this.#options.guard(() => {
      throw error
    })
  }

  async #wait(): Promise<void> {
    const pause = new Deferred<void>()
    this.#pause = pause
    await resolvedWithin(pause, this.#options.clock, retryMs)
  }

  async #fetch(): Promise<void> {
    const log = await this.#ask()
    if (this.#ended) return
    if (epochErrors.has(log.errorCode)) {
      this.#epoch = log.currentLeader.leaderEpoch
      return
    }
    if (log.errorCode !== ErrorCode.NONE) throw new Error(`the controller refuses a fetch: ${log.errorCode}`)
    if (log.snapshotId.endOffset >= 0) return this.#begin(log)
    if (log.divergingEpoch.epoch >= 0 || log.divergingEpoch.endOffset >= 0)
      throw new MetadataGoneError(`the controller does not know the metadata at offset ${this.#offset - 1}`)
    for (const batch of metadataBatches(log.records ?? Buffer.alloc(0))) this.#take(batch)
    if (this.#offset >= log.highWatermark) this.#level.resolve()
  }

  async #ask(): Promise<FetchedLog> {
    const { link, nodeId, clusterId } = this.#options
    const partition = {
      partition: 0,
      currentLeaderEpoch: this.#epoch,
      fetchOffset: this.#offset,
      lastFetchedEpoch: this.#offsetEpoch,
      partitionMaxBytes: fetchBytesMax,
    }
    const response = await link.send(Fetch, Fetch.maxStableVersion, {
      clusterId,
      replicaState: { replicaId: nodeId, replicaEpoch: -1 },
      maxWaitMs: fetchWaitMs,
      minBytes: 0,
      maxBytes: fetchBytesMax,
      topics: [{ topicId: metadataTopicId, partitions: [partition] }],
    })
    if (response.errorCode === ErrorCode.INCONSISTENT_CLUSTER_ID)
      throw new WrongControllerError(`the controller belongs to another cluster than ${clusterId}`)
    const log = response.responses[0]?.partitions[0]
    if (!log) throw new Error(`the controller refuses a fetch: error ${response.errorCode}`)
    return log
  }

  #take(batch: MetadataBatch): void {
    const records = batch.records.filter(({ offset }) => offset >= this.#offset)
    this.#offset = batch.lastOffset + 1
    this.#offsetEpoch = batch.epoch
    if (records.length > 0) this.#options.guard(() => this.#options.listener(records))
  }

  /** Takes a snapshot whole, as the image at its end. */
  async #begin({ snapshotId }: FetchedLog): Promise<void> {
    const id = { endOffset: Number(snapshotId.endOffset), epoch: snapshotId.epoch }
    if (this.#offset > 0)
      throw new MetadataGoneError(
        `the metadata behind offset ${this.#offset - 1} is only in snapshots by now`,
      )
    const bytes = await this.#snapshot(id)
    if (!bytes || this.#ended) return
    const place = { offset: id.endOffset - 1, epoch: id.epoch }
    const records = [...metadataBatches(bytes)].flatMap((batch) =>
      batch.records.map((record) => ({ ...record, ...place })),
    )
    this.#offset = id.endOffset
    this.#offsetEpoch = id.epoch
    this.#options.guard(() => this.#options.listener(records))
  }

  /** Null where it has gone, or another epoch has begun, meanwhile. */
  async #snapshot(id: SnapshotId): Promise<Buffer | null> {
    const parts: Buffer[] = []
    let position = 0
    for (;;) {
      const part = await this.#part(id, position)
      if (!part || part.errorCode !== ErrorCode.NONE) return null
      parts.push(part.unalignedRecords)
      position += part.unalignedRecords.length
      if (position >= part.size) return Buffer.concat(parts)
      if (part.unalignedRecords.length === 0) throw new Error('the controller sends nothing of a snapshot')
    }
  }

  async #part(snapshotId: SnapshotId, position: number): Promise<FetchedSnapshot | undefined> {
    const { link, nodeId: replicaId, clusterId } = this.#options
    const asked = { partition: 0, currentLeaderEpoch: this.#epoch, snapshotId, position }
    const response = await link.send(FetchSnapshot, FetchSnapshot.maxStableVersion, {
      clusterId,
      replicaId,
      maxBytes: fetchBytesMax,
      topics: [{ name: metadataTopic, partitions: [asked] }],
    })
    return response.topics[0]?.partitions[0]
  }
}

/** What would come again, whoever is asked: a bug of this node among it. */
function isFinal(error: unknown): boolean {
  return (
    error instanceof MetadataGoneError ||
    error instanceof WrongControllerError ||
    error instanceof AssertionFailure
  )
}

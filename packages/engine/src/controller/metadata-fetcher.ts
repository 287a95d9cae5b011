import {
  AssertionFailure,
  type Clock,
  Deferred,
  type Guard,
  type Logger,
  resolvedWithin,
} from '@sluice/effects'
import { DecodeError, ErrorCode, Fetch, FetchSnapshot, metadataTopic, type ResponseOf } from '@sluice/wire'
import type { RecordsListener } from '../metadata/controller-channel.ts'
import { type MetadataBatch, metadataBatches } from './batches.ts'
import type { ControllerLink } from './controller-link.ts'
import { MetadataGoneError, metadataTopicId } from './metadata-log.ts'
import type { SnapshotId } from './snapshots.ts'

/** As Apache Kafka's observers wait. */
const fetchWaitMs = 500
const fetchBytesMax = 1024 * 1024
/** After the controller could not be reached, or its answer not be read. */
const retryMs = 50
/** So many answers in a row, of which none can be read, are no accident on the way. */
const unreadableAnswersMax = 5
/** Ten times what Apache Kafka keeps of metadata by default (metadata.max.retention.bytes). */
const snapshotBytesMax = 1024 * 1024 * 1024
const epochErrors: ReadonlySet<number> = new Set([
  ErrorCode.FENCED_LEADER_EPOCH,
  ErrorCode.UNKNOWN_LEADER_EPOCH,
])

type FetchedLog = ResponseOf<typeof Fetch>['responses'][number]['partitions'][number]
type FetchedSnapshot = ResponseOf<typeof FetchSnapshot>['topics'][number]['partitions'][number]

interface MetadataFetcherOptions {
  readonly nodeId: number
  readonly clusterId: string
  readonly link: Pick<ControllerLink, 'send' | 'close'>
  readonly clock: Clock
  readonly logger: Logger
  readonly listener: RecordsListener
  readonly guard: Guard
}

/** The controller is there and cannot be followed: to ask again would bring the same. */
class WrongControllerError extends Error {
  override name = 'WrongControllerError'
}

/** The controller has answered what this node cannot read. */
class UnreadableAnswerError extends Error {
  override name = 'UnreadableAnswerError'
}

/**
 * Follows the metadata log of a controller in another process, as an observer of its quorum does.
 *
 * 1. Whoever has nothing yet begins with the newest snapshot, or with the log where there is none.
 * 2. One Fetch follows the other; the controller answers when something is committed, or after a while.
 * 3. A controller that has begun a new epoch says so; the fetches go on in that epoch, from the same place.
 * 4. One that cannot be reached is asked again, for ever; one whose answers cannot be read, a few times.
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
    let unreadable = 0
    while (!this.#ended) {
      try {
        await this.#fetch()
        isReached = true
        unreadable = 0
      } catch (error) {
        if (this.#ended) return
        if (error instanceof UnreadableAnswerError) unreadable++
        if (isFinal(error) || unreadable >= unreadableAnswersMax) return this.#giveUp(error as Error)
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
    for (const batch of readableBatches(log.records ?? Buffer.alloc(0))) this.#take(batch)
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
    const response = await readable(
      link.send(Fetch, Fetch.maxStableVersion, {
        clusterId,
        replicaState: { replicaId: nodeId, replicaEpoch: -1 },
        maxWaitMs: fetchWaitMs,
        minBytes: 0,
        maxBytes: fetchBytesMax,
        topics: [{ topicId: metadataTopicId, partitions: [partition] }],
      }),
    )
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
    const records = [...readableBatches(bytes)].flatMap((batch) =>
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
      if (Math.max(position, Number(part.size)) > snapshotBytesMax)
        throw new WrongControllerError(
          `the controller's snapshot has ${part.size} bytes, more than the ${snapshotBytesMax} that a node takes`,
        )
      if (position >= part.size) return Buffer.concat(parts)
      if (part.unalignedRecords.length === 0) throw new Error('the controller sends nothing of a snapshot')
    }
  }

  async #part(snapshotId: SnapshotId, position: number): Promise<FetchedSnapshot | undefined> {
    const { link, nodeId: replicaId, clusterId } = this.#options
    const asked = { partition: 0, currentLeaderEpoch: this.#epoch, snapshotId, position }
    const response = await readable(
      link.send(FetchSnapshot, FetchSnapshot.maxStableVersion, {
        clusterId,
        replicaId,
        maxBytes: fetchBytesMax,
        topics: [{ name: metadataTopic, partitions: [asked] }],
      }),
    )
    return response.topics[0]?.partitions[0]
  }
}

/** An answer that is no such answer is told as one. */
async function readable<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer
  } catch (error) {
    throw error instanceof DecodeError ? unreadable(error) : error
  }
}

function* readableBatches(bytes: Buffer): Generator<MetadataBatch> {
  const batches = metadataBatches(bytes)
  for (;;) {
    let next: IteratorResult<MetadataBatch>
    try {
      next = batches.next()
    } catch (error) {
      if (error instanceof AssertionFailure) throw error
      throw unreadable(error)
    }
    if (next.done) return
    yield next.value
  }
}

function unreadable(error: unknown): UnreadableAnswerError {
  const why = error instanceof Error ? error.message : String(error)
  return new UnreadableAnswerError(`what the controller sends of the metadata cannot be read: ${why}`)
}

/** What would come again, whoever is asked: a bug of this node among it. */
function isFinal(error: unknown): boolean {
  return (
    error instanceof MetadataGoneError ||
    error instanceof WrongControllerError ||
    error instanceof AssertionFailure
  )
}

import type { Clock, Logger } from '@sluice/effects'
import { AlterPartition, ErrorCode, type Int64, type ResponseOf } from '@sluice/wire'
import type { ControllerChannel } from '../metadata/controller-channel.ts'
import { LeaderRecoveryState } from '../metadata/topics-image.ts'
import type { IsrChange } from '../replication/replica.ts'

/** What was not answered is asked again this much later, and each time in vain twice as much, up to a limit. */
const retryMs = { first: 50, max: 1_000 } as const

type Answer = ResponseOf<typeof AlterPartition>['topics'][number]['partitions'][number]

/** The controller has a newer state of the partition, or none: the metadata log says it, and ends the wait. */
const saidByMetadata: ReadonlySet<number> = new Set([
  ErrorCode.UNKNOWN_TOPIC_ID,
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.FENCED_LEADER_EPOCH,
  ErrorCode.INVALID_UPDATE_VERSION,
  ErrorCode.INVALID_REQUEST,
  ErrorCode.NEW_LEADER_ELECTED,
])

/** The controller does not do it; the leader may ask again when it has reason to. */
const refusals: ReadonlySet<number> = new Set([
  ErrorCode.OPERATION_NOT_ATTEMPTED,
  ErrorCode.INELIGIBLE_REPLICA,
])

interface IsrChangesOptions {
  readonly brokerId: number
  readonly brokerEpoch: () => Int64
  readonly controller: ControllerChannel
  readonly clock: Clock
  readonly logger: Logger
  /** Work that goes on by itself: its rejection is this broker's bug. */
  readonly watch: (work: Promise<unknown>) => void
}

/**
 * The changes of ISRs that this broker's leaders ask for (AlterPartition, KIP-497).
 *
 * 1. What comes within a turn of the event loop, or while a request is out, goes in one request.
 * 2. A leader asks for one change of its partition at a time; one of a later epoch takes the earlier one's place.
 * 3. A change is asked for again until the controller has said what comes of it, ever less often while it says nothing.
 */
export class IsrChanges {
  readonly #options: IsrChangesOptions
  /** By partition. */
  readonly #unanswered = new Map<string, IsrChange>()
  #asking = false
  #closed = false
  #retryMs: number = retryMs.first
  /** Of the last request. */
  #error: number = ErrorCode.NONE

  constructor(options: IsrChangesOptions) {
    this.#options = options
  }

  add(change: IsrChange): void {
    this.#unanswered.set(keyOf(change.topicId, change.index), change)
    this.#askIn(null)
  }

  /** The broker stops. */
  close(): void {
    this.#closed = true
    this.#unanswered.clear()
  }

  #askIn(delayMs: number | null): void {
    if (this.#asking) return
    this.#asking = true
    const { clock, watch } = this.#options
    const ask = () => watch(this.#ask())
    if (delayMs === null) clock.defer(ask)
    else clock.schedule(delayMs, ask)
  }

  async #ask(): Promise<void> {
    const { controller, brokerId, brokerEpoch } = this.#options
    const changes = [...this.#unanswered.values()]
    if (!this.#closed && changes.length > 0) {
      const response = await controller.request(AlterPartition, AlterPartition.maxVersion, {
        brokerId,
        brokerEpoch: brokerEpoch(),
        topics: topicsOf(changes),
      })
      this.#tell(response.errorCode)
      this.#answered(changes, response)
    }
    this.#asking = false
    const isInVain = changes.length > 0 && changes.every((change) => this.#isUnanswered(change))
    const delayMs = isInVain ? this.#retryMs : retryMs.first
    this.#retryMs = isInVain ? Math.min(2 * delayMs, retryMs.max) : retryMs.first
    if (this.#closed || this.#unanswered.size === 0) return
    const allNew = changes.every((change) => !this.#isUnanswered(change))
    this.#askIn(allNew ? null : delayMs)
  }

  /** Once: another incarnation may have taken this one's place for good (STALE_BROKER_EPOCH). */
  #tell(errorCode: number): void {
    const isNew = errorCode !== this.#error
    this.#error = errorCode
    if (errorCode === ErrorCode.NONE || !isNew) return
    // What the controller's disk refuses its own state tells, once.
    const level = errorCode === ErrorCode.KAFKA_STORAGE_ERROR ? 'debug' : 'warn'
    this.#options.logger[level]('the controller refuses to change in-sync replicas', { error: errorCode })
  }

  #answered(changes: readonly IsrChange[], response: ResponseOf<typeof AlterPartition>): void {
    const answers = new Map<string, Answer>()
    for (const { topicId, partitions } of response.topics)
      for (const answer of partitions) answers.set(keyOf(topicId, answer.partitionIndex), answer)
    for (const change of changes) {
      const answer = answers.get(keyOf(change.topicId, change.index))
      if (!answer || !this.#isUnanswered(change)) continue
      this.#take(change, answer)
    }
  }

  #take(change: IsrChange, { errorCode, partitionEpoch }: Answer): void {
    const { topic, index, isr } = change
    const { logger } = this.#options
    const isDone = errorCode === ErrorCode.NONE && partitionEpoch > change.partitionEpoch
    const isRefused = refusals.has(errorCode) || (errorCode === ErrorCode.NONE && !isDone)
    if (!isDone)
      logger.info('the in-sync replicas stay as they are', {
        topic,
        partition: index,
        asked: isr.map(({ brokerId }) => brokerId),
        error: errorCode,
      })
    if (!isDone && !isRefused && !saidByMetadata.has(errorCode)) return
    this.#unanswered.delete(keyOf(change.topicId, index))
    if (isRefused) change.refused()
  }

  #isUnanswered(change: IsrChange): boolean {
    return this.#unanswered.get(keyOf(change.topicId, change.index)) === change
  }
}

function topicsOf(changes: readonly IsrChange[]) {
  const byTopic = new Map<string, IsrChange[]>()
  for (const change of changes) {
    const others = byTopic.get(change.topicId)
    if (others) others.push(change)
    else byTopic.set(change.topicId, [change])
  }
  return [...byTopic].map(([topicId, ofTopic]) => ({
    topicId,
    partitions: ofTopic.map(({ index, leaderEpoch, partitionEpoch, isr }) => ({
      partitionIndex: index,
      leaderEpoch,
      partitionEpoch,
      // A leader that was elected uncleanly has nothing to recover: its first change says so.
      leaderRecoveryState: LeaderRecoveryState.recovered,
      newIsrWithEpochs: isr.map((member) => ({ ...member })),
    })),
  }))
}

function keyOf(topicId: string, partition: number): string {
  return `${topicId}:${partition}`
}

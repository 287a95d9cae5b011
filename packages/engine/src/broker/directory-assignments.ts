import type { Clock } from '@sluice/effects'
import { AssignReplicasToDirs, ErrorCode, type Int64, type ResponseOf } from '@sluice/wire'
import type { ControllerChannel } from '../metadata/controller-channel.ts'

/** Apache Kafka's bounds of one request and of the wait after one that was refused. */
const assignmentsPerRequestMax = 2_250
const retryMs = 500

/** The metadata log says what has become of the replica meanwhile. */
const saidByMetadata: ReadonlySet<number> = new Set([
  ErrorCode.NONE,
  ErrorCode.UNKNOWN_TOPIC_ID,
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
])

interface DirectoryAssignmentsOptions {
  readonly brokerId: number
  readonly brokerEpoch: () => Int64
  /** Where the replicas are. */
  readonly directoryId: () => string
  readonly controller: ControllerChannel
  readonly clock: Clock
  /** Work that goes on by itself: its rejection is this broker's bug. */
  readonly watch: (work: Promise<unknown>) => void
}

interface Assignment {
  readonly topicId: string
  readonly index: number
}

/**
 * Tells the controller of replicas that are in another log directory than the metadata has them in
 * (AssignReplicasToDirs, KIP-858): the broker has lost that one, or was given a new id for it. Until the controller
 * knows, the replica counts as offline, and cannot lead.
 */
export class DirectoryAssignments {
  readonly #options: DirectoryAssignmentsOptions
  /** By partition. */
  readonly #unanswered = new Map<string, Assignment>()
  #asking = false
  #closed = false

  constructor(options: DirectoryAssignmentsOptions) {
    this.#options = options
  }

  /** The broker is registered. */
  add(topicId: string, index: number): void {
    this.#unanswered.set(keyOf(topicId, index), { topicId, index })
    this.#askIn(0)
  }

  /** The broker stops. */
  close(): void {
    this.#closed = true
    this.#unanswered.clear()
  }

  #askIn(delayMs: number): void {
    if (this.#asking || this.#closed) return
    this.#asking = true
    const { clock, watch } = this.#options
    clock.schedule(delayMs, () => watch(this.#ask()))
  }

  async #ask(): Promise<void> {
    const { controller, brokerId, brokerEpoch, directoryId } = this.#options
    const asked = [...this.#unanswered.values()].slice(0, assignmentsPerRequestMax)
    if (asked.length > 0) {
      const response = await controller.request(AssignReplicasToDirs, AssignReplicasToDirs.maxVersion, {
        brokerId,
        brokerEpoch: brokerEpoch(),
        directories: [{ id: directoryId(), topics: topicsOf(asked) }],
      })
      this.#answered(response)
    }
    this.#asking = false
    const isRefused = asked.some(({ topicId, index }) => this.#unanswered.has(keyOf(topicId, index)))
    if (this.#unanswered.size > 0) this.#askIn(isRefused ? retryMs : 0)
  }

  #answered({ directories }: ResponseOf<typeof AssignReplicasToDirs>): void {
    for (const { topics } of directories)
      for (const { topicId, partitions } of topics)
        for (const { partitionIndex, errorCode } of partitions)
          if (saidByMetadata.has(errorCode)) this.#unanswered.delete(keyOf(topicId, partitionIndex))
  }
}

function topicsOf(assignments: readonly Assignment[]) {
  const byTopic = new Map<string, { partitionIndex: number }[]>()
  for (const { topicId, index } of assignments) {
    const others = byTopic.get(topicId)
    if (others) others.push({ partitionIndex: index })
    else byTopic.set(topicId, [{ partitionIndex: index }])
  }
  return [...byTopic].map(([topicId, partitions]) => ({ topicId, partitions }))
}

function keyOf(topicId: string, partition: number): string {
  return `${topicId}:${partition}`
}

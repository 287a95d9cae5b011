import {
  AlterPartition,
  AssignReplicasToDirs,
  ErrorCode,
  PartitionChangeRecord,
  type RequestOf,
  type ResponseOf,
  type ValueOf,
} from '@sluice/wire'
import { isOnlineDirectory } from '../metadata/directory-id.ts'
import type { MetadataImage, PartitionImage, TopicImage } from '../metadata/image.ts'
import { type NewRecord, sealRecord } from '../metadata/records.ts'
import { afterChange, LeaderRecoveryState } from '../metadata/topics-image.ts'
import { eachInSteps, eachOfSteps, type Steps } from '../storage/slices.ts'
import type { BrokersManager } from './brokers.ts'
import { type ControllerRequest, controllerRequest } from './controller-request.ts'
import type { Decision } from './decision.ts'
import type { PartitionChanges, PlacedPartition } from './partition-changes.ts'

type AssignRequest = RequestOf<typeof AssignReplicasToDirs>
type AlterRequest = RequestOf<typeof AlterPartition>
type AskedPartition = AlterRequest['topics'][number]['partitions'][number]
type AlteredPartition = ResponseOf<typeof AlterPartition>['topics'][number]['partitions'][number]
type MemberOfIsr = AskedPartition['newIsrWithEpochs'][number]

/** From this version on each member of an ISR comes with its broker epoch (KIP-903). */
const isrEpochsVersionMin = 3
const recoveryStates: ReadonlySet<number> = new Set(Object.values(LeaderRecoveryState))
/** The epoch of a broker is not to be looked at. */
const anyEpoch = -1

/** Decides what leaders ask about their partitions. */
export class PartitionsManager {
  readonly #image: MetadataImage
  readonly #brokers: BrokersManager
  readonly #changes: PartitionChanges

  constructor(options: { image: MetadataImage; brokers: BrokersManager; changes: PartitionChanges }) {
    this.#image = options.image
    this.#brokers = options.brokers
    this.#changes = options.changes
  }

  *alter(request: AlterRequest, version: number): Steps<Decision<ResponseOf<typeof AlterPartition>>> {
    const { brokerId, brokerEpoch } = request
    if (!this.#brokers.isCurrent(brokerId, brokerEpoch))
      return { records: [], response: refusedPartitions(ErrorCode.STALE_BROKER_EPOCH) }
    const records: NewRecord[] = []
    const alter = (topic: TopicImage | undefined, asked: AskedPartition) => {
      if (!topic) return refused(asked, ErrorCode.UNKNOWN_TOPIC_ID)
      const isr = version < isrEpochsVersionMin ? withoutEpochs(asked.newIsr) : asked.newIsrWithEpochs
      return this.#alterOne(topic, brokerId, asked, isr, records)
    }
    const image = this.#image
    const topics = yield* eachOfSteps(request.topics, function* ({ topicId, partitions }) {
      const topic = image.topicById(topicId)
      return { topicId, partitions: yield* eachInSteps(partitions, (asked) => alter(topic, asked)) }
    })
    return { records, response: { throttleTimeMs: 0, errorCode: ErrorCode.NONE, topics } }
  }

  /** Adds its record to `records`. What stands already is answered as if it had been changed. */
  #alterOne(
    topic: TopicImage,
    brokerId: number,
    asked: AskedPartition,
    isr: readonly MemberOfIsr[],
    records: NewRecord[],
  ): AlteredPartition {
    const before = topic.partitions[asked.partitionIndex]
    if (!before) return refused(asked, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    const error = alterationError(before, brokerId, asked, isr) || this.#memberError(isr)
    if (error !== ErrorCode.NONE) return refused(asked, error)
    const { leaderRecoveryState } = asked
    const target = { isr: isr.map((member) => member.brokerId), leaderRecoveryState }
    const record = this.#changes.change({ topic, partitionId: asked.partitionIndex, before }, { target })
    if (!record) return altered(asked, before)
    records.push(record)
    const after = afterChange(
      before,
      sealRecord(record).decoded.value as ValueOf<typeof PartitionChangeRecord>,
    )
    // The ISR has ended a reassignment in which its leader goes: it hears that, though all that it asked has happened.
    if (after.leader !== brokerId) return refused(asked, ErrorCode.NEW_LEADER_ELECTED)
    return altered(asked, after)
  }

  /** Where a broker with several log directories keeps its replicas (KIP-858). */
  *assignDirectories(request: AssignRequest): Steps<Decision<ResponseOf<typeof AssignReplicasToDirs>>> {
    const { brokerId, brokerEpoch } = request
    if (!this.#brokers.isCurrent(brokerId, brokerEpoch))
      return { records: [], response: refusedAssignments(ErrorCode.STALE_BROKER_EPOCH) }
    const online = this.#image.broker(brokerId)?.logDirs ?? []
    const moved: (NewRecord | null)[] = []
    const lost: (NewRecord | null)[] = []
    const assign = (id: string, topicId: string, partitionIndex: number) => {
      const place = this.#replicaOf(brokerId, topicId, partitionIndex)
      if (!('topic' in place)) return { partitionIndex, errorCode: place.error }
      moved.push(this.#changes.inDirectory(place, brokerId, id))
      if (!isOnlineDirectory(id, online)) lost.push(this.#changes.withoutReplica(place, brokerId))
      return { partitionIndex, errorCode: ErrorCode.NONE }
    }
    const directories = yield* eachOfSteps(request.directories, function* ({ id, topics }) {
      const assigned = eachOfSteps(topics, function* ({ topicId, partitions }) {
        const one = ({ partitionIndex }: { partitionIndex: number }) => assign(id, topicId, partitionIndex)
        return { topicId, partitions: yield* eachInSteps(partitions, one) }
      })
      return { id, topics: yield* assigned }
    })
    const response = { throttleTimeMs: 0, errorCode: ErrorCode.NONE, directories }
    return { records: [...moved, ...lost].filter((record) => record !== null), response }
  }

  #replicaOf(brokerId: number, topicId: string, partitionId: number): PlacedPartition | { error: ErrorCode } {
    const topic = this.#image.topicById(topicId)
    if (!topic) return { error: ErrorCode.UNKNOWN_TOPIC_ID }
    const before = topic.partitions[partitionId]
    if (!before) return { error: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION }
    if (!before.replicas.includes(brokerId)) return { error: ErrorCode.NOT_LEADER_OR_FOLLOWER }
    return { topic, partitionId, before }
  }

  /** Only who is alive, stays, and is the incarnation that the leader knows may be in sync (KIP-841, KIP-903). */
  #memberError(isr: readonly MemberOfIsr[]): ErrorCode {
    const isEligible = ({ brokerId, brokerEpoch }: MemberOfIsr) =>
      this.#image.isBrokerActive(brokerId) &&
      (brokerEpoch === anyEpoch || this.#brokers.isCurrent(brokerId, brokerEpoch))
    return isr.every(isEligible) ? ErrorCode.NONE : ErrorCode.INELIGIBLE_REPLICA
  }
}

/** What the leader cannot ask of its partition, in the order of Apache Kafka's checks. */
function alterationError(
  before: PartitionImage,
  brokerId: number,
  asked: AskedPartition,
  isr: readonly MemberOfIsr[],
): ErrorCode {
  // Who is ahead of this controller has heard of another one.
  if (asked.leaderEpoch > before.leaderEpoch) return ErrorCode.NOT_CONTROLLER
  if (asked.partitionEpoch > before.partitionEpoch) return ErrorCode.NOT_CONTROLLER
  if (asked.leaderEpoch < before.leaderEpoch) return ErrorCode.FENCED_LEADER_EPOCH
  if (brokerId !== before.leader) return ErrorCode.INVALID_REQUEST
  if (asked.partitionEpoch < before.partitionEpoch) return ErrorCode.INVALID_UPDATE_VERSION
  const ids = new Set(isr.map((member) => member.brokerId))
  if (ids.size < isr.length || [...ids].some((id) => !before.replicas.includes(id)))
    return ErrorCode.INVALID_REQUEST
  if (!ids.has(before.leader)) return ErrorCode.INVALID_REQUEST
  if (!recoveryStates.has(asked.leaderRecoveryState)) return ErrorCode.INVALID_REQUEST
  const isRecovering = asked.leaderRecoveryState === LeaderRecoveryState.recovering
  if (isRecovering && ids.size > 1) return ErrorCode.INVALID_REQUEST
  if (isRecovering && before.leaderRecoveryState === LeaderRecoveryState.recovered)
    return ErrorCode.INVALID_REQUEST
  return ErrorCode.NONE
}

function withoutEpochs(isr: readonly number[]): MemberOfIsr[] {
  return isr.map((brokerId) => ({ brokerId, brokerEpoch: anyEpoch }))
}

function altered({ partitionIndex }: AskedPartition, partition: PartitionImage): AlteredPartition {
  const { leader, leaderEpoch, isr, leaderRecoveryState, partitionEpoch } = partition
  return {
    partitionIndex,
    errorCode: ErrorCode.NONE,
    leaderId: leader,
    leaderEpoch,
    isr: [...isr],
    leaderRecoveryState,
    partitionEpoch,
  }
}

function refused({ partitionIndex }: AskedPartition, errorCode: ErrorCode): AlteredPartition {
  return {
    partitionIndex,
    errorCode,
    leaderId: 0,
    leaderEpoch: 0,
    isr: [],
    leaderRecoveryState: LeaderRecoveryState.recovered,
    partitionEpoch: 0,
  }
}

function refusedPartitions(errorCode: ErrorCode): ResponseOf<typeof AlterPartition> {
  return { throttleTimeMs: 0, errorCode, topics: [] }
}

function refusedAssignments(errorCode: ErrorCode): ResponseOf<typeof AssignReplicasToDirs> {
  return { throttleTimeMs: 0, errorCode, directories: [] }
}

export const partitionRequests: readonly ControllerRequest<PartitionsManager>[] = [
  controllerRequest({
    api: AlterPartition,
    isUrgent: true,
    decide: (partitions: PartitionsManager, asked, { version }) => partitions.alter(asked, version),
    refuse: (_asked, errorCode) => refusedPartitions(errorCode),
  }),
  controllerRequest({
    api: AssignReplicasToDirs,
    isUrgent: true,
    decide: (partitions: PartitionsManager, asked) => partitions.assignDirectories(asked),
    refuse: (_asked, errorCode) => refusedAssignments(errorCode),
  }),
]

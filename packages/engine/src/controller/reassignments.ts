import {
  AlterPartitionReassignments,
  ErrorCode,
  ListPartitionReassignments,
  type RequestOf,
  type ResponseOf,
} from '@sluice/wire'
import type { MetadataImage, TopicImage } from '../metadata/image.ts'
import type { NewRecord } from '../metadata/records.ts'
import { eachInSteps, eachOfSteps, type Steps } from '../storage/slices.ts'
import { type ControllerRequest, controllerRequest } from './controller-request.ts'
import { type Decision, Refusal, RequestedRecords } from './decision.ts'
import { assignmentProblem } from './new-partitions.ts'
import type { PartitionChanges, PlacedPartition } from './partition-changes.ts'
import { isReassigning, reassignmentTo, revertedReassignment } from './reassignment.ts'

type AlterRequest = RequestOf<typeof AlterPartitionReassignments>
type AlterResponse = ResponseOf<typeof AlterPartitionReassignments>
type WantedPartition = AlterRequest['topics'][number]['partitions'][number]
type ListRequest = RequestOf<typeof ListPartitionReassignments>
type ListResponse = ResponseOf<typeof ListPartitionReassignments>
type OngoingPartition = ListResponse['topics'][number]['partitions'][number]

/** Moves partitions to other brokers (KIP-455). */
export class ReassignmentsManager {
  readonly #image: MetadataImage
  readonly #changes: PartitionChanges

  constructor(options: { image: MetadataImage; changes: PartitionChanges }) {
    this.#image = options.image
    this.#changes = options.changes
  }

  *alter(request: AlterRequest): Steps<Decision<AlterResponse>> {
    const { allowReplicationFactorChange } = request
    const records = new RequestedRecords()
    const alterOne = (name: string, wanted: WantedPartition) => {
      const { partitionIndex } = wanted
      const outcome = this.#alterOne(name, wanted, allowReplicationFactorChange)
      if (outcome instanceof Refusal)
        return { partitionIndex, errorCode: outcome.error, errorMessage: outcome.message || null }
      if (outcome) records.push(outcome)
      return { partitionIndex, errorCode: ErrorCode.NONE, errorMessage: null }
    }
    const responses = yield* eachOfSteps(request.topics, function* ({ name, partitions }) {
      return { name, partitions: yield* eachInSteps(partitions, (wanted) => alterOne(name, wanted)) }
    })
    return {
      records: records.all,
      response: {
        throttleTimeMs: 0,
        allowReplicationFactorChange,
        errorCode: ErrorCode.NONE,
        errorMessage: request.topics.length === 0 ? '' : null,
        responses,
      },
    }
  }

  *list({ topics: asked }: ListRequest): Steps<Decision<ListResponse>> {
    const topics = asked
      ? yield* eachOfSteps(asked, ({ name, partitionIndexes }) =>
          ongoing(this.#image.topic(name), partitionIndexes),
        )
      : yield* eachOfSteps(this.#image.topics(), (topic) => ongoing(topic, topic.partitions.keys()))
    return {
      records: [],
      response: {
        throttleTimeMs: 0,
        errorCode: ErrorCode.NONE,
        errorMessage: null,
        topics: topics.filter(({ partitions }) => partitions.length > 0),
      },
    }
  }

  /** null: nothing changes. */
  #alterOne(name: string, wanted: WantedPartition, allowFactorChange: boolean): NewRecord | Refusal | null {
    const unknown = (what: string) =>
      new Refusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `Unable to find ${what}.`)
    const topic = this.#image.topic(name)
    if (!topic) return unknown(`a topic named ${name}`)
    const partitionId = wanted.partitionIndex
    const before = topic.partitions[partitionId]
    if (!before) return unknown(`partition ${name}:${partitionId}`)
    const place = { topic, partitionId, before }
    return wanted.replicas ? this.#change(place, wanted.replicas, allowFactorChange) : this.#cancel(place)
  }

  #change(place: PlacedPartition, wanted: readonly number[], allowFactorChange: boolean) {
    const { before } = place
    const problem = assignmentProblem(this.#image, wanted, null)
    if (problem) return problem
    const settled = before.replicas.filter((id) => !before.removingReplicas.includes(id))
    if (!allowFactorChange && settled.length !== wanted.length)
      return new Refusal(
        ErrorCode.INVALID_REPLICATION_FACTOR,
        `The replication factor is changed from ${settled.length} to ${wanted.length}`,
      )
    const { replicas, removingReplicas, addingReplicas } = reassignmentTo(before.replicas, wanted)
    // Where nobody new comes or goes, those of the reassignment before stay named: a cancellation knows who was not there.
    const target = {
      replicas,
      ...(removingReplicas.length > 0 && { removingReplicas }),
      ...(addingReplicas.length > 0 && { addingReplicas }),
    }
    return this.#changes.change(place, { target, election: 'online' })
  }

  #cancel(place: PlacedPartition): NewRecord | Refusal | null {
    const { topic, partitionId, before } = place
    const invalid = (message: string) => new Refusal(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message)
    // The code says it all, and Apache Kafka says no more.
    if (!isReassigning(before)) return new Refusal(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, '')
    const { replicas, isr, isUnclean } = revertedReassignment(before)
    if (replicas.length === 0)
      return invalid('Invalid replica assignment: addingReplicas contains all replicas.')
    if (isUnclean && !this.#changes.electsUncleanly(topic.name))
      return invalid(
        `Unable to revert partition assignment for ${topic.name}:${partitionId} because it would require an unclean leader election.`,
      )
    const target = { replicas, isr, removingReplicas: [], addingReplicas: [] }
    return this.#changes.change(place, { target })
  }
}

function* ongoing(
  topic: TopicImage | undefined,
  partitionIndexes: Iterable<number>,
): Steps<{ name: string; partitions: OngoingPartition[] }> {
  const partitions: OngoingPartition[] = []
  for (const partitionIndex of partitionIndexes) {
    const partition = topic?.partitions[partitionIndex]
    if (partition && isReassigning(partition)) {
      const { replicas, addingReplicas, removingReplicas } = partition
      partitions.push({
        partitionIndex,
        replicas: [...replicas],
        addingReplicas: [...addingReplicas],
        removingReplicas: [...removingReplicas],
      })
    }
    yield
  }
  return { name: topic?.name ?? '', partitions }
}

export const reassignmentRequests: readonly ControllerRequest<ReassignmentsManager>[] = [
  controllerRequest({
    api: AlterPartitionReassignments,
    decide: (reassignments: ReassignmentsManager, asked) => reassignments.alter(asked),
    refuse: ({ allowReplicationFactorChange, topics }, errorCode, errorMessage) => ({
      throttleTimeMs: 0,
      allowReplicationFactorChange,
      errorCode,
      errorMessage,
      responses: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode, errorMessage })),
      })),
    }),
  }),
  controllerRequest({
    api: ListPartitionReassignments,
    decide: (reassignments: ReassignmentsManager, asked) => reassignments.list(asked),
    refuse: (_asked, errorCode, errorMessage) => ({
      throttleTimeMs: 0,
      errorCode,
      errorMessage,
      topics: [],
    }),
  }),
]

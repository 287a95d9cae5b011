import { ElectLeaders, ErrorCode, type RequestOf, type ResponseOf } from '@sluice/wire'
import type { MetadataImage, TopicImage } from '../metadata/image.ts'
import type { NewRecord } from '../metadata/records.ts'
import { noLeader } from '../metadata/topics-image.ts'
import { eachInSteps, eachOfSteps, type Steps } from '../storage/slices.ts'
import { type ControllerRequest, controllerRequest } from './controller-request.ts'
import { type Decision, Refusal, RequestedRecords } from './decision.ts'
import type { PartitionChanges, PlacedPartition } from './partition-changes.ts'

type ElectRequest = RequestOf<typeof ElectLeaders>
type ElectResponse = ResponseOf<typeof ElectLeaders>
type PartitionResult = ElectResponse['replicaElectionResults'][number]['partitionResult'][number]

/** Election types on the wire. */
const preferred = 0
const unclean = 1
/** How many leaders change at once where nobody has asked for it. */
const electionsAtOnceMax = 1000

/** Elections that somebody asks for, and those that are due from time to time. */
export class ElectionsManager {
  readonly #image: MetadataImage
  readonly #changes: PartitionChanges

  constructor(options: { image: MetadataImage; changes: PartitionChanges }) {
    this.#image = options.image
    this.#changes = options.changes
  }

  *elect(request: ElectRequest): Steps<Decision<ElectResponse>> {
    const { electionType } = request
    if (electionType !== preferred && electionType !== unclean) {
      const text = `Unknown election type ${electionType}`
      return { records: [], response: refusedElections(request, ErrorCode.INVALID_REQUEST, text) }
    }
    const records = new RequestedRecords()
    const electOne = (topic: string, partitionId: number) =>
      this.#electOne(topic, partitionId, electionType, records)
    const replicaElectionResults = request.topicPartitions
      ? yield* eachOfSteps(request.topicPartitions, function* ({ topic, partitions }) {
          const partitionResult = yield* eachInSteps(partitions, (partitionId) =>
            electOne(topic, partitionId),
          )
          return { topic, partitionResult }
        })
      : yield* eachOfSteps(this.#image.topics(), function* ({ name, partitions }) {
          const results = yield* eachInSteps(partitions.keys(), (partitionId) => electOne(name, partitionId))
          // Of all partitions only those are named for which there was something to do.
          const needed = results.filter(({ errorCode }) => errorCode !== ErrorCode.ELECTION_NOT_NEEDED)
          return { topic: name, partitionResult: needed }
        })
    const response = { throttleTimeMs: 0, errorCode: ErrorCode.NONE, replicaElectionResults }
    return { records: records.all, response }
  }

  /** Gives the first replicas the lead where they do not have it and can (auto.leader.rebalance.enable). */
  balance(): NewRecord[] {
    return this.#due(
      ({ leader, replicas }) => leader !== replicas[0],
      (place) => this.#changes.change(place, { election: 'preferred' }),
    )
  }

  /** Leaders for partitions without one, whose topics would rather lose records. */
  electUncleanly(): NewRecord[] {
    return this.#due(
      ({ leader }) => leader === noLeader,
      (place) => (this.#changes.electsUncleanly(place.topic.name) ? this.#changes.change(place, {}) : null),
    )
  }

  #due(
    concerns: (partition: PlacedPartition['before']) => boolean,
    change: (place: PlacedPartition) => NewRecord | null,
  ): NewRecord[] {
    const records: NewRecord[] = []
    for (const topic of this.#image.topics())
      for (const [partitionId, before] of topic.partitions.entries()) {
        if (records.length === electionsAtOnceMax) return records
        const record = concerns(before) ? change({ topic, partitionId, before }) : null
        if (record) records.push(record)
      }
    return records
  }

  #electOne(name: string, partitionId: number, type: number, records: RequestedRecords): PartitionResult {
    const topic = this.#image.topic(name)
    const outcome = topic
      ? this.#electionIn(topic, partitionId, type)
      : new Refusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `No such topic as ${name}`)
    if (outcome instanceof Refusal)
      return { partitionId, errorCode: outcome.error, errorMessage: outcome.message }
    records.push(outcome)
    return { partitionId, errorCode: ErrorCode.NONE, errorMessage: null }
  }

  #electionIn(topic: TopicImage, partitionId: number, type: number): NewRecord | Refusal {
    const before = topic.partitions[partitionId]
    if (!before)
      return new Refusal(
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        `No such partition as ${topic.name}-${partitionId}`,
      )
    const isNeeded = type === preferred ? before.leader !== before.replicas[0] : before.leader === noLeader
    if (!isNeeded)
      return new Refusal(ErrorCode.ELECTION_NOT_NEEDED, 'Leader election not needed for topic partition.')
    const election = type === preferred ? 'preferred' : 'unclean'
    const record = this.#changes.change({ topic, partitionId, before }, { election })
    if (record) return record
    return type === preferred
      ? new Refusal(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE, 'The preferred leader was not available.')
      : new Refusal(
          ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE,
          'Eligible topic partition leaders are not available.',
        )
  }
}

function refusedElections(request: ElectRequest, errorCode: ErrorCode, errorMessage: string): ElectResponse {
  const replicaElectionResults = (request.topicPartitions ?? []).map(({ topic, partitions }) => ({
    topic,
    partitionResult: partitions.map((partitionId) => ({ partitionId, errorCode, errorMessage })),
  }))
  return { throttleTimeMs: 0, errorCode, replicaElectionResults }
}

export const electionRequests: readonly ControllerRequest<ElectionsManager>[] = [
  controllerRequest({
    api: ElectLeaders,
    decide: (elections: ElectionsManager, asked) => elections.elect(asked),
    refuse: refusedElections,
  }),
]

import type { Clock } from '@sluice/effects'
import {
  ErrorCode,
  type Input,
  type OffsetCommit,
  type OffsetDelete,
  type RequestOf,
  type ResponseOf,
  type TxnOffsetCommit,
} from '@sluice/wire'
import { eachOfSteps, type Steps } from '../../../storage/slices.ts'
import { errorOfFailedAppend } from '../../decision.ts'
import type { TransactionalProducer } from '../../runtime.ts'
import type { GroupCoordinatorConfig } from '../group-config.ts'
import { asItIs, type GroupShards } from '../group-shards.ts'
import type { GroupRequestContext } from '../request-context.ts'
import type { TopicView } from '../topic-view.ts'
import { checkCommitTopic, commitDecision, committedTopics, type RequestedTopic } from './commit-topics.ts'
import { askedDeletions, type DeletedTopicOffsets, deletedOffsets, type Exists } from './deletion.ts'
import { type FetchedGroup, fetchedTopics, type GroupToFetch, toFetch } from './fetch-topics.ts'
import type { CommitTopicResult } from './offsets.ts'

/** What a commit of one partition takes in the log at least: more than one batch holds need not be built. */
const commitRecordBytesMin = 32

/** Topics go by their ids from these versions on (KIP-848, KIP-1190). */
const commitByIdVersionMin = 10
const transactionalCommitByIdVersionMin = 6

/** A commit of either API. */
interface Commit extends Omit<RequestOf<typeof OffsetCommit>, 'topics'> {
  readonly topics: readonly RequestedTopic[]
  readonly apiVersion: number
  readonly byId: boolean
}

interface Options {
  readonly shards: GroupShards
  readonly config: GroupCoordinatorConfig
  readonly clock: Clock
  readonly topics: TopicView
  readonly maxBatchBytes: () => number
}

/** Requests for the offsets of groups of whatever protocol: what needs no group's state is checked here. */
export class OffsetRequests {
  readonly #shards: GroupShards
  readonly #config: GroupCoordinatorConfig
  readonly #clock: Clock
  readonly #topics: TopicView
  readonly #maxBatchBytes: () => number

  constructor({ shards, config, clock, topics, maxBatchBytes }: Options) {
    this.#shards = shards
    this.#config = config
    this.#clock = clock
    this.#topics = topics
    this.#maxBatchBytes = maxBatchBytes
  }

  /** In steps up to the decision; the answer when that is committed. */
  commit(
    context: GroupRequestContext,
    request: RequestOf<typeof OffsetCommit>,
  ): Steps<Promise<Steps<CommitTopicResult[]>>> {
    const { apiVersion } = context
    const byId = apiVersion >= commitByIdVersionMin
    return this.#commit({ ...request, apiVersion, byId }, null)
  }

  /** In a transaction, whose coordinator knows of it: the offsets count from its end on (KIP-98, KIP-447). */
  async commitInTransaction(
    context: GroupRequestContext,
    request: RequestOf<typeof TxnOffsetCommit>,
    producer: TransactionalProducer,
  ): Promise<Input<ResponseOf<typeof TxnOffsetCommit>>['topics']> {
    const byId = context.apiVersion >= transactionalCommitByIdVersionMin
    // In the words of OffsetCommit before and since it knows groups of other protocols.
    const apiVersion = byId ? commitByIdVersionMin : 0
    const { lane } = this.#shards
    return lane.done(
      await lane.done(this.#commit({ ...request, retentionTimeMs: -1, apiVersion, byId }, producer)),
    )
  }

  *#commit(
    request: Commit,
    producer: TransactionalProducer | null,
  ): Steps<Promise<Steps<CommitTopicResult[]>>> {
    const { apiVersion, byId } = request
    const checked = yield* eachOfSteps(request.topics, (topic) => checkCommitTopic(topic, byId, this.#topics))
    const topics = checked.map(({ valid }) => valid).filter(({ partitions }) => partitions.length > 0)
    if (topics.length === 0) return Promise.resolve(committedTopics(checked, []))
    const commits = topics.reduce((sum, { partitions }) => sum + partitions.length, 0)
    if (commits * commitRecordBytesMin > this.#maxBatchBytes())
      return Promise.resolve(committedTopics(checked, errorOfFailedAppend(ErrorCode.MESSAGE_TOO_LARGE)))
    const { groupId, memberId, groupInstanceId, generationIdOrMemberEpoch, retentionTimeMs } = request
    const generationId = generationIdOrMemberEpoch
    const nowMs = this.#clock.now()
    const { offsetMetadataSizeMax } = this.#config
    const decided = yield* commitDecision({ groupId, topics, retentionTimeMs, nowMs, offsetMetadataSizeMax })
    // Whoever deletes a topic looks for its offsets once: none may come after that.
    const areThere = topics.every(({ name, topicId }) => this.#topics.idOf(name) === topicId)
    if (!areThere) return yield* this.#commit(request, producer)
    const isTransactional = producer !== null
    const committer = { groupId, memberId, groupInstanceId, generationId, apiVersion, isTransactional }
    const outcome = this.#shards.write<CommitTopicResult[] | ErrorCode>(
      'commit-offsets',
      groupId,
      (shard) => shard.commitOffsets(committer, decided),
      asItIs,
      producer,
    )
    return outcome.then((errors) => committedTopics(checked, errors))
  }

  /** One group of an OffsetFetch; up to v7 a request has only one. */
  async fetch(apiVersion: number, group: GroupToFetch, requireStable: boolean): Promise<FetchedGroup> {
    const { groupId, memberId = null, memberEpoch = -1 } = group
    const topics = this.#topics
    const { known, refused } = await this.#shards.lane.done(toFetch(group.topics, apiVersion, topics))
    return this.#shards.read<FetchedGroup>(
      'fetch-offsets',
      groupId,
      function* (shard) {
        const errorCode = shard.validateFetch(groupId, memberId, memberEpoch)
        if (errorCode !== ErrorCode.NONE) return { groupId, errorCode, topics: [] }
        const fetched = yield* shard.fetchOffsets(groupId, known, requireStable)
        const answered = yield* fetchedTopics(group.topics, fetched, refused, apiVersion, topics)
        return { groupId, errorCode: ErrorCode.NONE, topics: answered }
      },
      (errorCode) => ({ groupId, errorCode, topics: [] }),
    )
  }

  async delete(request: RequestOf<typeof OffsetDelete>): Promise<Input<ResponseOf<typeof OffsetDelete>>> {
    const { groupId } = request
    if (groupId === '') return { errorCode: ErrorCode.INVALID_GROUP_ID, topics: [] }
    const exists: Exists = (topic, index) => this.#exists(topic, index)
    const results = await this.#shards.lane.done(
      askedDeletions(request, exists, (topics) =>
        this.#shards.write<DeletedTopicOffsets[] | ErrorCode>(
          'delete-offsets',
          groupId,
          (shard) => shard.deleteOffsets(groupId, topics),
          asItIs,
        ),
      ),
    )
    const failure = results.find((result) => typeof result === 'number')
    if (failure !== undefined) return { errorCode: failure, topics: [] }
    return this.#shards.lane.done(deletedOffsets(request, exists, results as DeletedTopicOffsets[][]))
  }

  #exists(topic: string, partitionIndex: number): boolean {
    return partitionIndex >= 0 && partitionIndex < (this.#topics.partitionCount(topic) ?? 0)
  }
}

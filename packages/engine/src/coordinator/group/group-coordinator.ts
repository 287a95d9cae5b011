import type { Clock, Logger, Random } from '@sluice/effects'
import {
  consumerOffsets,
  type DeleteGroups,
  type DescribeGroups,
  ErrorCode,
  type Heartbeat,
  type Input,
  type JoinGroup,
  type LeaveGroup,
  type ListGroups,
  type OffsetCommit,
  type OffsetDelete,
  type RequestOf,
  type ResponseOf,
  type SyncGroup,
} from '@sluice/wire'
import type { CoordinatorLog } from '../coordinator-log.ts'
import { CoordinatorFailure, errorOfFailedAppend } from '../decision.ts'
import { partitionFor } from '../partition-for.ts'
import { CoordinatorRuntime } from '../runtime.ts'
import { failedJoin, failedSync, type JoinResult, type SyncResult } from './classic/classic-member.ts'
import type { GroupDecision } from './classic/classic-context.ts'
import { type FetchedGroup, fetchedTopics, type GroupToFetch, toFetch } from './offsets/fetch-topics.ts'
import { type ConfigReader, type GroupCoordinatorConfig, groupCoordinatorConfig } from './group-config.ts'
import { listedGroup } from './group.ts'
import { groupRecordCodec, type GroupRecord } from './group-records.ts'
import { type DeletedTopicOffsets, GroupShard } from './group-shard.ts'
import type { LeaveResult } from './classic/leave.ts'
import { checkCommitTopic, committedTopics } from './offsets/commit-topics.ts'
import type { CommitTopicResult } from './offsets/offsets.ts'
import type { TopicView } from './topic-view.ts'

/** KIP-394: a dynamic member without id is given one and must come back with it. */
const knownMemberIdVersionMin = 4
/** KIP-814: a static leader that comes back may be told to keep the assignment. */
const skipAssignmentVersionMin = 9
/** KIP-559: SyncGroup names the protocol that the member follows. */
const protocolNameVersionMin = 5

interface GroupCoordinatorOptions {
  readonly config: ConfigReader
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly topics: TopicView
  readonly log: CoordinatorLog
}

/** What a commit of one partition takes in the log at least: more than one batch holds need not be built. */
const commitRecordBytesMin = 32

/** Who sends a request, as far as a group remembers it. */
interface GroupRequestContext {
  readonly apiVersion: number
  readonly clientId: string | null
  /** As Apache Kafka writes it: `/127.0.0.1`. */
  readonly clientHost: string
}

/**
 * The groups whose partitions of `__consumer_offsets` this broker leads: what needs no group's state is
 * checked here, the rest goes to the shard of the group's partition.
 */
export class GroupCoordinator {
  readonly #config: GroupCoordinatorConfig
  readonly #topics: TopicView
  readonly #log: CoordinatorLog
  readonly #runtime: CoordinatorRuntime<GroupShard, GroupRecord>

  constructor(options: GroupCoordinatorOptions) {
    const { clock, random, logger, log } = options
    const config = groupCoordinatorConfig(options.config)
    this.#config = config
    this.#topics = options.topics
    this.#log = log
    this.#runtime = new CoordinatorRuntime({
      name: consumerOffsets.topic,
      clock,
      logger,
      log,
      codec: groupRecordCodec,
      commitTimeoutMs: config.offsetsCommitTimeoutMs,
      compression: config.offsetsCompression,
      createShard: (partition, timer) =>
        new GroupShard({
          config,
          clock,
          random,
          logger: logger.with({ offsetsPartition: partition }),
          timer,
        }),
    })
  }

  /** The partition of `__consumer_offsets` that holds the group. */
  partitionFor(groupId: string): number {
    const count = this.#topics.partitionCount(consumerOffsets.topic) ?? this.#config.offsetsTopicPartitions
    return partitionFor(groupId, count)
  }

  /** This broker leads the partition: its groups are loaded. */
  load(partition: number): Promise<void> {
    return this.#runtime.load(partition)
  }

  unload(partition: number): void {
    this.#runtime.unload(partition)
  }

  topicDeleted(topic: string): Promise<void> {
    return this.#runtime.writeAll('delete-topic-offsets', (shard) => shard.deleteTopic(topic))
  }

  close(): void {
    this.#runtime.close()
  }

  async joinGroup(context: GroupRequestContext, request: RequestOf<typeof JoinGroup>): Promise<JoinResult> {
    const { groupId, memberId, sessionTimeoutMs } = request
    if (groupId === '') return failedJoin(ErrorCode.INVALID_GROUP_ID, memberId)
    const { sessionTimeoutMsMin, sessionTimeoutMsMax } = this.#config
    if (sessionTimeoutMs < sessionTimeoutMsMin || sessionTimeoutMs > sessionTimeoutMsMax)
      return failedJoin(ErrorCode.INVALID_SESSION_TIMEOUT, memberId)
    return this.#write(
      'join-group',
      groupId,
      (shard) =>
        shard.classicJoin({
          ...request,
          clientId: context.clientId ?? '',
          clientHost: context.clientHost,
          // v0 has one timeout for both.
          rebalanceTimeoutMs: context.apiVersion === 0 ? sessionTimeoutMs : request.rebalanceTimeoutMs,
          requireKnownMemberId: context.apiVersion >= knownMemberIdVersionMin,
          supportsSkippingAssignment: context.apiVersion >= skipAssignmentVersionMin,
        }),
      (error) => failedJoin(error, memberId),
    )
  }

  async syncGroup(context: GroupRequestContext, request: RequestOf<typeof SyncGroup>): Promise<SyncResult> {
    const { groupId, protocolType, protocolName } = request
    if (context.apiVersion >= protocolNameVersionMin && (protocolType === null || protocolName === null))
      return failedSync(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
    if (groupId === '') return failedSync(ErrorCode.INVALID_GROUP_ID)
    return this.#write('sync-group', groupId, (shard) => shard.classicSync(request), failedSync)
  }

  async heartbeat(request: RequestOf<typeof Heartbeat>): Promise<ErrorCode> {
    const { groupId } = request
    if (groupId === '') return ErrorCode.INVALID_GROUP_ID
    return this.#write(
      'heartbeat',
      groupId,
      (shard) => shard.classicHeartbeat(request),
      // While the group loads its members' sessions have not begun: nobody is late, nobody need join again.
      (error) => (error === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS ? ErrorCode.NONE : error),
    )
  }

  /** Up to v2 one member, of which a v3 list is made by the caller. */
  async leaveGroup(request: RequestOf<typeof LeaveGroup>): Promise<ErrorCode | LeaveResult[]> {
    const { groupId, members } = request
    if (groupId === '') return ErrorCode.INVALID_GROUP_ID
    return this.#write<ErrorCode | LeaveResult[]>(
      'leave-group',
      groupId,
      (shard) => shard.classicLeave(groupId, members),
      asItIs,
    )
  }

  async commitOffsets(
    context: GroupRequestContext,
    request: RequestOf<typeof OffsetCommit>,
  ): Promise<Input<ResponseOf<typeof OffsetCommit>>['topics']> {
    const { apiVersion } = context
    const checked = request.topics.map((topic) => checkCommitTopic(topic, apiVersion, this.#topics))
    const topics = checked.map(({ valid }) => valid).filter(({ partitions }) => partitions.length > 0)
    if (topics.length === 0) return committedTopics(checked, [])
    const commits = topics.reduce((sum, { partitions }) => sum + partitions.length, 0)
    if (commits * commitRecordBytesMin > this.#log.maxMessageBytes)
      return committedTopics(checked, errorOfFailedAppend(ErrorCode.MESSAGE_TOO_LARGE))
    const { groupId, memberId, groupInstanceId, generationIdOrMemberEpoch, retentionTimeMs } = request
    const generationId = generationIdOrMemberEpoch
    const outcome = await this.#write<CommitTopicResult[] | ErrorCode>(
      'commit-offsets',
      groupId,
      (shard) =>
        shard.commitOffsets({
          groupId,
          memberId,
          groupInstanceId,
          generationId,
          retentionTimeMs,
          topics,
          apiVersion,
        }),
      asItIs,
    )
    return committedTopics(checked, outcome)
  }

  /** One group of an OffsetFetch; up to v7 a request has only one. */
  async fetchOffsets(apiVersion: number, group: GroupToFetch, requireStable: boolean): Promise<FetchedGroup> {
    const { groupId } = group
    const topics = this.#topics
    const { known, refused } = toFetch(group.topics, apiVersion, topics)
    return this.#read<FetchedGroup>(
      'fetch-offsets',
      groupId,
      (shard) => {
        const fetched = shard.fetchOffsets(groupId, known, requireStable)
        const answered = fetchedTopics(group.topics, fetched, refused, apiVersion, topics)
        return { groupId, errorCode: ErrorCode.NONE, topics: answered }
      },
      (errorCode) => ({ groupId, errorCode, topics: [] }),
    )
  }

  async deleteOffsets(
    request: RequestOf<typeof OffsetDelete>,
  ): Promise<Input<ResponseOf<typeof OffsetDelete>>> {
    const { groupId } = request
    if (groupId === '') return { errorCode: ErrorCode.INVALID_GROUP_ID, topics: [] }
    const exists = (topic: string, { partitionIndex }: { partitionIndex: number }) =>
      partitionIndex >= 0 && partitionIndex < (this.#topics.partitionCount(topic) ?? 0)
    const topics = request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.filter((each) => exists(name, each)).map((each) => each.partitionIndex),
    }))
    const result = await this.#write<DeletedTopicOffsets[] | ErrorCode>(
      'delete-offsets',
      groupId,
      (shard) => shard.deleteOffsets(groupId, topics),
      asItIs,
    )
    if (!Array.isArray(result)) return { errorCode: result, topics: [] }
    const errors = new Map(result.map(({ name, errorCode }) => [name, errorCode]))
    return {
      errorCode: ErrorCode.NONE,
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map((each) => ({
          partitionIndex: each.partitionIndex,
          errorCode: exists(name, each) ? errors.get(name) : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        })),
      })),
    }
  }

  describeGroup(
    apiVersion: number,
    groupId: string,
  ): Promise<Input<ResponseOf<typeof DescribeGroups>['groups'][number]>> {
    return this.#read<Input<ResponseOf<typeof DescribeGroups>['groups'][number]>>(
      'describe-groups',
      groupId,
      (shard) => shard.classicDescribe(groupId, apiVersion),
      (errorCode) => ({ groupId, errorCode }),
    )
  }

  /** All groups that this broker coordinates, filtered as asked (states from v4, types from v5). */
  async listGroups(
    statesFilter: readonly string[],
    typesFilter: readonly string[],
  ): Promise<Input<ResponseOf<typeof ListGroups>>> {
    const states = new Set(statesFilter.map((state) => state.toLowerCase()))
    const types = new Set(typesFilter.map((type) => type.toLowerCase()))
    const listed = await Promise.all(
      this.#runtime.partitions().map((partition) =>
        this.#runtime.read('list-groups', partition, (shard) =>
          [...shard.groups()]
            .map(listedGroup)
            .filter(({ groupState }) => states.size === 0 || states.has(groupState.toLowerCase()))
            .filter(({ groupType }) => types.size === 0 || types.has(groupType)),
        ),
      ),
    )
    // A partition that has just gone elsewhere is listed there; any other failure would hide groups.
    const failure = listed.find(
      (each) => each instanceof CoordinatorFailure && each.error !== ErrorCode.NOT_COORDINATOR,
    )
    if (failure instanceof CoordinatorFailure) return { errorCode: failure.error, groups: [] }
    return {
      errorCode: ErrorCode.NONE,
      groups: listed.flatMap((each) => (each instanceof CoordinatorFailure ? [] : each)),
    }
  }

  async deleteGroup(groupId: string): Promise<Input<ResponseOf<typeof DeleteGroups>['results'][number]>> {
    const decide = (shard: GroupShard) => shard.deleteGroup(groupId)
    return { groupId, errorCode: await this.#write('delete-groups', groupId, decide, asItIs) }
  }

  /** Decides on the group's shard; `failed` says in the operation's own terms why that could not be. */
  async #write<R>(
    name: string,
    groupId: string,
    decide: (shard: GroupShard) => GroupDecision<R>,
    failed: (error: ErrorCode) => R,
  ): Promise<R> {
    const result = await this.#runtime.write(name, this.partitionFor(groupId), decide)
    return result instanceof CoordinatorFailure ? failed(result.error) : result
  }

  /** The same for a look at the shard. */
  async #read<R>(
    name: string,
    groupId: string,
    query: (shard: GroupShard) => R,
    failed: (error: ErrorCode) => R,
  ): Promise<R> {
    const result = await this.#runtime.read(name, this.partitionFor(groupId), query)
    return result instanceof CoordinatorFailure ? failed(result.error) : result
  }
}

const asItIs = (error: ErrorCode): ErrorCode => error

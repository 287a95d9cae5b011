import type { Clock, Logger, Random } from '@sluice/effects'
import {
  type ConsumerGroupDescribe,
  type ConsumerGroupHeartbeat,
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
  type TxnOffsetCommit,
} from '@sluice/wire'
import { Lane } from '../../storage/lane.ts'
import { askedInSteps, byKeyInSteps, eachOfSteps, type Steps } from '../../storage/slices.ts'
import type { CoordinatorLog } from '../coordinator-log.ts'
import { answer, CoordinatorFailure, errorOfFailedAppend } from '../decision.ts'
import { partitionFor } from '../partition-for.ts'
import type { VersionedEnd } from '../pending-appends.ts'
import { CoordinatorRuntime, type TransactionalProducer } from '../runtime.ts'
import { failedJoin, failedSync, type JoinResult, type SyncResult } from './classic/classic-member.ts'
import type { GroupDecision } from './shard-context.ts'
import { type FetchedGroup, fetchedTopics, type GroupToFetch, toFetch } from './offsets/fetch-topics.ts'
import {
  type ConsumerGroupConfig,
  consumerGroupConfig,
  type OwnGroupConfigs,
} from './consumer/consumer-config.ts'
import type { MaySee } from './consumer/may-see.ts'
import { heartbeatProblem } from './consumer/heartbeat-request.ts'
import type { HeartbeatAnswer } from './consumer/refused.ts'
import { TopicHashes } from './consumer/topic-hashes.ts'
import type { ConfigReader } from '../config-reader.ts'
import { type GroupCoordinatorConfig, groupCoordinatorConfig } from './group-config.ts'
import { type Group, listedGroup } from './group.ts'
import { groupRecordCodec, type GroupRecord } from './group-records.ts'
import { GroupShard } from './group-shard.ts'
import { MemberBytes } from './member-bytes.ts'
import type { LeaveResult } from './leaving.ts'
import {
  checkCommitTopic,
  commitDecision,
  committedTopics,
  type RequestedTopic,
} from './offsets/commit-topics.ts'
import { askedDeletions, type DeletedTopicOffsets, deletedOffsets, type Exists } from './offsets/deletion.ts'
import type { CommitTopicResult } from './offsets/offsets.ts'
import { piecesOf } from './pieces.ts'
import type { TopicView } from './topic-view.ts'

/** KIP-394: a dynamic member without id is given one and must come back with it. */
const knownMemberIdVersionMin = 4
/** KIP-814: a static leader that comes back may be told to keep the assignment. */
const skipAssignmentVersionMin = 9
/** KIP-559: SyncGroup names the protocol that the member follows. */
const protocolNameVersionMin = 5

interface GroupCoordinatorOptions {
  readonly config: ConfigReader
  readonly groupConfigs: OwnGroupConfigs
  readonly clock: Clock
  /** See CoordinatorRuntime. */
  readonly timerClock?: Clock
  readonly random: Random
  readonly logger: Logger
  readonly topics: TopicView
  readonly log: CoordinatorLog
  readonly memberBytes?: MemberBytes
}

/** Of a member: clients have a handful. */
const protocolsMax = 1_000

/** Of a group that is deleted so many offsets are a step. */
const deletedAtOnceMax = 20

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
  readonly #consumers: ConsumerGroupConfig
  readonly #topicHashes: TopicHashes
  #newTopicsVersion = 0
  readonly #topics: TopicView
  readonly #log: CoordinatorLog
  readonly #runtime: CoordinatorRuntime<GroupShard, GroupRecord>
  readonly #clock: Clock
  readonly #lane: Lane

  constructor(options: GroupCoordinatorOptions) {
    const { clock, random, logger, log } = options
    const config = groupCoordinatorConfig(options.config)
    const consumers = consumerGroupConfig(options.config, options.groupConfigs)
    const topicHashes = new TopicHashes(options.topics)
    this.#consumers = consumers
    this.#topicHashes = topicHashes
    this.#config = config
    this.#topics = options.topics
    this.#log = log
    this.#clock = clock
    this.#lane = new Lane(clock)
    const memberBytes = options.memberBytes ?? new MemberBytes()
    this.#runtime = new CoordinatorRuntime({
      name: consumerOffsets.topic,
      clock,
      timerClock: options.timerClock,
      logger,
      log,
      codec: groupRecordCodec,
      // Members and offsets are told anew by who has not heard of their commit.
      awaitsCommit: false,
      commitTimeoutMs: config.offsetsCommitTimeoutMs,
      compression: config.offsetsCompression,
      baseSequence: 0,
      createShard: (partition, timer) =>
        new GroupShard({
          config,
          clock,
          random,
          logger: logger.with({ offsetsPartition: partition }),
          timer,
          memberBytes,
          consumers,
          topics: options.topics,
          topicHashes,
          newTopicsVersion: () => this.#newTopicsVersion,
          write: async (name, decide) =>
            !((await this.#runtime.write(name, partition, decide)) instanceof CoordinatorFailure),
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

  topicsDeleted(topics: ReadonlySet<string>): Promise<void> {
    return this.#runtime.writeAll(
      'delete-topic-offsets',
      (shard) => shard.offsetsOf(topics),
      (shard, keys) => shard.forgetOffsets(keys),
    )
  }

  /** New topics or partitions, or a deletion: groups that read these are assigned anew. */
  topicsChanged(topics: ReadonlySet<string>, areAnyNew: boolean): void {
    if (areAnyNew) this.#newTopicsVersion = this.#topics.version()
    this.#topicHashes.forget(topics)
    for (const shard of this.#runtime.shards()) shard.topicsChanged(topics)
  }

  close(): void {
    this.#runtime.close()
  }

  /** Whether groups of the consumer protocol may be, as far as this broker is asked. */
  get servesConsumerGroups(): boolean {
    return this.#consumers.isServed
  }

  async consumerGroupHeartbeat(
    context: GroupRequestContext,
    request: RequestOf<typeof ConsumerGroupHeartbeat>,
    maySee: MaySee,
  ): Promise<HeartbeatAnswer> {
    const { apiVersion, clientId, clientHost } = context
    const problem = heartbeatProblem(request, apiVersion, this.#consumers)
    if (problem) return problem.answer
    return this.#write<HeartbeatAnswer>(
      'consumer-group-heartbeat',
      request.groupId,
      (shard) => shard.consumerHeartbeat({ ...request, clientId: clientId ?? '', clientHost, maySee }),
      (errorCode) => ({ errorCode }),
    )
  }

  async describeConsumerGroup(
    groupId: string,
  ): Promise<Input<ResponseOf<typeof ConsumerGroupDescribe>['groups'][number]>> {
    if (groupId === '') return { groupId, errorCode: ErrorCode.INVALID_GROUP_ID }
    return this.#read<Input<ResponseOf<typeof ConsumerGroupDescribe>['groups'][number]>>(
      'consumer-group-describe',
      groupId,
      (shard) => shard.consumerDescribe(groupId),
      (errorCode) => ({ groupId, errorCode }),
    )
  }

  async joinGroup(context: GroupRequestContext, request: RequestOf<typeof JoinGroup>): Promise<JoinResult> {
    const { groupId, memberId, sessionTimeoutMs } = request
    if (groupId === '') return failedJoin(ErrorCode.INVALID_GROUP_ID, memberId)
    if (request.protocols.length > protocolsMax)
      return failedJoin(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, memberId)
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
      (error) => failedJoin(error, ''),
    )
  }

  async syncGroup(context: GroupRequestContext, request: RequestOf<typeof SyncGroup>): Promise<SyncResult> {
    const { groupId, protocolType, protocolName } = request
    if (context.apiVersion >= protocolNameVersionMin && (protocolType === null || protocolName === null))
      return failedSync(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
    if (groupId === '') return failedSync(ErrorCode.INVALID_GROUP_ID)
    const assignments = await this.#lane.done(byKeyInSteps(request.assignments, ({ memberId }) => memberId))
    const decide = (shard: GroupShard) => shard.classicSync({ ...request, assignments })
    return this.#write('sync-group', groupId, decide, failedSync)
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
    // In pieces: any number may be named.
    const pieces = members.length === 0 ? [members] : piecesOf(members)
    const leave = (piece: typeof members) =>
      this.#write<ErrorCode | LeaveResult[]>(
        'leave-group',
        groupId,
        (shard) => shard.classicLeave(groupId, piece),
        asItIs,
      )
    const results = await this.#lane.done(askedInSteps(pieces, leave))
    const failure = results.find((result) => typeof result === 'number')
    return failure ?? (results as LeaveResult[][]).flat()
  }

  commitOffsets(
    context: GroupRequestContext,
    request: RequestOf<typeof OffsetCommit>,
  ): Promise<Input<ResponseOf<typeof OffsetCommit>>['topics']> {
    const { apiVersion } = context
    const byId = apiVersion >= commitByIdVersionMin
    return this.#commit({ ...request, apiVersion, byId }, null)
  }

  /** In a transaction, whose coordinator knows of it: the offsets count from its end on (KIP-98, KIP-447). */
  commitOffsetsInTransaction(
    context: GroupRequestContext,
    request: RequestOf<typeof TxnOffsetCommit>,
    producer: TransactionalProducer,
  ): Promise<Input<ResponseOf<typeof TxnOffsetCommit>>['topics']> {
    const byId = context.apiVersion >= transactionalCommitByIdVersionMin
    // In the words of OffsetCommit before and since it knows groups of other protocols.
    const apiVersion = byId ? commitByIdVersionMin : 0
    return this.#commit({ ...request, retentionTimeMs: -1, apiVersion, byId }, producer)
  }

  /** A transaction that has committed offsets here has ended. */
  endTransaction(partition: number, end: VersionedEnd): Promise<ErrorCode> {
    return this.#runtime.endTransaction(partition, end)
  }

  async #commit(request: Commit, producer: TransactionalProducer | null): Promise<CommitTopicResult[]> {
    const { apiVersion, byId } = request
    const checked = await this.#lane.done(
      eachOfSteps(request.topics, (topic) => checkCommitTopic(topic, byId, this.#topics)),
    )
    const topics = checked.map(({ valid }) => valid).filter(({ partitions }) => partitions.length > 0)
    if (topics.length === 0) return this.#lane.done(committedTopics(checked, []))
    const commits = topics.reduce((sum, { partitions }) => sum + partitions.length, 0)
    if (commits * commitRecordBytesMin > this.#log.maxMessageBytes)
      return this.#lane.done(committedTopics(checked, errorOfFailedAppend(ErrorCode.MESSAGE_TOO_LARGE)))
    const { groupId, memberId, groupInstanceId, generationIdOrMemberEpoch, retentionTimeMs } = request
    const generationId = generationIdOrMemberEpoch
    const nowMs = this.#clock.now()
    const { offsetMetadataSizeMax } = this.#config
    const decided = await this.#lane.done(
      commitDecision({ groupId, topics, retentionTimeMs, nowMs, offsetMetadataSizeMax }),
    )
    const isTransactional = producer !== null
    const committer = { groupId, memberId, groupInstanceId, generationId, apiVersion, isTransactional }
    // Whoever deletes a topic looks for its offsets once: none may come after that.
    const areThere = () => topics.every(({ name, topicId }) => this.#topics.idOf(name) === topicId)
    const outcome = await this.#write<CommitTopicResult[] | ErrorCode | 'topics have changed'>(
      'commit-offsets',
      groupId,
      (shard) =>
        areThere() ? shard.commitOffsets(committer, decided) : answer('topics have changed' as const),
      asItIs,
      producer,
    )
    if (outcome === 'topics have changed') return this.#commit(request, producer)
    return this.#lane.done(committedTopics(checked, outcome))
  }

  /** One group of an OffsetFetch; up to v7 a request has only one. */
  async fetchOffsets(apiVersion: number, group: GroupToFetch, requireStable: boolean): Promise<FetchedGroup> {
    const { groupId, memberId = null, memberEpoch = -1 } = group
    const topics = this.#topics
    const { known, refused } = await this.#lane.done(toFetch(group.topics, apiVersion, topics))
    return this.#read<FetchedGroup>(
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

  async deleteOffsets(
    request: RequestOf<typeof OffsetDelete>,
  ): Promise<Input<ResponseOf<typeof OffsetDelete>>> {
    const { groupId } = request
    if (groupId === '') return { errorCode: ErrorCode.INVALID_GROUP_ID, topics: [] }
    const exists: Exists = (topic, index) => this.#exists(topic, index)
    const results = await this.#lane.done(
      askedDeletions(request, exists, (topics) =>
        this.#write<DeletedTopicOffsets[] | ErrorCode>(
          'delete-offsets',
          groupId,
          (shard) => shard.deleteOffsets(groupId, topics),
          asItIs,
        ),
      ),
    )
    const failure = results.find((result) => typeof result === 'number')
    if (failure !== undefined) return { errorCode: failure, topics: [] }
    return this.#lane.done(deletedOffsets(request, exists, results as DeletedTopicOffsets[][]))
  }

  #exists(topic: string, partitionIndex: number): boolean {
    return partitionIndex >= 0 && partitionIndex < (this.#topics.partitionCount(topic) ?? 0)
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
    const lowerCase = (text: string) => text.toLowerCase()
    const states = await this.#lane.done(byKeyInSteps(statesFilter, lowerCase))
    const types = await this.#lane.done(byKeyInSteps(typesFilter, lowerCase))
    const listed = await Promise.all(
      this.#runtime.partitions().map((partition) => {
        const query = (shard: GroupShard) => listedGroups(shard.groups(), states, types)
        return this.#lane.done(this.#runtime.read('list-groups', partition, query))
      }),
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
    const errors = await this.#lane.done(this.#deleteGroup(groupId))
    return { groupId, errorCode: errors.find((error) => error !== ErrorCode.NONE) ?? ErrorCode.NONE }
  }

  /** It may have any number of offsets. */
  *#deleteGroup(groupId: string): Steps<Promise<ErrorCode[]>> {
    const pieces: Promise<ErrorCode>[] = []
    for (let isLast = false; !isLast; ) {
      // Of what cannot be decided there is no next piece.
      isLast = true
      const decide = (shard: GroupShard) => {
        const decision = shard.deleteGroup(groupId, deletedAtOnceMax)
        isLast = decision.isLast
        return decision
      }
      pieces.push(this.#write('delete-groups', groupId, decide, asItIs))
      yield
    }
    return Promise.all(pieces)
  }

  /** Decides on the group's shard; `failed` says in the operation's own terms why that could not be. */
  #write<R>(
    name: string,
    groupId: string,
    decide: (shard: GroupShard) => GroupDecision<R>,
    failed: (error: ErrorCode) => R,
    producer: TransactionalProducer | null = null,
  ): Promise<R> {
    const written = this.#runtime.write(name, this.partitionFor(groupId), decide, producer)
    // Not awaited: a response that parks would keep what was asked.
    return written.then((result) => (result instanceof CoordinatorFailure ? failed(result.error) : result))
  }

  /** The same for a look at the shard. */
  async #read<R>(
    name: string,
    groupId: string,
    query: (shard: GroupShard) => Steps<R>,
    failed: (error: ErrorCode) => R,
  ): Promise<R> {
    const result = await this.#lane.done(this.#runtime.read(name, this.partitionFor(groupId), query))
    return result instanceof CoordinatorFailure ? failed(result.error) : result
  }
}

/** Of these states and types, in lower case; none of them: of any. */
function* listedGroups(
  groups: Iterable<Group>,
  states: ReadonlyMap<string, unknown>,
  types: ReadonlyMap<string, unknown>,
) {
  const listed: ReturnType<typeof listedGroup>[] = []
  for (const group of groups) {
    const one = listedGroup(group)
    const isAsked = states.size === 0 || states.has(one.groupState.toLowerCase())
    if (isAsked && (types.size === 0 || types.has(one.groupType))) listed.push(one)
    yield
  }
  return listed
}

const asItIs = (error: ErrorCode): ErrorCode => error

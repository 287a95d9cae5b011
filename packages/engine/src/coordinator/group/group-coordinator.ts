import type { Clock, Logger, Random } from '@sluice/effects'
import {
  type ConsumerGroupDescribe,
  type ConsumerGroupHeartbeat,
  consumerOffsets,
  type DeleteGroups,
  ErrorCode,
  type Input,
  type ListGroups,
  type RequestOf,
  type ResponseOf,
} from '@sluice/wire'
import { Lane } from '../../storage/lane.ts'
import { byKeyInSteps, type Steps } from '../../storage/slices.ts'
import type { ConfigReader } from '../config-reader.ts'
import type { CoordinatorLog } from '../coordinator-log.ts'
import { CoordinatorFailure } from '../decision.ts'
import type { VersionedEnd } from '../pending-appends.ts'
import { CoordinatorRuntime } from '../runtime.ts'
import { ClassicRequests } from './classic/classic-requests.ts'
import {
  type ConsumerGroupConfig,
  consumerGroupConfig,
  type OwnGroupConfigs,
} from './consumer/consumer-config.ts'
import { heartbeatProblem } from './consumer/heartbeat-request.ts'
import type { MaySee } from './consumer/may-see.ts'
import type { HeartbeatAnswer } from './consumer/refused.ts'
import { TopicHashes } from './consumer/topic-hashes.ts'
import { groupCoordinatorConfig } from './group-config.ts'
import { groupRecordCodec, type GroupRecord } from './group-records.ts'
import { GroupShard } from './group-shard.ts'
import { asItIs, GroupShards } from './group-shards.ts'
import { type Group, listedGroup } from './group.ts'
import { MemberBytes } from './member-bytes.ts'
import { OffsetRequests } from './offsets/offset-requests.ts'
import type { GroupRequestContext } from './request-context.ts'
import type { TopicView } from './topic-view.ts'

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
  /** How many groups it may have; without it any number. */
  readonly groupsMax?: () => number
}

/** Of a group that is deleted so many offsets are a step. */
const deletedAtOnceMax = 20

/**
 * The groups whose partitions of `__consumer_offsets` this broker leads. What is asked of one by the classic protocol, or
 * of its offsets, has a door of its own; the rest is here, and goes to the shard of the group's partition.
 */
export class GroupCoordinator {
  readonly classic: ClassicRequests
  readonly offsets: OffsetRequests
  readonly #consumers: ConsumerGroupConfig
  readonly #topicHashes: TopicHashes
  #newTopicsVersion = 0
  readonly #topics: TopicView
  readonly #runtime: CoordinatorRuntime<GroupShard, GroupRecord>
  readonly #shards: GroupShards

  constructor(options: GroupCoordinatorOptions) {
    const { clock, log, topics } = options
    const config = groupCoordinatorConfig(options.config)
    this.#consumers = consumerGroupConfig(options.config, options.groupConfigs)
    this.#topicHashes = new TopicHashes(topics)
    this.#topics = topics
    const targetLane = new Lane(clock)
    const memberBytes = options.memberBytes ?? new MemberBytes()
    this.#runtime = new CoordinatorRuntime({
      name: consumerOffsets.topic,
      clock,
      timerClock: options.timerClock,
      logger: options.logger,
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
          random: options.random,
          logger: options.logger.with({ offsetsPartition: partition }),
          timer,
          memberBytes,
          consumers: this.#consumers,
          topics,
          topicHashes: this.#topicHashes,
          targetLane,
          newTopicsVersion: () => this.#newTopicsVersion,
          isFull: () => this.#groupCount >= (options.groupsMax?.() ?? Infinity),
          write: async (name, decide) =>
            !((await this.#runtime.write(name, partition, decide)) instanceof CoordinatorFailure),
        }),
    })
    const { offsetsTopicPartitions } = config
    const shards = new GroupShards({ clock, runtime: this.#runtime, topics, offsetsTopicPartitions })
    this.#shards = shards
    this.classic = new ClassicRequests(shards, config)
    this.offsets = new OffsetRequests({
      shards,
      config,
      clock,
      topics,
      maxBatchBytes: () => log.maxMessageBytes,
    })
  }

  get #groupCount(): number {
    return [...this.#runtime.shards()].reduce((sum, { groupCount }) => sum + groupCount, 0)
  }

  /** The partition of `__consumer_offsets` that holds the group. */
  partitionFor(groupId: string): number {
    return this.#shards.partitionFor(groupId)
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
    const known = this.#topicHashes.forget(topics)
    void this.#shards.lane.done(this.#topicHashes.learn(known))
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
    const topics = request.subscribedTopicNames ?? []
    if (!this.#topicHashes.areKnown(topics)) await this.#shards.lane.done(this.#topicHashes.learn(topics))
    return this.#shards.write<HeartbeatAnswer>(
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
    return this.#shards.read<Input<ResponseOf<typeof ConsumerGroupDescribe>['groups'][number]>>(
      'consumer-group-describe',
      groupId,
      (shard) => shard.consumerDescribe(groupId),
      (errorCode) => ({ groupId, errorCode }),
    )
  }

  /** A transaction that has committed offsets here has ended. */
  endTransaction(partition: number, end: VersionedEnd): Promise<ErrorCode> {
    return this.#runtime.endTransaction(partition, end)
  }

  /** All groups that this broker coordinates, filtered as asked (states from v4, types from v5). */
  async listGroups(
    statesFilter: readonly string[],
    typesFilter: readonly string[],
  ): Promise<Input<ResponseOf<typeof ListGroups>>> {
    const lowerCase = (text: string) => text.toLowerCase()
    const states = await this.#shards.lane.done(byKeyInSteps(statesFilter, lowerCase))
    const types = await this.#shards.lane.done(byKeyInSteps(typesFilter, lowerCase))
    const listed = await Promise.all(
      this.#runtime.partitions().map((partition) => {
        const query = (shard: GroupShard) => listedGroups(shard.groups(), states, types)
        return this.#shards.lane.done(this.#runtime.read('list-groups', partition, query))
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
    const errors = await this.#shards.lane.done(this.#deleteGroup(groupId))
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
      pieces.push(this.#shards.write('delete-groups', groupId, decide, asItIs))
      yield
    }
    return Promise.all(pieces)
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

import { ErrorCode, type Int64 } from '@sluice/wire'
import type { Lane } from '../../storage/lane.ts'
import type { Steps } from '../../storage/slices.ts'
import { answer } from '../decision.ts'
import type { CoordinatorShard } from '../runtime.ts'
import type { RecordFacts } from '../shard-loader.ts'
import type { FinalGroupDecision, GroupDecision } from './shard-context.ts'
import { failedJoin, type JoinResult, type SyncResult } from './classic/classic-member.ts'
import { type DescribedGroup, describeGroup } from './classic/describe-group.ts'
import { hasCommitted, heartbeat, type HeartbeatRequest } from './classic/heartbeat.ts'
import { join, type JoinRequest } from './classic/join.ts'
import { leave } from './classic/leave.ts'
import { beginSessions, forgetTimers } from './classic/rebalance.ts'
import { sync, type SyncRequest } from './classic/sync.ts'
import type { ConsumerContext, Migration } from './consumer/consumer-context.ts'
import { describeConsumerGroup, type DescribedConsumerGroup, notFound } from './consumer/describe.ts'
import { consumerHeartbeat, type HeartbeatRequest as ConsumerHeartbeat } from './consumer/heartbeat.ts'
import { cancelMemberTimers } from './consumer/member-timers.ts'
import { RegexResolver } from './consumer/regex-resolver.ts'
import { regexesResolved } from './consumer/regexes.ts'
import type { HeartbeatAnswer } from './consumer/refused.ts'
import { replayConsumerRecord } from './consumer/replay.ts'
import { TargetMaker } from './consumer/target-maker.ts'
import { targetMade } from './consumer/target-assignment.ts'
import { beginConsumerSessions } from './consumer/timers.ts'
import type { Committed, Committer, Group } from './group.ts'
import type { GroupRecord, OffsetKey } from './group-records.ts'
import { downgradedWithout } from './downgrade.ts'
import { Groups } from './groups.ts'
import type { LeaveResult, LeavingMember } from './leaving.ts'
import { joinMixed } from './mixed-join.ts'
import { heartbeatMixed, leaveMixed, syncMixed } from './mixed-members.ts'
import type { DeletedTopicOffsets } from './offsets/deletion.ts'
import { type CommitTopicResult, Offsets, type FetchTopic } from './offsets/offsets.ts'
import { upgraded } from './upgrade.ts'

const expirationTimer = 'expire offsets'
/** So many offsets are looked at in one go. */
const expirationLooksMax = 1_000

/** First version of OffsetCommit that knows groups of other protocols (KIP-848), and says that there is none. */
const groupNotFoundVersionMin = 9

interface CommitRequest extends Committer {
  readonly groupId: string
}

interface ShardOptions extends Omit<ConsumerContext, 'groups' | 'resolver' | 'targets' | 'migration'> {
  /** See TargetMaker. */
  readonly targetLane: Lane
  /** Has a decision made as if somebody had asked for it; false: it came to nothing. */
  readonly write: (name: string, decide: (shard: GroupShard) => FinalGroupDecision<void>) => Promise<boolean>
  /** The broker has as many groups as it may: no member begins another. */
  readonly isFull: () => boolean
}

/** One partition of `__consumer_offsets`: its groups and their offsets. */
export class GroupShard implements CoordinatorShard<GroupRecord> {
  readonly #context: ConsumerContext
  readonly #groups: Groups
  readonly #offsets: Offsets
  readonly #isFull: () => boolean
  /** Groups of which some offsets are deleted already. */
  readonly #deleting = new WeakSet<Group>()
  /** A search for expired offsets that is under way. */
  #expiring: Generator<readonly GroupRecord[]> | null = null

  constructor(options: ShardOptions) {
    this.#groups = new Groups(options.memberBytes)
    const { clock, topics, topicHashes } = options
    const resolver = new RegexResolver({
      clock,
      topics,
      topicHashes,
      found: (groupId, resolved) =>
        options.write('resolve-regexes', (shard) => regexesResolved(shard.#context, groupId, resolved)),
    })
    const targets = new TargetMaker({
      clock,
      lane: options.targetLane,
      made: (groupId, target) =>
        options.write('assign', (shard) => targetMade(shard.#context, groupId, target)),
    })
    const migration: Migration = {
      upgraded: (groupId, records) => upgraded(this.#context, groupId, records),
      downgradedWithout: (group, leaving, response) =>
        downgradedWithout(this.#context, group, leaving, response),
    }
    this.#context = { ...options, groups: this.#groups, resolver, targets, migration }
    this.#offsets = new Offsets(options.config)
    this.#isFull = options.isFull
  }

  // ---- the classic protocol

  classicJoin(request: JoinRequest): GroupDecision<JoinResult> {
    if (this.#groups.isUnserved(request.groupId))
      return answer(failedJoin(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, request.memberId))
    if (this.#isOneTooMany(request.groupId))
      return answer(failedJoin(ErrorCode.INVALID_REQUEST, request.memberId))
    if (this.#isDeleting(request.groupId))
      return answer(failedJoin(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, request.memberId))
    const consumers = this.#groups.consumer(request.groupId)
    if (consumers && !consumers.isEmpty) return joinMixed(this.#context, consumers, request)
    return join(this.#context, request)
  }

  classicSync(request: SyncRequest): FinalGroupDecision<SyncResult> {
    const consumers = this.#groups.consumer(request.groupId)
    return consumers ? syncMixed(this.#context, consumers, request) : sync(this.#context, request)
  }

  classicHeartbeat(request: HeartbeatRequest): FinalGroupDecision<ErrorCode> {
    const consumers = this.#groups.consumer(request.groupId)
    return consumers ? heartbeatMixed(this.#context, consumers, request) : heartbeat(this.#context, request)
  }

  classicLeave(groupId: string, members: readonly LeavingMember[]): GroupDecision<LeaveResult[]> {
    const consumers = this.#groups.consumer(groupId)
    return consumers ? leaveMixed(this.#context, consumers, members) : leave(this.#context, groupId, members)
  }

  classicDescribe(groupId: string, apiVersion: number): Steps<DescribedGroup> {
    const group = this.#groups.classic(groupId)
    return describeGroup(group, groupId, apiVersion, this.#groups.has(groupId))
  }

  // ---- the consumer protocol

  consumerHeartbeat(request: ConsumerHeartbeat): GroupDecision<HeartbeatAnswer> {
    if (this.#isOneTooMany(request.groupId)) return answer({ errorCode: ErrorCode.INVALID_REQUEST })
    if (this.#isDeleting(request.groupId))
      return answer({ errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS })
    return consumerHeartbeat(this.#context, request)
  }

  *consumerDescribe(groupId: string): Steps<DescribedConsumerGroup> {
    const group = this.#groups.consumer(groupId)
    if (!group) return notFound(groupId, this.#groups.has(groupId))
    const { topics, consumers } = this.#context
    return yield* describeConsumerGroup(group, topics, consumers.assignors[0].name)
  }

  /** Groups that subscribe to any of these look at their topics anew. */
  topicsChanged(topics: ReadonlySet<string>): void {
    for (const group of this.#groups.allConsumer())
      for (const topic of topics) if (group.isSubscribedTo(topic)) group.isRefreshDue = true
  }

  // ---- groups of whatever protocol, and their offsets

  get groupCount(): number {
    return this.#groups.count
  }

  #isOneTooMany(groupId: string): boolean {
    return !this.#groups.has(groupId) && this.#isFull()
  }

  /** `commits`: what it comes to where the group takes it. */
  commitOffsets(
    request: CommitRequest,
    commits: FinalGroupDecision<CommitTopicResult[]>,
  ): FinalGroupDecision<CommitTopicResult[] | ErrorCode> {
    const { groupId } = request
    const error = this.#validateCommit(request, commits.records)
    if (error !== ErrorCode.NONE) return answer(error)
    const classic = this.#groups.classic(groupId)
    if (classic && !request.isTransactional) hasCommitted(this.#context, classic, request.memberId)
    return commits
  }

  #validateCommit(request: CommitRequest, commits: readonly GroupRecord[]): ErrorCode {
    const { groupId, generationId, apiVersion } = request
    const group = this.#groups.get(groupId)
    if (this.#isDeleting(groupId)) return ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
    if (group) {
      const error = group.validateCommit(request, committed(commits))
      const isOlder = request.isTransactional && apiVersion < groupNotFoundVersionMin
      return isOlder && error === ErrorCode.STALE_MEMBER_EPOCH ? ErrorCode.ILLEGAL_GENERATION : error
    }
    if (this.#groups.isUnserved(groupId)) return ErrorCode.GROUP_ID_NOT_FOUND
    // A commit from outside any group makes one; a member has come too late.
    if (generationId < 0) return ErrorCode.NONE
    return apiVersion >= groupNotFoundVersionMin ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.ILLEGAL_GENERATION
  }

  /** Whoever says that it is a member has to be one, and of this epoch (KIP-848). */
  validateFetch(groupId: string, memberId: string | null, memberEpoch: number): ErrorCode {
    return this.#groups.get(groupId)?.validateFetch(memberId, memberEpoch) ?? ErrorCode.NONE
  }

  /** Null topics: all that the group has committed. */
  fetchOffsets(groupId: string, topics: readonly FetchTopic[] | null, requireStable: boolean) {
    return topics === null
      ? this.#offsets.fetchAll(groupId, requireStable)
      : this.#offsets.fetch(groupId, topics, requireStable)
  }

  /** By topic: which partitions to delete. A topic that a member reads keeps its offsets. */
  deleteOffsets(
    groupId: string,
    topics: readonly { name: string; partitions: readonly number[] }[],
  ): FinalGroupDecision<DeletedTopicOffsets[] | ErrorCode> {
    const group = this.#groups.get(groupId)
    if (!group) return answer(ErrorCode.GROUP_ID_NOT_FOUND)
    const error = group.validateOffsetDelete()
    if (error !== ErrorCode.NONE) return answer(error)
    const records: GroupRecord[] = []
    const response = topics.map(({ name, partitions }) => {
      if (group.isSubscribedTo(name)) return { name, errorCode: ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC }
      records.push(...this.#offsets.deletePartitions(groupId, name, partitions))
      return { name, errorCode: ErrorCode.NONE }
    })
    return { records, response }
  }

  /**
   * A piece of a deletion: so many of its offsets, or what is left, and the group. From its first piece on to its last
   * nobody else does anything with the group.
   */
  deleteGroup(groupId: string, offsetsMax: number): FinalGroupDecision<ErrorCode> & { isLast: boolean } {
    const group = this.#groups.get(groupId)
    if (!group) return { ...answer(ErrorCode.GROUP_ID_NOT_FOUND), isLast: true }
    const error = group.validateDelete()
    if (error !== ErrorCode.NONE) return { ...answer(error), isLast: true }
    const { records: offsets, isAll } = this.#offsets.deleteSome(groupId, offsetsMax)
    if (!isAll) this.#deleting.add(group)
    const records = isAll ? [...offsets, ...group.tombstones()] : offsets
    return { records, response: ErrorCode.NONE, atomic: false, isLast: isAll }
  }

  #isDeleting(groupId: string): boolean {
    const group = this.#groups.get(groupId)
    return group !== undefined && this.#deleting.has(group)
  }

  /** What was committed for topics that are gone. */
  offsetsOf(topics: ReadonlySet<string>): Steps<OffsetKey[]> {
    return this.#offsets.ofTopics(topics)
  }

  forgetOffsets(keys: readonly OffsetKey[]): FinalGroupDecision<void> {
    return { records: this.#offsets.deleteKeys(keys), response: undefined, atomic: false }
  }

  groups(): IterableIterator<Group> {
    return this.#groups.all()
  }

  // ---- the shard of the runtime

  replay(record: GroupRecord, facts: RecordFacts): void {
    const groups = this.#groups
    switch (record.type) {
      case 'offset-commit':
        // A commit from outside a group makes a group of its own, without a record.
        if (record.value !== null && !groups.has(record.key.group)) groups.createClassic(record.key.group)
        this.#offsets.replay(record.key, record.value, facts)
        break
      case 'group-metadata':
        if (record.value !== null) groups.createClassic(record.groupId).replay(record.value)
        else this.#deleteClassic(record.groupId)
        break
      case 'unserved-group':
        if (record.exists) groups.keepUnserved(record.groupId)
        else groups.forgetUnserved(record.groupId)
        break
      default:
        replayConsumerRecord(groups, record)
        if (record.type === 'consumer-member' && record.value === null)
          cancelMemberTimers(this.#context, record.groupId, record.memberId)
        if (record.type === 'consumer-group' && record.value === null)
          this.#context.targets.forget(record.groupId)
    }
  }

  /** Of a group that became one of another protocol the tombstone of the first may be what is left. */
  #deleteClassic(groupId: string): void {
    const group = this.#groups.classic(groupId)
    if (!group) return
    forgetTimers(this.#context, group)
    this.#groups.delete(groupId)
  }

  replayEndTransaction(producerId: Int64, committed: boolean): void {
    this.#offsets.replayEndTransaction(producerId, committed)
  }

  loaded(): void {
    for (const group of this.#groups.allClassic()) beginSessions(this.#context, group)
    for (const group of this.#groups.allConsumer()) beginConsumerSessions(this.#context, group)
    if (this.#groups.unservedCount > 0)
      this.#context.logger.warn('groups of protocols that are not served yet are kept, but cannot be used', {
        count: this.#groups.unservedCount,
      })
    this.#scheduleExpiration()
  }

  unloaded(error: ErrorCode): void {
    this.#context.resolver.close()
    this.#context.targets.close()
    for (const group of this.#groups.all()) group.unloaded(error)
  }

  #scheduleExpiration(delayMs = this.#context.config.offsetsRetentionCheckIntervalMs): void {
    this.#context.timer.schedule(expirationTimer, delayMs, () => this.#expireOffsets())
  }

  /**
   * KIP-211: offsets go after their retention; a group that is empty and has none goes with them. There may be any
   * number: some are looked at each time, until all have been.
   */
  #expireOffsets(): FinalGroupDecision<void> {
    this.#expiring ??= this.#expired()
    const records: GroupRecord[] = []
    for (let looks = 0; this.#expiring && looks < expirationLooksMax; looks++) {
      const look = this.#expiring.next()
      if (look.done) this.#expiring = null
      else records.push(...look.value)
    }
    this.#scheduleExpiration(this.#expiring ? 0 : undefined)
    if (records.length > 0) this.#context.logger.info('offsets have expired', { records: records.length })
    return { records, response: undefined, atomic: false }
  }

  *#expired(): Generator<readonly GroupRecord[]> {
    const nowMs = () => this.#context.clock.now()
    for (const group of this.#groups.all())
      for (const records of this.#offsets.expired(group, nowMs)) {
        // It may have gone meanwhile, and another one have its name.
        if (this.#groups.get(group.groupId) !== group) break
        yield records
      }
  }
}

function* committed(records: readonly GroupRecord[]): Generator<Committed> {
  for (const record of records)
    if (record.type === 'offset-commit' && record.value)
      yield { topicId: record.value.topicId, partition: record.key.partition }
}

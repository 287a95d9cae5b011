import type { Clock, Logger, Random } from '@sluice/effects'
import { ErrorCode, type Int64 } from '@sluice/wire'
import { answer } from '../decision.ts'
import type { CoordinatorShard } from '../runtime.ts'
import type { RecordFacts } from '../shard-loader.ts'
import type { CoordinatorTimer } from '../timer.ts'
import type { ClassicContext, FinalGroupDecision, GroupDecision } from './classic/classic-context.ts'
import { ClassicGroup } from './classic/classic-group.ts'
import { failedJoin, failedSync, type JoinResult, type SyncResult } from './classic/classic-member.ts'
import type { GroupCoordinatorConfig } from './group-config.ts'
import { type GroupRecord, groupTombstone, type UnservedGroupType } from './group-records.ts'
import { heartbeat, type HeartbeatRequest } from './classic/heartbeat.ts'
import { joinGroup, type JoinRequest } from './classic/join.ts'
import { leaveGroup, type LeaveResult, type LeavingMember } from './classic/leave.ts'
import { type CommitTopic, type CommitTopicResult, Offsets, type FetchTopic } from './offsets/offsets.ts'
import { prepareRebalance, scheduleHeartbeat } from './classic/rebalance.ts'
import { syncGroup, type SyncRequest } from './classic/sync.ts'
import { validateOffsetCommit } from './classic/validate-offset-commit.ts'

const expirationTimer = 'expire offsets'

export interface CommitRequest {
  readonly groupId: string
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly retentionTimeMs: Int64
  readonly topics: readonly CommitTopic[]
  readonly apiVersion: number
}

export interface ShardOptions {
  readonly config: GroupCoordinatorConfig
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly timer: CoordinatorTimer<GroupRecord>
}

/** One partition of `__consumer_offsets`: its classic groups and their offsets. */
export class GroupShard implements CoordinatorShard<GroupRecord> {
  readonly #context: ClassicContext
  readonly #groups = new Map<string, ClassicGroup>()
  /** Groups of Apache Kafka's newer protocols, in whose log we stand: their names are taken. */
  readonly #unserved = new Map<string, UnservedGroupType>()
  readonly #offsets: Offsets

  constructor(options: ShardOptions) {
    this.#context = { ...options, groups: this.#groups }
    this.#offsets = new Offsets(options.config)
  }

  joinGroup(request: JoinRequest): GroupDecision<JoinResult> {
    if (this.#unserved.has(request.groupId))
      return answer(failedJoin(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, request.memberId))
    return joinGroup(this.#context, request)
  }

  syncGroup(request: SyncRequest): FinalGroupDecision<SyncResult> {
    return syncGroup(this.#context, request)
  }

  heartbeat(request: HeartbeatRequest): FinalGroupDecision<ErrorCode> {
    return heartbeat(this.#context, request)
  }

  leaveGroup(groupId: string, members: readonly LeavingMember[]): FinalGroupDecision<LeaveResult[]> {
    return leaveGroup(this.#context, groupId, members)
  }

  commitOffsets(request: CommitRequest): FinalGroupDecision<CommitTopicResult[] | ErrorCode> {
    const group = this.#groups.get(request.groupId)
    if (!group && this.#unserved.has(request.groupId)) return answer(ErrorCode.GROUP_ID_NOT_FOUND)
    const error = validateOffsetCommit(group, request)
    if (error !== ErrorCode.NONE) return answer(error)
    const member = group?.members.get(request.memberId)
    // The classic protocol takes a commit for a sign of life.
    if (group && member && group.isIn('Stable', 'PreparingRebalance'))
      scheduleHeartbeat(this.#context, group, member)
    return this.#offsets.commit(
      request.groupId,
      request.topics,
      request.retentionTimeMs,
      this.#context.clock.now(),
    )
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
  ): FinalGroupDecision<{ name: string; errorCode: ErrorCode }[] | ErrorCode> {
    const group = this.#groups.get(groupId)
    if (!group) return answer(ErrorCode.GROUP_ID_NOT_FOUND)
    if (group.members.size > 0 && !group.usesConsumerProtocol) return answer(ErrorCode.NON_EMPTY_GROUP)
    const records: GroupRecord[] = []
    const response = topics.map(({ name, partitions }) => {
      if (group.isSubscribedTo(name)) return { name, errorCode: ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC }
      records.push(...this.#offsets.deletePartitions(groupId, name, partitions))
      return { name, errorCode: ErrorCode.NONE }
    })
    return { records, response }
  }

  deleteGroup(groupId: string): FinalGroupDecision<ErrorCode> {
    const group = this.#groups.get(groupId)
    if (!group) return answer(ErrorCode.GROUP_ID_NOT_FOUND)
    if (group.state !== 'Empty') return answer(ErrorCode.NON_EMPTY_GROUP)
    const records = [...this.#offsets.deleteGroup(groupId), groupTombstone(groupId)]
    return { records, response: ErrorCode.NONE, atomic: false }
  }

  /** The topic is gone, and what was committed for it. */
  deleteTopic(topic: string): FinalGroupDecision<void> {
    return { records: this.#offsets.deleteTopic(topic), response: undefined, atomic: false }
  }

  group(groupId: string): ClassicGroup | undefined {
    return this.#groups.get(groupId)
  }

  groups(): IterableIterator<ClassicGroup> {
    return this.#groups.values()
  }

  replay(record: GroupRecord, facts: RecordFacts): void {
    switch (record.type) {
      case 'offset-commit':
        // A commit from outside a group makes a group of its own, without a record.
        if (record.value !== null && !this.#unserved.has(record.key.group))
          this.#createGroup(record.key.group)
        this.#offsets.replay(record.key, record.value, facts)
        break
      case 'group-metadata':
        if (record.value !== null) this.#createGroup(record.groupId).replay(record.value)
        else this.#groups.delete(record.groupId)
        break
      case 'unserved-group':
        if (record.exists) {
          this.#unserved.set(record.groupId, record.groupType)
          this.#groups.delete(record.groupId)
        } else this.#unserved.delete(record.groupId)
        break
    }
  }

  replayEndTransaction(producerId: Int64, committed: boolean): void {
    this.#offsets.replayEndTransaction(producerId, committed)
  }

  loaded(): void {
    const context = this.#context
    for (const group of this.#groups.values()) {
      for (const member of group.members.values()) scheduleHeartbeat(context, group, member)
      if (group.members.size > context.config.groupSizeMax)
        prepareRebalance(context, group, 'the group is larger than group.max.size')
    }
    if (this.#unserved.size > 0)
      context.logger.warn('groups of protocols that are not served yet are kept, but cannot be used', {
        count: this.#unserved.size,
      })
    this.#scheduleExpiration()
  }

  unloaded(error: ErrorCode): void {
    for (const group of this.#groups.values()) {
      for (const member of group.members.values()) {
        member.completeJoin(failedJoin(error, member.memberId))
        member.completeSync(failedSync(error))
      }
      group.state = 'Dead'
    }
  }

  #createGroup(groupId: string): ClassicGroup {
    let group = this.#groups.get(groupId)
    if (!group) {
      // The time of its state is a record's to say; until then the commits' own times decide.
      group = new ClassicGroup(groupId, null)
      this.#groups.set(groupId, group)
    }
    return group
  }

  #scheduleExpiration(): void {
    const { timer, config } = this.#context
    timer.schedule(expirationTimer, config.offsetsRetentionCheckIntervalMs, () => this.#expireOffsets())
  }

  /** KIP-211: offsets go after their retention; a group that is empty and has none goes with them. */
  #expireOffsets(): FinalGroupDecision<void> {
    this.#scheduleExpiration()
    const nowMs = this.#context.clock.now()
    const records: GroupRecord[] = []
    for (const group of this.#groups.values()) {
      const expired = this.#offsets.expire(group, nowMs)
      records.push(...expired.records)
      if (expired.isNothingLeft && group.state === 'Empty') records.push(groupTombstone(group.groupId))
    }
    if (records.length > 0) this.#context.logger.info('offsets have expired', { records: records.length })
    return { records, response: undefined, atomic: false }
  }
}

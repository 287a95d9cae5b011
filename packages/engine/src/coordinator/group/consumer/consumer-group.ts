import { ErrorCode, type Int64 } from '@sluice/wire'
import type { MemberBytes } from '../member-bytes.ts'
import type { Committed, Committer, Group } from '../group.ts'
import type { GroupRecord } from '../group-records.ts'
import { type Assignment, noAssignment, possessedSinceEpoch } from './assignment.ts'
import {
  type ConsumerMember,
  type CurrentAssignment,
  isReconciled,
  type MemberMetadata,
  newMember,
  regexOf,
  usesClassicProtocol,
  withCurrentAssignment,
} from './consumer-member.ts'
import { consumerRecords } from './consumer-records.ts'
import { Counts } from './counts.ts'
import { Holders } from './holders.ts'
import { memberBytes, resolvedBytes } from './bytes.ts'

/** A regular expression's topics, as its record says. */
export interface ResolvedRegex {
  readonly topics: readonly string[]
  /** Of the metadata that were looked through. */
  readonly version: Int64
  readonly timestamp: Int64
}

type ConsumerGroupState = 'Empty' | 'Assigning' | 'Reconciling' | 'Stable'

/** Apache Kafka's groups begin here, so that the first member has epoch 2. */
const firstEpoch = 1

/**
 * A group under the consumer protocol (KIP-848), where the coordinator assigns.
 *
 * Hard state is what its records say, and only `replay…` changes it. Three epochs chase each other: the group's rises
 * with each change of members, subscriptions or topics; a target assignment is made for it; each member comes to the
 * target's epoch by its own heartbeats.
 *
 *     Empty ──join──▶ Assigning ──target──▶ Reconciling ──all members there──▶ Stable
 */
export class ConsumerGroup implements Group {
  readonly type = 'consumer'
  readonly protocolType = 'consumer'
  readonly groupId: string
  epoch = firstEpoch
  metadataHash = 0n
  assignmentEpoch = firstEpoch
  /** Wall clock; 0: nothing was assigned yet, or nobody is left. */
  assignmentTimestampMs: Int64 = 0
  readonly members = new Map<string, ConsumerMember>()
  /** Instance id to member id. */
  readonly staticMembers = new Map<string, string>()
  readonly targets = new Map<string, Assignment>()
  readonly resolvedRegexes = new Map<string, ResolvedRegex>()
  /** Of releases before 4.1 there is a record that has to go (KIP-1101). */
  hasPartitionMetadata = false
  classicMembers = 0
  /** Names of protocols that members of the classic protocol support. */
  readonly classicProtocols = new Counts()
  /** Members by the regular expression that they subscribe to. */
  readonly regexes = new Counts()
  readonly assignors = new Counts()
  /** Topics of members, by name; those of regular expressions count once an expression. */
  #topicsByName = new Counts()
  #topicsByRegex = new Counts()
  readonly #holders = new Holders()
  readonly #memberBytes: MemberBytes
  #bytes = 0

  // ---- soft

  /** Topics may have changed since the hash of its epoch was made. */
  isRefreshDue = true
  /** The group epoch that the last look at the topics was for. */
  refreshedEpoch = 0

  constructor(groupId: string, bytes: MemberBytes) {
    this.groupId = groupId
    this.#memberBytes = bytes
  }

  get hasStaleMetadata(): boolean {
    // After a failover its last look may be of an epoch that was never committed.
    return this.isRefreshDue || this.epoch < this.refreshedEpoch
  }

  // ---- what it counts

  /** Topics by name that any member subscribes to. */
  *subscribedTopics(): Generator<string> {
    yield* this.#topicsByName.names()
    for (const topic of this.#topicsByRegex.names()) if (this.#topicsByName.of(topic) === 0) yield topic
  }

  /** The same after a change of members, and without the topics of these regular expressions. */
  subscribedTopicsWith(
    changes: readonly { readonly from: ConsumerMember | null; readonly to: ConsumerMember | null }[],
    goneRegexes: Iterable<string>,
  ): Set<string> {
    const byName = this.#topicsByName.copy()
    const byRegex = this.#topicsByRegex.copy()
    for (const { from, to } of changes) {
      byName.add(from?.metadata.subscribedTopicNames ?? [], -1)
      byName.add(to?.metadata.subscribedTopicNames ?? [], 1)
    }
    for (const regex of goneRegexes) byRegex.add(this.resolvedRegexes.get(regex)?.topics ?? [], -1)
    return new Set([...byName.names(), ...byRegex.names()])
  }

  /** The same once these regular expressions are resolved anew. */
  subscribedTopicsResolved(resolved: ReadonlyMap<string, ResolvedRegex>): Set<string> {
    const byRegex = this.#topicsByRegex.copy()
    for (const [regex, { topics }] of resolved) {
      byRegex.add(this.resolvedRegexes.get(regex)?.topics ?? [], -1)
      byRegex.add(topics, 1)
    }
    return new Set([...this.#topicsByName.names(), ...byRegex.names()])
  }

  assignorWith(from: ConsumerMember, to: ConsumerMember): string | null {
    const assignors = this.assignors.copy()
    assignors.add(assignorsOf(from), -1)
    assignors.add(assignorsOf(to), 1)
    return assignors.most()
  }

  isHeld(topicId: string, partition: number): boolean {
    return this.#holders.has(topicId, partition)
  }

  staticMember(instanceId: string | null): ConsumerMember | undefined {
    const memberId = instanceId === null ? undefined : this.staticMembers.get(instanceId)
    return memberId === undefined ? undefined : this.members.get(memberId)
  }

  /** Of a member; of one that takes a static member's place, that one's. */
  targetOf({ memberId, metadata: { instanceId } }: ConsumerMember): Assignment {
    const holder = instanceId === null ? memberId : (this.staticMembers.get(instanceId) ?? '')
    return this.targets.get(holder) ?? noAssignment
  }

  // ---- as a group of whatever protocol

  get state(): ConsumerGroupState {
    if (this.members.size === 0) return 'Empty'
    if (this.epoch > this.assignmentEpoch) return 'Assigning'
    for (const member of this.members.values())
      if (!isReconciled(member, this.assignmentEpoch)) return 'Reconciling'
    return 'Stable'
  }

  get stateName(): string {
    return this.state
  }

  get isEmpty(): boolean {
    return this.members.size === 0
  }

  isSubscribedTo(topic: string): boolean {
    return this.#topicsByName.of(topic) > 0 || this.#topicsByRegex.of(topic) > 0
  }

  /**
   * A member commits with its epoch. An older one will do for partitions that it has had since then (KIP-1251): it
   * commits while it does not know of its new epoch yet.
   */
  validateCommit(committer: Committer, commits: Iterable<Committed>): ErrorCode {
    const { generationId: epoch, memberId, groupInstanceId, isTransactional, apiVersion } = committer
    if (epoch < 0 && this.members.size === 0) return ErrorCode.NONE
    if (isTransactional && epoch === -1 && memberId === '' && groupInstanceId === null) return ErrorCode.NONE
    const member = this.members.get(memberId)
    if (!member) return ErrorCode.UNKNOWN_MEMBER_ID
    const isClassic = usesClassicProtocol(member)
    if (!isTransactional && !isClassic && apiVersion < memberEpochVersionMin)
      return ErrorCode.UNSUPPORTED_VERSION
    const stale = isClassic ? ErrorCode.ILLEGAL_GENERATION : ErrorCode.STALE_MEMBER_EPOCH
    if (epoch === member.memberEpoch) return ErrorCode.NONE
    if (epoch > member.memberEpoch) return stale
    for (const { topicId, partition } of commits) {
      const since =
        possessedSinceEpoch(member.assigned, topicId, partition) ??
        possessedSinceEpoch(member.revoking, topicId, partition)
      if (since === undefined || epoch < since) return stale
    }
    return ErrorCode.NONE
  }

  validateFetch(memberId: string | null, memberEpoch: number): ErrorCode {
    if (memberId === null && memberEpoch < 0) return ErrorCode.NONE
    const member = this.members.get(memberId ?? '')
    if (!member) return ErrorCode.UNKNOWN_MEMBER_ID
    if (memberEpoch === member.memberEpoch) return ErrorCode.NONE
    return usesClassicProtocol(member) ? ErrorCode.ILLEGAL_GENERATION : ErrorCode.STALE_MEMBER_EPOCH
  }

  validateOffsetDelete(): ErrorCode {
    return ErrorCode.NONE
  }

  validateDelete(): ErrorCode {
    return this.isEmpty ? ErrorCode.NONE : ErrorCode.NON_EMPTY_GROUP
  }

  offsetUnusedSince(topic: string, committedAtMs: Int64): Int64 | null {
    return this.isSubscribedTo(topic) ? null : committedAtMs
  }

  tombstones(): GroupRecord[] {
    const { groupId } = this
    const members = [...this.members.keys()]
    return [
      ...members.map((memberId) => consumerRecords.currentAssignment(groupId, memberId, null)),
      ...members.map((memberId) => consumerRecords.target(groupId, memberId, null)),
      consumerRecords.targetMetadata(groupId, null),
      ...members.map((memberId) => consumerRecords.member(groupId, memberId, null)),
      ...[...this.resolvedRegexes.keys()].map((regex) => consumerRecords.regex(groupId, regex, null)),
      consumerRecords.noPartitionMetadata(groupId),
      consumerRecords.group(groupId, null),
    ]
  }

  unloaded(): void {
    this.#count(-this.#bytes)
  }

  // ---- replay

  replayMember(memberId: string, value: MemberMetadata | null): void {
    const member = this.members.get(memberId)
    if (value !== null) this.#put({ ...(member ?? newMember(memberId)), metadata: value })
    else if (member) this.#change(member, null)
  }

  replayCurrentAssignment(memberId: string, value: CurrentAssignment | null): void {
    const member = this.members.get(memberId)
    if (member || value !== null) this.#put(withCurrentAssignment(member ?? newMember(memberId), value))
  }

  replayTarget(memberId: string, target: Assignment | null): void {
    if (target === null) this.targets.delete(memberId)
    else this.targets.set(memberId, target)
  }

  replayTargetMetadata(value: { assignmentEpoch: number; assignmentTimestamp: Int64 } | null): void {
    this.assignmentEpoch = value?.assignmentEpoch ?? -1
    this.assignmentTimestampMs = value?.assignmentTimestamp ?? 0
  }

  replayRegex(regex: string, value: ResolvedRegex | null): void {
    const before = this.resolvedRegexes.get(regex)
    if (before) {
      this.#topicsByRegex.add(before.topics, -1)
      this.#count(-resolvedBytes(regex, before))
    }
    this.resolvedRegexes.delete(regex)
    if (value === null) return
    this.resolvedRegexes.set(regex, value)
    this.#topicsByRegex.add(value.topics, 1)
    this.#count(resolvedBytes(regex, value))
  }

  #put(member: ConsumerMember): void {
    this.#change(this.members.get(member.memberId) ?? null, member)
  }

  #change(from: ConsumerMember | null, to: ConsumerMember | null): void {
    if (from) this.#countMember(from, -1)
    if (to) this.members.set(to.memberId, to)
    else if (from) this.members.delete(from.memberId)
    if (to) this.#countMember(to, 1)
  }

  #countMember(member: ConsumerMember, by: 1 | -1): void {
    const { memberId, metadata } = member
    const { instanceId, classicMemberMetadata: classic } = metadata
    const regex = regexOf(member)
    this.#topicsByName.add(metadata.subscribedTopicNames, by)
    this.assignors.add(assignorsOf(member), by)
    this.regexes.add(regex === null ? [] : [regex], by)
    this.classicProtocols.add(classic?.supportedProtocols.map(({ name }) => name) ?? [], by)
    if (classic) this.classicMembers += by
    if (instanceId !== null && by === 1) this.staticMembers.set(instanceId, memberId)
    else if (instanceId !== null) this.staticMembers.delete(instanceId)
    for (const possession of [member.assigned, member.revoking])
      if (by === 1) this.#holders.add(possession, member.memberEpoch)
      else this.#holders.remove(possession, member.memberEpoch)
    this.#count(by * memberBytes(member))
  }

  #count(bytes: number): void {
    this.#bytes += bytes
    this.#memberBytes.changed(bytes)
  }
}

/** OffsetCommit knows of member epochs from this version on. */
const memberEpochVersionMin = 9

function assignorsOf(member: ConsumerMember | null): string[] {
  const assignor = member?.metadata.serverAssignor ?? null
  return assignor === null ? [] : [assignor]
}

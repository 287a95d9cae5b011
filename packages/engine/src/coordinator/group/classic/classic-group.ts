import { assert } from '@sluice/effects'
import { ErrorCode, type Int64 } from '@sluice/wire'
import type { Committer, Group } from '../group.ts'
import { type GroupMetadata, type GroupRecord, groupTombstone } from '../group-records.ts'
import { ClassicMember, failedJoin, failedSync, type MemberCounts } from './classic-member.ts'
import type { MemberBytes } from '../member-bytes.ts'
import { consumerProtocolType } from '../consumer-protocol.ts'
import { type Preferences, selectProtocol, subscribedTopics } from './protocols.ts'

/** The names are those that DescribeGroups and ListGroups answer. */
type ClassicGroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead'

const previousStates: Record<ClassicGroupState, readonly ClassicGroupState[]> = {
  Empty: ['PreparingRebalance'],
  PreparingRebalance: ['Stable', 'CompletingRebalance', 'Empty'],
  CompletingRebalance: ['PreparingRebalance'],
  Stable: ['CompletingRebalance'],
  Dead: ['Empty', 'PreparingRebalance', 'CompletingRebalance', 'Stable', 'Dead'],
}

/**
 * A group under the classic protocol.
 *
 * Hard state is what its last GroupMetadata record says: generation, protocol, leader, members, assignments. In an
 * empty and in a stable group only `replay` changes these. A rebalance is soft: while one is under way, from
 * `prepareRebalance` to the record of the next assignment, all of them but the assignments run ahead of the record;
 * a failover goes back to it, and the members join again. Soft at any time is what no record holds: parked
 * responses, ids given out, and the protocols of a member beside the chosen one.
 *
 *     Empty ──join──▶ PreparingRebalance ──all joined──▶ CompletingRebalance ──leader's sync──▶ Stable
 *       ▲                │   ▲        ▲                          │                                 │
 *       └──nobody left───┘   │        └────── join, leave ───────┘                                 │
 *                            └─────────────── join, leave, timeout ────────────────────────────────┘
 */
export class ClassicGroup implements Group {
  readonly type = 'classic'
  readonly groupId: string
  state: ClassicGroupState = 'Empty'
  previousState: ClassicGroupState = 'Dead'
  /** Wall clock; null for a group from a record of before version 2. */
  stateSinceMs: Int64 | null = null
  generationId = 0
  protocolType: string | null = null
  protocolName: string | null = null
  leaderId: string | null = null
  readonly members = new Map<string, ClassicMember>()
  /** Instance id to member id. */
  readonly staticMembers = new Map<string, string>()
  /** Ids given out with MEMBER_ID_REQUIRED that have not come back yet. */
  readonly pendingJoinMembers = new Set<string>()
  /** Members of this generation that have not sent SyncGroup yet. */
  readonly pendingSyncMembers = new Set<string>()
  /** A member has come during the initial delay, which may therefore be extended. */
  newMemberAdded = false
  readonly #supporters = new Map<string, number>()
  readonly #counts: MemberCounts = {
    awaitingJoin: 0,
    supportersChanged: (name, by) => {
      const count = (this.#supporters.get(name) ?? 0) + by
      if (count === 0) this.#supporters.delete(name)
      else this.#supporters.set(name, count)
    },
    bytesChanged: (by) => this.#memberBytes.changed(by),
  }
  readonly #memberBytes: MemberBytes
  /** Topics of all members; null when they are not known (another protocol type, or unreadable). */
  #subscribedTopics: ReadonlySet<string> | null = null

  constructor(groupId: string, memberBytes: MemberBytes) {
    this.groupId = groupId
    this.#memberBytes = memberBytes
  }

  isIn(...states: readonly ClassicGroupState[]): boolean {
    return states.includes(this.state)
  }

  transitionTo(state: ClassicGroupState, nowMs: number): void {
    assert(
      previousStates[state].includes(this.state),
      `group ${this.groupId}: ${this.state} does not lead to ${state}`,
    )
    this.previousState = this.state
    this.state = state
    this.stateSinceMs = nowMs
  }

  get canRebalance(): boolean {
    return previousStates.PreparingRebalance.includes(this.state)
  }

  get awaitingJoinCount(): number {
    return this.#counts.awaitingJoin
  }

  get hasAllMembersJoined(): boolean {
    return this.pendingJoinMembers.size === 0 && this.awaitingJoinCount === this.members.size
  }

  /** The largest of the members': no member is given less time than it has asked for. */
  get rebalanceTimeoutMs(): number {
    let timeout = 0
    for (const member of this.members.values()) timeout = Math.max(timeout, member.rebalanceTimeoutMs)
    return timeout
  }

  isLeader(memberId: string): boolean {
    return this.leaderId === memberId
  }

  add(member: ClassicMember): void {
    assert(!this.members.has(member.memberId), `member ${member.memberId} is known`)
    this.leaderId ??= member.memberId
    this.members.set(member.memberId, member)
    member.belongTo(this.#counts)
    this.pendingJoinMembers.delete(member.memberId)
    if (member.groupInstanceId !== null) this.staticMembers.set(member.groupInstanceId, member.memberId)
  }

  /** Whatever is parked for the member is answered UNKNOWN_MEMBER_ID: if it is alive, it joins anew. */
  remove(memberId: string): void {
    this.pendingJoinMembers.delete(memberId)
    this.pendingSyncMembers.delete(memberId)
    const member = this.members.get(memberId)
    if (!member) return
    this.members.delete(memberId)
    member.belongTo(null)
    if (member.groupInstanceId !== null && this.staticMembers.get(member.groupInstanceId) === memberId)
      this.staticMembers.delete(member.groupInstanceId)
    if (this.leaderId === memberId) this.leaderId = this.members.keys().next().value ?? null
    member.completeJoin(failedJoin(ErrorCode.UNKNOWN_MEMBER_ID, ''))
    member.completeSync(failedSync(ErrorCode.UNKNOWN_MEMBER_ID))
  }

  /** KIP-345: the instance is back under a new member id; who still waits under the old one is fenced. */
  replaceStaticMember(instanceId: string, newMemberId: string): ClassicMember {
    const oldMemberId = this.staticMembers.get(instanceId)
    const member = oldMemberId === undefined ? undefined : this.members.get(oldMemberId)
    assert(oldMemberId !== undefined && member, `instance ${instanceId} is no member`)
    member.completeJoin(failedJoin(ErrorCode.FENCED_INSTANCE_ID, oldMemberId))
    member.completeSync(failedSync(ErrorCode.FENCED_INSTANCE_ID))
    this.members.delete(oldMemberId)
    member.memberId = newMemberId
    this.members.set(newMemberId, member)
    this.staticMembers.set(instanceId, newMemberId)
    if (this.leaderId === oldMemberId) this.leaderId = newMemberId
    if (this.pendingSyncMembers.delete(oldMemberId)) this.pendingSyncMembers.add(newMemberId)
    return member
  }

  /** Who speaks for `memberId`, as the request says: 25 unknown, 82 when another holds the instance id. */
  validateMember(memberId: string, groupInstanceId: string | null): ErrorCode {
    if (groupInstanceId !== null) {
      const known = this.staticMembers.get(groupInstanceId)
      if (known === undefined) return ErrorCode.UNKNOWN_MEMBER_ID
      if (known !== memberId) return ErrorCode.FENCED_INSTANCE_ID
    }
    return this.members.has(memberId) ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID
  }

  /** True when a member with these protocols could be one of the others. */
  supportsProtocols(protocolType: string, protocols: Preferences): boolean {
    if (this.members.size === 0) return protocolType !== '' && protocols.length > 0
    if (protocolType !== this.protocolType) return false
    return protocols.some(({ name }) => this.#supporters.get(name) === this.members.size)
  }

  /** True when the group would still choose its protocol if the member had other preferences. */
  keepsProtocol(memberId: string, preferences: Preferences): boolean {
    const members = [...this.members.values()]
    return (
      selectProtocol(members.map((each) => (each.memberId === memberId ? preferences : each.protocols))) ===
      this.protocolName
    )
  }

  /** A leader that has not come back gives way to a member that has. False when nobody has. */
  electJoinedLeader(): boolean {
    if (this.leaderId !== null && this.members.get(this.leaderId)?.awaitsJoin) return true
    for (const member of this.members.values()) {
      if (!member.awaitsJoin) continue
      this.leaderId = member.memberId
      return true
    }
    return false
  }

  /** Soft: the generation that is agreed on, before its assignment is known and recorded. */
  initNextGeneration(nowMs: number): void {
    assert(this.members.size > 0, `group ${this.groupId} starts a generation without members`)
    this.generationId += 1
    this.protocolName = selectProtocol([...this.members.values()].map(({ protocols }) => protocols))
    this.pendingSyncMembers.clear()
    this.#subscribedTopics = this.#computeSubscribedTopics()
    this.transitionTo('CompletingRebalance', nowMs)
  }

  membersForLeader(): { memberId: string; groupInstanceId: string | null; metadata: Buffer }[] {
    const protocolName = this.protocolName ?? ''
    return [...this.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      metadata: member.metadata(protocolName),
    }))
  }

  get usesConsumerProtocol(): boolean {
    return this.protocolType === consumerProtocolType
  }

  // ---- as a group of whatever protocol

  get stateName(): string {
    return this.state
  }

  get isEmpty(): boolean {
    return this.state === 'Empty'
  }

  isSubscribedTo(topic: string): boolean {
    return this.#subscribedTopics?.has(topic) ?? this.usesConsumerProtocol
  }

  /**
   * A member of the current generation may commit; and, while the group is empty, whoever names neither member nor
   * generation (a consumer that assigns itself, an administrator).
   */
  validateCommit({ generationId, memberId, groupInstanceId, isTransactional }: Committer): ErrorCode {
    if (generationId < 0 && this.isEmpty) return ErrorCode.NONE
    if (generationId < 0 && memberId === '' && groupInstanceId === null)
      return isTransactional ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID
    const error = this.validateMember(memberId, groupInstanceId)
    if (error !== ErrorCode.NONE) return error
    if (generationId !== this.generationId) return ErrorCode.ILLEGAL_GENERATION
    // The member knows its generation, but nobody knows yet what it is to read.
    return this.state === 'CompletingRebalance' && !isTransactional
      ? ErrorCode.REBALANCE_IN_PROGRESS
      : ErrorCode.NONE
  }

  validateFetch(): ErrorCode {
    return ErrorCode.NONE
  }

  /** Of members that are no consumers nobody knows what they read. */
  validateOffsetDelete(): ErrorCode {
    return this.members.size > 0 && !this.usesConsumerProtocol ? ErrorCode.NON_EMPTY_GROUP : ErrorCode.NONE
  }

  validateDelete(): ErrorCode {
    return this.isEmpty ? ErrorCode.NONE : ErrorCode.NON_EMPTY_GROUP
  }

  /** From its commit in a group that never had members, and where members have other topics now. */
  offsetUnusedSince(topic: string, committedAtMs: Int64): Int64 | null {
    if (this.protocolType === null) return committedAtMs
    if (this.isEmpty) return this.stateSinceMs ?? committedAtMs
    return this.state !== 'Stable' || this.#subscribedTopics === null || this.isSubscribedTo(topic)
      ? null
      : committedAtMs
  }

  tombstones(): GroupRecord[] {
    return [groupTombstone(this.groupId)]
  }

  unloaded(error: ErrorCode): void {
    for (const member of this.members.values()) {
      member.completeJoin(failedJoin(error, member.memberId))
      member.completeSync(failedSync(error))
      member.belongTo(null)
    }
    this.state = 'Dead'
  }

  // ---- the record

  /** The group as it is, but for what the record is to change. */
  record(
    changes: {
      members?: readonly ClassicMember[]
      leaderId?: string | null
      assignmentOf?: (member: ClassicMember) => Buffer
    } = {},
  ): GroupRecord {
    const { members = [...this.members.values()], leaderId = this.leaderId } = changes
    const { assignmentOf = ({ assignment }) => assignment } = changes
    const value: GroupMetadata = {
      protocolType: this.protocolType ?? '',
      generation: this.generationId,
      protocol: this.protocolName,
      leader: leaderId,
      currentStateTimestamp: this.stateSinceMs ?? -1,
      members: members.map((member) => ({
        memberId: member.memberId,
        groupInstanceId: member.groupInstanceId,
        clientId: member.clientId,
        clientHost: member.clientHost,
        rebalanceTimeout: member.rebalanceTimeoutMs,
        sessionTimeout: member.sessionTimeoutMs,
        subscription: member.metadata(this.protocolName ?? ''),
        assignment: assignmentOf(member),
      })),
    }
    return { type: 'group-metadata', groupId: this.groupId, value }
  }

  /** Hard state, from a record; members that live on keep their parked responses. */
  replay(value: GroupMetadata): void {
    this.generationId = value.generation
    this.protocolType = value.protocolType === '' ? null : value.protocolType
    this.protocolName = value.protocol
    this.stateSinceMs = value.currentStateTimestamp === -1 ? null : value.currentStateTimestamp
    for (const each of value.members) this.#replayMember(each, value.protocol)
    const recorded = new Set(value.members.map(({ memberId }) => memberId))
    for (const memberId of this.members.keys()) if (!recorded.has(memberId)) this.remove(memberId)
    this.leaderId = value.leader
    this.previousState = this.state
    this.state = value.members.length === 0 ? 'Empty' : 'Stable'
    this.#subscribedTopics = this.#computeSubscribedTopics()
  }

  #replayMember(recorded: GroupMetadata['members'][number], protocol: string | null): void {
    const { memberId, groupInstanceId } = recorded
    const holder = groupInstanceId === null ? undefined : this.staticMembers.get(groupInstanceId)
    if (groupInstanceId !== null && holder !== undefined && holder !== memberId)
      this.replaceStaticMember(groupInstanceId, memberId)
    const known = this.members.get(memberId)
    if (known) known.replay(recorded, protocol)
    else this.add(ClassicMember.recorded(recorded, protocol))
  }

  #computeSubscribedTopics(): ReadonlySet<string> | null {
    if (!this.usesConsumerProtocol) return null
    const topics = new Set<string>()
    if (this.protocolName === null) return this.members.size === 0 ? topics : null
    for (const member of this.members.values()) {
      const subscription = subscribedTopics(member.metadata(this.protocolName))
      if (!subscription) return null
      for (const topic of subscription) topics.add(topic)
    }
    return topics
  }
}

import { assert } from '@sluice/effects'
import { ConsumerProtocolSubscription, DecodeError, ErrorCode, Reader, type Int64 } from '@sluice/wire'
import { ClassicMember, failedJoin, failedSync, type MemberProtocol } from './classic-member.ts'
import type { GroupMetadata } from '../group-records.ts'

/** The names are those that DescribeGroups and ListGroups answer. */
export type ClassicGroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead'

const previousStates: Record<ClassicGroupState, readonly ClassicGroupState[]> = {
  Empty: ['PreparingRebalance'],
  PreparingRebalance: ['Stable', 'CompletingRebalance', 'Empty'],
  CompletingRebalance: ['PreparingRebalance'],
  Stable: ['CompletingRebalance'],
  Dead: ['Empty', 'PreparingRebalance', 'CompletingRebalance', 'Stable', 'Dead'],
}

const consumerProtocolType = 'consumer'

/**
 * A group under the classic protocol.
 *
 * Hard state is what its last GroupMetadata record says: generation, protocol, leader, members, assignments;
 * only `replay` writes it. The rebalance under way (who has joined, the next generation before its assignment
 * is known) is soft: a failover forgets it, and the members join again.
 *
 *     Empty ──join──▶ PreparingRebalance ──all joined──▶ CompletingRebalance ──leader's sync──▶ Stable
 *       ▲                │   ▲        ▲                          │                                 │
 *       └──nobody left───┘   │        └────── join, leave ───────┘                                 │
 *                            └─────────────── join, leave, timeout ────────────────────────────────┘
 */
export class ClassicGroup {
  readonly groupId: string
  state: ClassicGroupState = 'Empty'
  previousState: ClassicGroupState = 'Dead'
  /** Wall clock; null for a group from a record of before version 2. */
  stateSinceMs: Int64 | null
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
  /** Topics of all members; null when they are not known (another protocol type, or unreadable). */
  subscribedTopics: ReadonlySet<string> | null = null

  constructor(groupId: string, nowMs: number | null) {
    this.groupId = groupId
    this.stateSinceMs = nowMs
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
    let count = 0
    for (const member of this.members.values()) if (member.awaitingJoin) count++
    return count
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
  supportsProtocols(protocolType: string, protocols: readonly MemberProtocol[]): boolean {
    if (this.members.size === 0) return protocolType !== '' && protocols.length > 0
    if (protocolType !== this.protocolType) return false
    const members = [...this.members.values()]
    return protocols.some(({ name }) => members.every((member) => member.supports(name)))
  }

  /** Every member votes for the first of its protocols that all support; the one with most votes is taken. */
  selectProtocol(): string {
    const members = [...this.members.values()]
    const first = members[0]
    assert(first, `group ${this.groupId} selects a protocol without members`)
    const candidates = new Set(
      first.protocols.map(({ name }) => name).filter((name) => members.every((each) => each.supports(name))),
    )
    const votes = new Map<string, number>()
    for (const member of members) {
      const vote = member.protocols.find(({ name }) => candidates.has(name))
      assert(vote, `member ${member.memberId} supports no common protocol`)
      votes.set(vote.name, (votes.get(vote.name) ?? 0) + 1)
    }
    const [winner] = [...votes].reduce((best, each) => (each[1] > best[1] ? each : best))
    return winner
  }

  /** A leader that has not come back gives way to a member that has. False when nobody has. */
  electJoinedLeader(): boolean {
    if (this.leaderId !== null && this.members.get(this.leaderId)?.awaitingJoin) return true
    for (const member of this.members.values()) {
      if (!member.awaitingJoin) continue
      this.leaderId = member.memberId
      return true
    }
    return false
  }

  /** Soft: the generation that is agreed on, before its assignment is known and recorded. */
  initNextGeneration(nowMs: number): void {
    assert(this.members.size > 0, `group ${this.groupId} starts a generation without members`)
    this.generationId += 1
    this.protocolName = this.selectProtocol()
    this.pendingSyncMembers.clear()
    this.subscribedTopics = this.#computeSubscribedTopics()
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

  assignments(): Map<string, Buffer> {
    return new Map([...this.members.values()].map((member) => [member.memberId, member.assignment]))
  }

  get usesConsumerProtocol(): boolean {
    return this.protocolType === consumerProtocolType
  }

  /** Careful: yes, when a consumer group's topics are not known. */
  isSubscribedTo(topic: string): boolean {
    return this.subscribedTopics?.has(topic) ?? this.usesConsumerProtocol
  }

  /** Hard state, from a record; members that live on keep their parked responses. */
  replay(value: GroupMetadata): void {
    this.generationId = value.generation
    this.protocolType = value.protocolType === '' ? null : value.protocolType
    this.protocolName = value.protocol
    this.stateSinceMs = value.currentStateTimestamp === -1 ? null : value.currentStateTimestamp
    const recorded = new Set(value.members.map(({ memberId }) => memberId))
    for (const memberId of this.members.keys()) if (!recorded.has(memberId)) this.remove(memberId)
    for (const each of value.members) {
      const known = this.members.get(each.memberId)
      if (known) known.assignment = each.assignment
      else this.#addRecorded(each, value.protocol)
    }
    this.leaderId = value.leader
    this.previousState = this.state
    this.state = value.members.length === 0 ? 'Empty' : 'Stable'
    this.subscribedTopics = this.#computeSubscribedTopics()
  }

  #addRecorded(recorded: GroupMetadata['members'][number], protocol: string | null): void {
    const member = new ClassicMember({
      memberId: recorded.memberId,
      groupInstanceId: recorded.groupInstanceId,
      clientId: recorded.clientId,
      clientHost: recorded.clientHost,
      // Absent in records of version 0, where one timeout served for both.
      rebalanceTimeoutMs:
        recorded.rebalanceTimeout === -1 ? recorded.sessionTimeout : recorded.rebalanceTimeout,
      sessionTimeoutMs: recorded.sessionTimeout,
      protocols: protocol === null ? [] : [{ name: protocol, metadata: recorded.subscription }],
    })
    member.assignment = recorded.assignment
    this.add(member)
  }

  #computeSubscribedTopics(): ReadonlySet<string> | null {
    if (!this.usesConsumerProtocol) return null
    const topics = new Set<string>()
    if (this.protocolName === null) return this.members.size === 0 ? topics : null
    for (const member of this.members.values()) {
      const subscription = subscribedTopicsOf(member.metadata(this.protocolName))
      if (!subscription) return null
      for (const topic of subscription) topics.add(topic)
    }
    return topics
  }
}

/** Version 0 is the beginning of every version of the subscription, so also of those that we do not know. */
function subscribedTopicsOf(metadata: Buffer): string[] | null {
  try {
    const reader = new Reader(metadata)
    if (reader.int16() < 0) return null
    return ConsumerProtocolSubscription.decode(reader, 0).topics
  } catch (error) {
    // The members' own bytes: what cannot be read is not known, and nothing worse.
    if (error instanceof DecodeError) return null
    throw error
  }
}

import type { Random } from '@sluice/effects'
import type {
  ConsumerGroupCurrentMemberAssignmentValue,
  ConsumerGroupMemberMetadataValue,
  ValueOf,
} from '@sluice/wire'
import {
  noPossession,
  type Possession,
  possessionOf,
  type RecordedPartitions,
  recordedPossession,
  samePossession,
} from './assignment.ts'

/** By the numbers that records have. */
export const MemberState = {
  /** It has what its epoch gives it. */
  stable: 0,
  /** It is to give partitions back first. */
  unrevoked: 1,
  /** It waits for partitions that others still have. */
  unreleased: 2,
  /** Of a release that is newer than we are. */
  unknown: 127,
} as const
export type MemberState = (typeof MemberState)[keyof typeof MemberState]

/** Member epochs of heartbeats that are not of members. */
export const joinEpoch = 0
export const leaveEpoch = -1
/** A static member leaves and comes back: its partitions wait for it. */
export const staticLeaveEpoch = -2

export type MemberMetadata = ValueOf<typeof ConsumerGroupMemberMetadataValue>
type CurrentAssignmentValue = ValueOf<typeof ConsumerGroupCurrentMemberAssignmentValue>
/** As its record has it, but that nobody changes its lists. */
export interface CurrentAssignment
  extends Pick<CurrentAssignmentValue, 'memberEpoch' | 'previousMemberEpoch' | 'state'> {
  readonly assignedPartitions: readonly RecordedPartitions[]
  readonly partitionsPendingRevocation: readonly RecordedPartitions[]
}

/** A member of a consumer group, as its two records say: replaced at each change, never changed in place. */
export interface ConsumerMember {
  readonly memberId: string
  readonly memberEpoch: number
  readonly previousMemberEpoch: number
  readonly state: MemberState
  /** What it may read. */
  readonly assigned: Possession
  /** What it is to give back. */
  readonly revoking: Possession
  readonly metadata: MemberMetadata
}

const noMetadata: MemberMetadata = {
  instanceId: null,
  rackId: null,
  clientId: '',
  clientHost: '',
  subscribedTopicNames: [],
  subscribedTopicRegex: '',
  rebalanceTimeoutMs: -1,
  serverAssignor: null,
  classicMemberMetadata: null,
}

export function newMember(memberId: string): ConsumerMember {
  return {
    memberId,
    memberEpoch: 0,
    previousMemberEpoch: -1,
    state: MemberState.stable,
    assigned: noPossession,
    revoking: noPossession,
    metadata: noMetadata,
  }
}

/** As Apache Kafka makes them: the 16 bytes of a uuid. */
export function newMemberId(random: Random): string {
  return Buffer.from(random.uuid().replaceAll('-', ''), 'hex').toString('base64url')
}

/** What its current assignment's record says; null, the tombstone: it is on its way out. */
export function withCurrentAssignment(
  member: ConsumerMember,
  value: CurrentAssignment | null,
): ConsumerMember {
  if (value === null)
    return {
      ...member,
      memberEpoch: -1,
      previousMemberEpoch: -1,
      assigned: noPossession,
      revoking: noPossession,
    }
  const { memberEpoch, previousMemberEpoch, state, assignedPartitions, partitionsPendingRevocation } = value
  const epoch = Math.max(memberEpoch, 0)
  return {
    ...member,
    memberEpoch,
    previousMemberEpoch,
    state: isKnownState(state) ? state : MemberState.unknown,
    assigned: possessionOf(assignedPartitions, epoch),
    revoking: possessionOf(partitionsPendingRevocation, epoch),
  }
}

const states: readonly number[] = Object.values(MemberState)

function isKnownState(state: number): state is MemberState {
  return states.includes(state)
}

export function currentAssignmentOf(member: ConsumerMember): CurrentAssignment {
  return {
    memberEpoch: member.memberEpoch,
    previousMemberEpoch: member.previousMemberEpoch,
    state: member.state,
    assignedPartitions: recordedPossession(member.assigned),
    partitionsPendingRevocation: recordedPossession(member.revoking),
  }
}

export function sameCurrentAssignment(one: ConsumerMember, other: ConsumerMember): boolean {
  return (
    one.memberEpoch === other.memberEpoch &&
    one.previousMemberEpoch === other.previousMemberEpoch &&
    one.state === other.state &&
    samePossession(one.assigned, other.assigned) &&
    samePossession(one.revoking, other.revoking)
  )
}

export function sameMetadata(one: MemberMetadata, other: MemberMetadata): boolean {
  return (
    one.instanceId === other.instanceId &&
    one.rackId === other.rackId &&
    one.clientId === other.clientId &&
    one.clientHost === other.clientHost &&
    one.subscribedTopicRegex === other.subscribedTopicRegex &&
    one.rebalanceTimeoutMs === other.rebalanceTimeoutMs &&
    one.serverAssignor === other.serverAssignor &&
    sameTopics(one.subscribedTopicNames, other.subscribedTopicNames) &&
    sameClassicMetadata(one.classicMemberMetadata, other.classicMemberMetadata)
  )
}

/** Both in the order of their records. */
export function sameTopics(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((name, i) => name === other[i]))
}

type ClassicMetadata = MemberMetadata['classicMemberMetadata']

function sameClassicMetadata(one: ClassicMetadata, other: ClassicMetadata): boolean {
  if (one === null || other === null) return one === other
  return (
    one.sessionTimeoutMs === other.sessionTimeoutMs &&
    one.supportedProtocols.length === other.supportedProtocols.length &&
    one.supportedProtocols.every(({ name, metadata }, i) => {
      const its = other.supportedProtocols[i]
      return its?.name === name && its.metadata.equals(metadata)
    })
  )
}

/** Topics as records have them: each once, in order. */
export function inOrder(topics: readonly string[]): string[] {
  return [...new Set(topics)].sort((a, b) => (a < b ? -1 : 1))
}

export function isReconciled({ state, memberEpoch }: ConsumerMember, assignmentEpoch: number): boolean {
  return state === MemberState.stable && memberEpoch === assignmentEpoch
}

export function usesClassicProtocol({ metadata }: ConsumerMember): boolean {
  return metadata.classicMemberMetadata !== null
}

/** Null where it has none. */
export function regexOf({ metadata }: ConsumerMember): string | null {
  return metadata.subscribedTopicRegex === '' ? null : metadata.subscribedTopicRegex
}

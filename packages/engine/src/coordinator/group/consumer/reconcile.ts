import {
  type Assignment,
  Gathered,
  includes,
  intersects,
  noPossession,
  type Partitions,
  type Possessed,
  type Possession,
  together,
  type TopicPartitions,
} from './assignment.ts'
import { type ConsumerMember, MemberState } from './consumer-member.ts'

/** What a member is brought towards, and what stands in the way. */
export interface Reconciliation {
  readonly target: Assignment
  readonly targetEpoch: number
  /** Topics that the member subscribes to now: of others it has nothing. */
  readonly isSubscribedTo: (topicId: string) => boolean
  readonly hasSubscriptionChanged: boolean
  /** Whether any member has the partition, or has not given it back yet. */
  readonly isHeld: (topicId: string, partition: number) => boolean
  /** What the member says that it has; null: it does not say. */
  readonly owned: readonly TopicPartitions[] | null
}

/**
 * One step of a member towards its target. Null: it is of a state that only a newer release knows, and has to join anew.
 *
 *     stable ──new target──▶ unrevoked ──given back──▶ unreleased ──others have given back──▶ stable
 */
export function reconcile(member: ConsumerMember, towards: Reconciliation): ConsumerMember | null {
  const { targetEpoch, hasSubscriptionChanged, owned } = towards
  switch (member.state) {
    case MemberState.stable:
      if (member.memberEpoch !== targetEpoch) return next(member, member.memberEpoch, towards)
      return hasSubscriptionChanged ? withoutUnsubscribed(member, towards) : member
    case MemberState.unrevoked:
      if (!stillOwns(owned, member.revoking)) return next(member, member.memberEpoch, towards)
      return hasSubscriptionChanged ? withoutUnsubscribed(member, towards) : member
    case MemberState.unreleased:
      return next(member, member.memberEpoch, towards)
    case MemberState.unknown:
      return owned?.length === 0 ? next(member, targetEpoch, towards) : null
  }
}

function stillOwns(owned: Reconciliation['owned'], revoking: Possession): boolean {
  return owned === null || intersects(owned, revoking)
}

function atEpoch(member: ConsumerMember, memberEpoch: number, changes: Partial<ConsumerMember>) {
  return { ...member, memberEpoch, previousMemberEpoch: member.memberEpoch, ...changes }
}

function next(member: ConsumerMember, memberEpoch: number, towards: Reconciliation): ConsumerMember {
  const { kept, revoking, pending, isAnyHeld } = difference(member, towards)
  if (revoking.size > 0 && stillOwns(towards.owned, revoking))
    return atEpoch(member, memberEpoch, { state: MemberState.unrevoked, assigned: kept, revoking })
  return atEpoch(member, towards.targetEpoch, {
    state: isAnyHeld ? MemberState.unreleased : MemberState.stable,
    assigned: together(kept, pending),
    revoking: noPossession,
  })
}

interface Difference {
  readonly kept: Possession
  readonly revoking: Possession
  /** What it is to get, and nobody has any more. */
  readonly pending: Possession
  readonly isAnyHeld: boolean
}

function difference(member: ConsumerMember, towards: Reconciliation): Difference {
  const { target, targetEpoch } = towards
  const kept = new Map<string, Possessed>()
  const revoking = new Map<string, Possessed>()
  const pending = new Map<string, Possessed>()
  let isAnyHeld = false
  for (const topicId of new Set([...target.keys(), ...member.assigned.keys()])) {
    const wanted = (towards.isSubscribedTo(topicId) && target.get(topicId)) || nothing
    const has = member.assigned.get(topicId) ?? new Gathered()
    const own = member.revoking.get(topicId)?.partitions ?? nothing
    const ofTopic = apart(has, wanted)
    const free = new Gathered()
    for (const partition of ofTopic.missing) {
      if (towards.isHeld(topicId, partition) && !includes(own, partition)) isAnyHeld = true
      else free.add(partition, targetEpoch)
    }
    if (ofTopic.kept.partitions.length > 0) kept.set(topicId, ofTopic.kept)
    if (ofTopic.gone.partitions.length > 0) revoking.set(topicId, ofTopic.gone)
    if (free.partitions.length > 0) pending.set(topicId, free)
  }
  return { kept, revoking, pending, isAnyHeld }
}

const nothing: Partitions = []

/** What it has of a topic that it is to have, what it is not to have, and what it has not got: both lists rise. */
function apart(has: Possessed, wanted: Partitions) {
  const kept = new Gathered()
  const gone = new Gathered()
  const missing: number[] = []
  let next = 0
  for (const [i, partition] of has.partitions.entries()) {
    for (; (wanted[next] ?? Infinity) < partition; next++) missing.push(wanted[next] as number)
    const isWanted = wanted[next] === partition
    if (isWanted) next++
    ;(isWanted ? kept : gone).add(partition, has.assignmentEpochs[i] as number)
  }
  for (; next < wanted.length; next++) missing.push(wanted[next] as number)
  return { kept, gone, missing }
}

/** The member has unsubscribed from topics: these it is to give back at once, whatever its target says. */
function withoutUnsubscribed(member: ConsumerMember, towards: Reconciliation): ConsumerMember {
  const assigned = new Map(member.assigned)
  const gone = new Map<string, Possessed>()
  for (const [topicId, some] of member.assigned) {
    if (towards.isSubscribedTo(topicId)) continue
    assigned.delete(topicId)
    gone.set(topicId, some)
  }
  if (gone.size === 0) return member
  const revoking = together(member.revoking, gone)
  return stillOwns(towards.owned, revoking)
    ? atEpoch(member, member.memberEpoch, { state: MemberState.unrevoked, assigned, revoking })
    : atEpoch(member, member.memberEpoch, { assigned })
}

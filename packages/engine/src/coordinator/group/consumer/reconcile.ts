import {
  type Assignment,
  intersects,
  noPossession,
  type Possession,
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
  const kept = new Map<string, Map<number, number>>()
  const revoking = new Map<string, Map<number, number>>()
  const pending = new Map<string, Map<number, number>>()
  let isAnyHeld = false
  for (const topicId of new Set([...target.keys(), ...member.assigned.keys()])) {
    const wanted = (towards.isSubscribedTo(topicId) && target.get(topicId)) || nothing
    const has = member.assigned.get(topicId)
    const keptHere = new Map<number, number>()
    const revokingHere = new Map<number, number>()
    const pendingHere = new Map<number, number>()
    for (const [partition, epoch] of has ?? [])
      (wanted.has(partition) ? keptHere : revokingHere).set(partition, epoch)
    const isOwn = member.revoking.get(topicId)
    for (const partition of wanted) {
      if (has?.has(partition)) continue
      if (towards.isHeld(topicId, partition) && !isOwn?.has(partition)) isAnyHeld = true
      else pendingHere.set(partition, targetEpoch)
    }
    if (keptHere.size > 0) kept.set(topicId, keptHere)
    if (revokingHere.size > 0) revoking.set(topicId, revokingHere)
    if (pendingHere.size > 0) pending.set(topicId, pendingHere)
  }
  return { kept, revoking, pending, isAnyHeld }
}

const nothing: ReadonlySet<number> = new Set()

function together(one: Possession, other: Possession): Possession {
  if (other.size === 0) return one
  const all = new Map(one)
  for (const [topicId, epochs] of other) {
    const before = all.get(topicId)
    all.set(topicId, before ? new Map([...before, ...epochs]) : epochs)
  }
  return all
}

/** The member has unsubscribed from topics: these it is to give back at once, whatever its target says. */
function withoutUnsubscribed(member: ConsumerMember, towards: Reconciliation): ConsumerMember {
  const assigned = new Map(member.assigned)
  const gone = new Map<string, ReadonlyMap<number, number>>()
  for (const [topicId, epochs] of member.assigned) {
    if (towards.isSubscribedTo(topicId)) continue
    assigned.delete(topicId)
    gone.set(topicId, epochs)
  }
  if (gone.size === 0) return member
  const revoking = together(member.revoking, gone)
  return stillOwns(towards.owned, revoking)
    ? atEpoch(member, member.memberEpoch, { state: MemberState.unrevoked, assigned, revoking })
    : atEpoch(member, member.memberEpoch, { assigned })
}

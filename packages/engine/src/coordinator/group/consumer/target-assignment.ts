import type { Steps } from '../../../storage/slices.ts'
import type { GroupRecord } from '../group-records.ts'
import type { FinalGroupDecision } from '../shard-context.ts'
import type { TopicView } from '../topic-view.ts'
import { type Assignment, noAssignment, sameAssignment } from './assignment.ts'
import type { AssignableMember, Assignor } from './assignors/assignor.ts'
import type { ConsumerContext } from './consumer-context.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { type ConsumerMember, regexOf, sameTopics } from './consumer-member.ts'
import { consumerRecords } from './consumer-records.ts'
import type { MadeTarget } from './target-maker.ts'

interface Target {
  readonly epoch: number
  /** Of the member whose heartbeat it is. */
  readonly assignment: Assignment
}

/**
 * The target that the member is to be brought to: a new one where the group's epoch has risen, not sooner than
 * consumer.assignment.interval.ms after the last one (KIP-1263). One that takes long is made behind the request: until
 * it is there the old one counts.
 */
export function targetFor(
  context: ConsumerContext,
  group: ConsumerGroup,
  groupEpoch: number,
  from: ConsumerMember,
  to: ConsumerMember,
  records: GroupRecord[],
): Target {
  const known = { epoch: group.assignmentEpoch, assignment: group.targetOf(to) }
  if (group.assignmentEpoch >= groupEpoch || !mayAssign(context, group)) return known
  const { assignors } = context.consumers
  const preferred = group.assignorWith(from, to)
  const assignor = assignors.find(({ name }) => name === preferred) ?? assignors[0]
  const made = context.targets.make(group.groupId, target(context.topics, group, groupEpoch, assignor, to))
  if (!made) return known
  record(context, group, made, made.changed, records)
  return { epoch: groupEpoch, assignment: made.changed.get(to.memberId) ?? known.assignment }
}

function mayAssign({ consumers, clock }: ConsumerContext, group: ConsumerGroup): boolean {
  const { assignmentTimestampMs, groupId } = group
  const agoMs = clock.now() - Number(assignmentTimestampMs)
  // Less than none: it bears the time of another coordinator, or the clock was set back.
  return agoMs < 0 || agoMs >= consumers.assignmentIntervalMs(groupId) || assignmentTimestampMs === 0
}

function* target(
  topics: TopicView,
  group: ConsumerGroup,
  epoch: number,
  assignor: Assignor,
  to: ConsumerMember,
): Steps<MadeTarget> {
  const members = yield* assignable(topics, group, to)
  const partitionCount = (topicId: string) => topics.partitionCount(topics.nameOf(topicId) ?? '') ?? 0
  const assigned = yield* assignor.assign(members, partitionCount)
  const changed = new Map<string, Assignment>()
  const instances = new Map<string, string>()
  for (const { memberId, instanceId, before } of members) {
    yield
    const own = assigned.get(memberId) ?? noAssignment
    if (group.targets.has(memberId) && sameAssignment(own, before)) continue
    changed.set(memberId, own)
    if (instanceId !== null) instances.set(memberId, instanceId)
  }
  return { epoch, assignor: assignor.name, changed, instances }
}

/**
 * What was made behind a request. Members may have come and gone meanwhile: the epoch has risen then, and a target of
 * that epoch is next. A static member may be back under another id, which raises no epoch: it gets what was meant for it.
 */
export function targetMade(
  context: ConsumerContext,
  groupId: string,
  made: MadeTarget,
): FinalGroupDecision<void> {
  const records: GroupRecord[] = []
  const group = context.groups.consumer(groupId)
  // What raised the epoch may have been refused, and who was left may have gone.
  if (group && group.assignmentEpoch < made.epoch && made.epoch <= group.epoch)
    record(context, group, made, ofMembers(group, made), records)
  return { records, response: undefined }
}

function* ofMembers(
  group: ConsumerGroup,
  { changed, instances }: MadeTarget,
): Generator<[string, Assignment]> {
  for (const [memberId, own] of changed) {
    const current = group.members.get(memberId) ?? group.staticMember(instances.get(memberId) ?? null)
    if (current) yield [current.memberId, own]
  }
}

function record(
  context: ConsumerContext,
  { groupId }: ConsumerGroup,
  { epoch, assignor }: MadeTarget,
  changed: Iterable<[string, Assignment]>,
  records: GroupRecord[],
): void {
  for (const [memberId, own] of changed) records.push(consumerRecords.target(groupId, memberId, own))
  const assignmentTimestamp = context.clock.now()
  records.push(consumerRecords.targetMetadata(groupId, { assignmentEpoch: epoch, assignmentTimestamp }))
  context.logger.info('group has a new assignment', { group: groupId, epoch, assignor })
}

/** The members as they are once `updated` is one of them, perhaps in the place of the instance that it was before. */
function* assignable(
  topics: TopicView,
  group: ConsumerGroup,
  updated: ConsumerMember,
): Steps<AssignableMember[]> {
  const replaced = group.staticMember(updated.metadata.instanceId)
  const members = new Map(group.members)
  const targets = new Map(group.targets).set(updated.memberId, group.targetOf(updated))
  if (replaced && replaced.memberId !== updated.memberId) members.delete(replaced.memberId)
  members.set(updated.memberId, updated)
  let last: { readonly member: ConsumerMember; readonly topicIds: ReadonlySet<string> } | null = null
  const seen: AssignableMember[] = []
  for (const member of members.values()) {
    yield
    const topicIds: ReadonlySet<string> =
      last && hasSameSubscription(member, last.member)
        ? last.topicIds
        : subscribedTopicIds(topics, group, member)
    last = { member, topicIds }
    const { memberId, metadata } = member
    seen.push({
      memberId,
      instanceId: metadata.instanceId,
      topicIds,
      before: targets.get(memberId) ?? noAssignment,
    })
  }
  return seen
}

function hasSameSubscription(one: ConsumerMember, other: ConsumerMember): boolean {
  return (
    regexOf(one) === regexOf(other) &&
    sameTopics(one.metadata.subscribedTopicNames, other.metadata.subscribedTopicNames)
  )
}

/** Of topics that are there. */
export function subscribedTopicIds(
  topics: TopicView,
  group: ConsumerGroup,
  member: ConsumerMember,
): Set<string> {
  const ids = new Set<string>()
  const regex = regexOf(member)
  const ofRegex = regex === null ? undefined : group.resolvedRegexes.get(regex)
  for (const names of [member.metadata.subscribedTopicNames, ofRegex?.topics ?? []])
    for (const name of names) {
      const id = topics.idOf(name)
      if (id !== undefined) ids.add(id)
    }
  return ids
}

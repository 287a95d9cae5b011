import type { GroupDecision } from '../shard-context.ts'
import type { GroupRecord } from '../group-records.ts'
import type { ConsumerContext } from './consumer-context.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { type ConsumerMember, regexOf } from './consumer-member.ts'
import { consumerRecords } from './consumer-records.ts'
import { Counts } from './counts.ts'
import { removalRecords } from './member-records.ts'

/**
 * These are members no more, by whatever road. The group's epoch rises; whoever comes next is given a new target. Where
 * all that are left speak the classic protocol the group goes back to it.
 */
export function fence<R>(
  context: ConsumerContext,
  group: ConsumerGroup,
  members: readonly ConsumerMember[],
  response: R,
): GroupDecision<R> {
  if (members.length === 0) return { records: [], response }
  const downgraded = context.migration.downgradedWithout(group, members, response)
  if (downgraded) return downgraded
  const { groupId } = group
  const gone = regexesOnlyOf(group, members)
  const topics = group.subscribedTopicsWith(
    members.map((from) => ({ from, to: null })),
    gone,
  )
  const epoch = group.epoch + 1
  const records: GroupRecord[] = [
    ...members.flatMap(({ memberId }) => removalRecords(groupId, memberId)),
    ...gone.map((regex) => consumerRecords.regex(groupId, regex, null)),
    consumerRecords.group(groupId, { epoch, metadataHash: context.topicHashes.of(topics) }),
  ]
  if (members.length === group.members.size)
    records.push(consumerRecords.targetMetadata(groupId, { assignmentEpoch: epoch, assignmentTimestamp: 0 }))
  return { records, response }
}

/** Regular expressions that nobody else subscribes to. */
function regexesOnlyOf(group: ConsumerGroup, members: readonly ConsumerMember[]): string[] {
  const leaving = new Counts()
  for (const member of members) {
    const regex = regexOf(member)
    if (regex !== null) leaving.add([regex], 1)
  }
  return [...leaving.names()].filter((regex) => group.regexes.of(regex) === leaving.of(regex))
}

import type { GroupRecord } from '../group-records.ts'
import type { ConsumerContext } from './consumer-context.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { type ConsumerMember, regexOf } from './consumer-member.ts'
import { consumerRecords } from './consumer-records.ts'

/**
 * The group's epoch once the member is as it is now: one higher where the change is reason enough, or where the group's
 * topics are not what they were.
 */
export function refreshedEpoch(
  context: ConsumerContext,
  group: ConsumerGroup,
  change: { readonly from: ConsumerMember; readonly to: ConsumerMember },
  isBumped: boolean,
  records: GroupRecord[],
): number {
  if (!isBumped && !group.hasStaleMetadata) return group.epoch
  const { groupId } = group
  const { from, to } = change
  const before = regexOf(from)
  const isLastOfRegex = before !== null && before !== regexOf(to) && group.regexes.of(before) === 1
  const topics = group.subscribedTopicsWith([change], isLastOfRegex ? [before] : [])
  const metadataHash = context.topicHashes.of(topics)
  const isRaised = isBumped || metadataHash !== group.metadataHash
  const epoch = isRaised ? group.epoch + 1 : group.epoch
  if (isRaised) records.push(consumerRecords.group(groupId, { epoch, metadataHash }))
  group.isRefreshDue = false
  group.refreshedEpoch = epoch
  if (group.hasPartitionMetadata) records.push(consumerRecords.noPartitionMetadata(groupId))
  return epoch
}

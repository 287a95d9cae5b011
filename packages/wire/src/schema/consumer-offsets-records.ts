import { LegacyOffsetCommitRecord } from './records/consumer-offsets/00-legacy-offset-commit.ts'
import { OffsetCommitRecord } from './records/consumer-offsets/01-offset-commit.ts'
import { GroupMetadataRecord } from './records/consumer-offsets/02-group-metadata.ts'
import { ConsumerGroupMetadataRecord } from './records/consumer-offsets/03-consumer-group-metadata.ts'
import { ConsumerGroupPartitionMetadataRecord } from './records/consumer-offsets/04-consumer-group-partition-metadata.ts'
import { ConsumerGroupMemberMetadataRecord } from './records/consumer-offsets/05-consumer-group-member-metadata.ts'
import { ConsumerGroupTargetAssignmentMetadataRecord } from './records/consumer-offsets/06-consumer-group-target-assignment-metadata.ts'
import { ConsumerGroupTargetAssignmentMemberRecord } from './records/consumer-offsets/07-consumer-group-target-assignment-member.ts'
import { ConsumerGroupCurrentMemberAssignmentRecord } from './records/consumer-offsets/08-consumer-group-current-member-assignment.ts'
import { ShareGroupMemberMetadataRecord } from './records/consumer-offsets/10-share-group-member-metadata.ts'
import { ShareGroupMetadataRecord } from './records/consumer-offsets/11-share-group-metadata.ts'
import { ShareGroupTargetAssignmentMetadataRecord } from './records/consumer-offsets/12-share-group-target-assignment-metadata.ts'
import { ShareGroupTargetAssignmentMemberRecord } from './records/consumer-offsets/13-share-group-target-assignment-member.ts'
import { ShareGroupCurrentMemberAssignmentRecord } from './records/consumer-offsets/14-share-group-current-member-assignment.ts'
import { ShareGroupStatePartitionMetadataRecord } from './records/consumer-offsets/15-share-group-state-partition-metadata.ts'
import { ConsumerGroupRegularExpressionRecord } from './records/consumer-offsets/16-consumer-group-regular-expression.ts'
import { StreamsGroupMetadataRecord } from './records/consumer-offsets/17-streams-group-metadata.ts'
import { StreamsGroupMemberMetadataRecord } from './records/consumer-offsets/19-streams-group-member-metadata.ts'
import { StreamsGroupTargetAssignmentMetadataRecord } from './records/consumer-offsets/20-streams-group-target-assignment-metadata.ts'
import { StreamsGroupTargetAssignmentMemberRecord } from './records/consumer-offsets/21-streams-group-target-assignment-member.ts'
import { StreamsGroupCurrentMemberAssignmentRecord } from './records/consumer-offsets/22-streams-group-current-member-assignment.ts'
import { StreamsGroupTopologyRecord } from './records/consumer-offsets/23-streams-group-topology.ts'

/** The records of `__consumer_offsets`, by rising type. */
export const consumerOffsetsRecords = [
  LegacyOffsetCommitRecord,
  OffsetCommitRecord,
  GroupMetadataRecord,
  ConsumerGroupMetadataRecord,
  ConsumerGroupPartitionMetadataRecord,
  ConsumerGroupMemberMetadataRecord,
  ConsumerGroupTargetAssignmentMetadataRecord,
  ConsumerGroupTargetAssignmentMemberRecord,
  ConsumerGroupCurrentMemberAssignmentRecord,
  ShareGroupMemberMetadataRecord,
  ShareGroupMetadataRecord,
  ShareGroupTargetAssignmentMetadataRecord,
  ShareGroupTargetAssignmentMemberRecord,
  ShareGroupCurrentMemberAssignmentRecord,
  ShareGroupStatePartitionMetadataRecord,
  ConsumerGroupRegularExpressionRecord,
  StreamsGroupMetadataRecord,
  StreamsGroupMemberMetadataRecord,
  StreamsGroupTargetAssignmentMetadataRecord,
  StreamsGroupTargetAssignmentMemberRecord,
  StreamsGroupCurrentMemberAssignmentRecord,
  StreamsGroupTopologyRecord,
] as const

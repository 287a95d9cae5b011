import type {
  ConsumerGroupMetadataValue,
  ConsumerGroupRegularExpressionValue,
  ConsumerGroupTargetAssignmentMetadataValue,
  ValueOf,
} from '@sluice/wire'
import { type Assignment, listOf, type TopicPartitions } from './assignment.ts'
import type { CurrentAssignment, MemberMetadata } from './consumer-member.ts'

interface OfGroup<Type extends string, Value> {
  readonly type: Type
  readonly groupId: string
  /** Null: the tombstone. */
  readonly value: Value | null
}

interface OfMember<Type extends string, Value> extends OfGroup<Type, Value> {
  readonly memberId: string
}

type GroupMetadata = ValueOf<typeof ConsumerGroupMetadataValue>
type TargetMetadata = ValueOf<typeof ConsumerGroupTargetAssignmentMetadataValue>
/** As the records have it, but that nobody changes its lists. */
interface Target {
  readonly topicPartitions: readonly TopicPartitions[]
}
type Regex = ValueOf<typeof ConsumerGroupRegularExpressionValue>

/** The records of `__consumer_offsets` that groups of the consumer protocol live in. */
export type ConsumerRecord =
  | OfGroup<'consumer-group', GroupMetadata>
  /** Only older releases write it; it is read for its tombstone to be written (KIP-1101). */
  | { readonly type: 'consumer-partition-metadata'; readonly groupId: string; readonly exists: boolean }
  | OfMember<'consumer-member', MemberMetadata>
  | OfGroup<'consumer-target-metadata', TargetMetadata>
  | OfMember<'consumer-target', Target>
  | OfMember<'consumer-current-assignment', CurrentAssignment>
  | (OfGroup<'consumer-regex', Regex> & { readonly regex: string })

/** How each is made; null is its tombstone. */
export const consumerRecords = {
  group: (groupId: string, value: GroupMetadata | null) =>
    ({ type: 'consumer-group', groupId, value }) satisfies ConsumerRecord,
  noPartitionMetadata: (groupId: string) =>
    ({ type: 'consumer-partition-metadata', groupId, exists: false }) satisfies ConsumerRecord,
  member: (groupId: string, memberId: string, value: MemberMetadata | null) =>
    ({ type: 'consumer-member', groupId, memberId, value }) satisfies ConsumerRecord,
  targetMetadata: (groupId: string, value: TargetMetadata | null) =>
    ({ type: 'consumer-target-metadata', groupId, value }) satisfies ConsumerRecord,
  target: (groupId: string, memberId: string, target: Assignment | null) =>
    ({
      type: 'consumer-target',
      groupId,
      memberId,
      value: target && { topicPartitions: listOf(target) },
    }) satisfies ConsumerRecord,
  currentAssignment: (groupId: string, memberId: string, value: CurrentAssignment | null) =>
    ({ type: 'consumer-current-assignment', groupId, memberId, value }) satisfies ConsumerRecord,
  regex: (groupId: string, regex: string, value: Regex | null) =>
    ({ type: 'consumer-regex', groupId, regex, value }) satisfies ConsumerRecord,
}

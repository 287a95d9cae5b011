import type { GroupRecord } from '../group-records.ts'
import type { GroupDecision, ShardContext } from '../shard-context.ts'
import type { TopicView } from '../topic-view.ts'
import type { ConsumerGroupConfig } from './consumer-config.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import type { ConsumerMember } from './consumer-member.ts'
import type { Refused } from './refused.ts'
import type { RegexResolver } from './regex-resolver.ts'
import type { TargetMaker } from './target-maker.ts'
import type { TopicHashes } from './topic-hashes.ts'

/** A group goes from one protocol to the other while its members stay (KIP-848). */
export interface Migration {
  /** What the group of the classic protocol becomes, and its records; or why it does not. */
  upgraded(groupId: string, records: GroupRecord[]): ConsumerGroup | Refused
  /** Null: it stays what it is, for others of its members speak the consumer protocol, or it may not. */
  downgradedWithout<R>(
    group: ConsumerGroup,
    leaving: readonly ConsumerMember[],
    response: R,
  ): GroupDecision<R> | null
}

/** What the operations of the consumer protocol stand on: more than those of the classic one. */
export interface ConsumerContext extends ShardContext {
  readonly consumers: ConsumerGroupConfig
  readonly topics: TopicView
  readonly topicHashes: TopicHashes
  readonly resolver: RegexResolver
  readonly targets: TargetMaker
  readonly migration: Migration
  /** Of the metadata that brought the newest topic. */
  readonly newTopicsVersion: () => number
}

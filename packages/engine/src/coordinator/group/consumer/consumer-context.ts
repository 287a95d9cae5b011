import type { ShardContext } from '../shard-context.ts'
import type { TopicView } from '../topic-view.ts'
import type { ConsumerGroupConfig } from './consumer-config.ts'
import type { TopicHashes } from './topic-hashes.ts'

/** Whether its client may know of a topic. */
export type MaySee = (topic: string) => boolean

/** What the operations of the consumer protocol stand on: more than those of the classic one. */
export interface ConsumerContext extends ShardContext {
  readonly consumers: ConsumerGroupConfig
  readonly topics: TopicView
  readonly topicHashes: TopicHashes
  /** Looks, when there is time, for the topics of a group's regular expressions. */
  readonly resolve: (groupId: string, regexes: readonly string[], maySee: MaySee) => void
}

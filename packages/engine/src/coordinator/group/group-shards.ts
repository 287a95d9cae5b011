import type { Clock } from '@sluice/effects'
import { consumerOffsets, ErrorCode } from '@sluice/wire'
import { Lane } from '../../storage/lane.ts'
import type { Steps } from '../../storage/slices.ts'
import { CoordinatorFailure } from '../decision.ts'
import { partitionFor } from '../partition-for.ts'
import type { CoordinatorRuntime, TransactionalProducer } from '../runtime.ts'
import type { GroupRecord } from './group-records.ts'
import type { GroupShard } from './group-shard.ts'
import type { GroupDecision } from './shard-context.ts'
import type { TopicView } from './topic-view.ts'

type GroupRuntime = CoordinatorRuntime<GroupShard, GroupRecord>

interface Options {
  readonly clock: Clock
  readonly runtime: GroupRuntime
  readonly topics: TopicView
  /** While the topic is not there yet. */
  readonly offsetsTopicPartitions: number
}

/** The way from a group's name to its shard, for whatever is asked of a group. */
export class GroupShards {
  readonly #runtime: GroupRuntime
  readonly #topics: TopicView
  readonly #offsetsTopicPartitions: number
  /** Of what may be long beside the shards' own decisions. */
  readonly lane: Lane

  constructor({ clock, runtime, topics, offsetsTopicPartitions }: Options) {
    this.#runtime = runtime
    this.#topics = topics
    this.#offsetsTopicPartitions = offsetsTopicPartitions
    this.lane = new Lane(clock)
  }

  /** The partition of `__consumer_offsets` that holds the group. */
  partitionFor(groupId: string): number {
    return partitionFor(
      groupId,
      this.#topics.partitionCount(consumerOffsets.topic) ?? this.#offsetsTopicPartitions,
    )
  }

  /** Decides on the group's shard; `failed` says in the operation's own terms why that could not be. */
  write<R>(
    name: string,
    groupId: string,
    decide: (shard: GroupShard) => GroupDecision<R>,
    failed: (error: ErrorCode) => R,
    producer: TransactionalProducer | null = null,
  ): Promise<R> {
    const written = this.#runtime.write(name, this.partitionFor(groupId), decide, producer)
    // Not awaited: a response that parks would keep what was asked.
    return written.then((result) => (result instanceof CoordinatorFailure ? failed(result.error) : result))
  }

  /** The same for a look at the shard. */
  async read<R>(
    name: string,
    groupId: string,
    query: (shard: GroupShard) => Steps<R>,
    failed: (error: ErrorCode) => R,
  ): Promise<R> {
    const result = await this.lane.done(this.#runtime.read(name, this.partitionFor(groupId), query))
    return result instanceof CoordinatorFailure ? failed(result.error) : result
  }
}

/** Of an operation whose answer is an error code, or more. */
export const asItIs = (error: ErrorCode): ErrorCode => error

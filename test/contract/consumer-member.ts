import { ConsumerGroupHeartbeat, type Input, type RequestOf } from '@sluice/wire'
import type { Peer } from './peer.ts'

/** What a member of a consumer group sends, as a client library does. */

export type ConsumerRequest = Input<RequestOf<typeof ConsumerGroupHeartbeat>>

export const consumerHeartbeat = (on: Peer, groupId: string, more: ConsumerRequest = {}, version = 1) =>
  on.send(ConsumerGroupHeartbeat, version, { groupId, memberId: 'm', ...more })

/** Joins, of these topics. */
export const consumerJoin = (
  on: Peer,
  groupId: string,
  subscribedTopicNames: string[],
  more: ConsumerRequest = {},
  version = 1,
) =>
  consumerHeartbeat(
    on,
    groupId,
    { memberEpoch: 0, rebalanceTimeoutMs: 30_000, subscribedTopicNames, topicPartitions: [], ...more },
    version,
  )

/** Gives a member's answer as partitions by topic id, in order; null where it was told nothing. */
export function assigned(
  answer: Awaited<ReturnType<typeof consumerHeartbeat>>,
): Record<string, number[]> | null {
  if (answer.assignment === null) return null
  return Object.fromEntries(
    answer.assignment.topicPartitions.map(({ topicId, partitions }) => [
      topicId,
      partitions.toSorted((a, b) => a - b),
    ]),
  )
}

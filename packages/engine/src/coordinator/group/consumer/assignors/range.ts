import type { Assignment } from '../assignment.ts'
import type { AssignableMember, Assignor, PartitionCount } from './assignor.ts'

/** How far a topic has been given out. */
interface Progress {
  subscribers: number
  /** Those who come first get one more. */
  extra: number
  quota: number
  next: number
}

/**
 * Each topic is cut into as many ranges as it has subscribers, who take them in one order for all topics: so partitions
 * of the same number meet at one member where topics have the same number of partitions. Static members come first,
 * by their instances: whoever comes and goes moves them least.
 */
export const range: Assignor = {
  name: 'range',
  assign(members, partitionCount) {
    const inOrder = [...members].sort(compareMembers)
    const topics = progressOf(inOrder, partitionCount)
    return new Map(inOrder.map(({ memberId, topicIds }) => [memberId, take(topicIds, topics)]))
  },
}

function progressOf(
  members: readonly AssignableMember[],
  partitionCount: PartitionCount,
): Map<string, Progress> {
  const topics = new Map<string, Progress>()
  for (const { topicIds } of members)
    for (const topicId of topicIds) {
      const topic = topics.get(topicId)
      if (topic) topic.subscribers++
      else topics.set(topicId, { subscribers: 1, extra: 0, quota: 0, next: 0 })
    }
  for (const [topicId, topic] of topics) {
    const count = partitionCount(topicId)
    topic.quota = Math.floor(count / topic.subscribers)
    topic.extra = count % topic.subscribers
  }
  return topics
}

function take(topicIds: ReadonlySet<string>, topics: ReadonlyMap<string, Progress>): Assignment {
  const taken = new Map<string, ReadonlySet<number>>()
  for (const topicId of topicIds) {
    const topic = topics.get(topicId)
    if (!topic) continue
    const length = topic.extra > 0 ? topic.quota + 1 : topic.quota
    if (topic.extra > 0) topic.extra--
    if (length === 0) continue
    const from = topic.next
    taken.set(topicId, new Set(Array.from({ length }, (_, i) => from + i)))
    topic.next += length
  }
  return taken
}

function compareMembers(one: AssignableMember, other: AssignableMember): number {
  if (one.instanceId !== null && other.instanceId !== null) return compare(one.instanceId, other.instanceId)
  if (one.instanceId !== null) return -1
  return other.instanceId === null ? compare(one.memberId, other.memberId) : 1
}

function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1
}

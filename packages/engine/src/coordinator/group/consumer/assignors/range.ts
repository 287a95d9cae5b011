import { type AssignableMember, type Assignor, Rounds } from './assignor.ts'

/**
 * Each topic is cut into as many ranges as it has subscribers, who take them in one order for all topics: so partitions
 * of the same number meet at one member where topics have the same number of partitions. Static members come first,
 * by their instances: whoever comes and goes moves them least.
 */
export const range: Assignor = {
  name: 'range',
  *assign(members, partitionCount) {
    const rounds = new Rounds()
    const inOrder = [...members].sort(compareMembers)
    const assigned = new Map(inOrder.map(({ memberId }) => [memberId, new Map<string, number[]>()]))
    for (const [topicId, subscribers] of subscribersOf(inOrder)) {
      const count = partitionCount(topicId)
      const quota = Math.floor(count / subscribers.length)
      const extra = count % subscribers.length
      let next = 0
      for (const [i, { memberId }] of subscribers.entries()) {
        const length = i < extra ? quota + 1 : quota
        // Nothing is left for those behind either.
        if (length === 0) break
        const own: number[] = []
        for (const end = next + length; next < end; next++) {
          own.push(next)
          if (rounds.isDue()) yield
        }
        assigned.get(memberId)?.set(topicId, own)
      }
    }
    return assigned
  },
}

/** By topic, in the order of the members. Where they all read the same, it is one list for all topics. */
function subscribersOf(members: readonly AssignableMember[]): Map<string, readonly AssignableMember[]> {
  const [first] = members
  if (first && members.every(({ topicIds }) => topicIds === first.topicIds))
    return new Map([...first.topicIds].map((topicId) => [topicId, members]))
  const subscribers = new Map<string, AssignableMember[]>()
  for (const member of members)
    for (const topicId of member.topicIds) {
      const ofTopic = subscribers.get(topicId)
      if (ofTopic) ofTopic.push(member)
      else subscribers.set(topicId, [member])
    }
  return subscribers
}

function compareMembers(one: AssignableMember, other: AssignableMember): number {
  if (one.instanceId !== null && other.instanceId !== null) return compare(one.instanceId, other.instanceId)
  if (one.instanceId !== null) return -1
  return other.instanceId === null ? compare(one.memberId, other.memberId) : 1
}

function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1
}

import type { Steps } from '../../../../storage/slices.ts'
import { type AssignableMember, type PartitionCount, Rounds, Share } from './assignor.ts'

/** Topics are looked at so often at most: what is not even by then is nearly so. */
const passesMax = 16

interface Topic {
  readonly topicId: string
  /** By partition, its owner's place among the members; -1: nobody. */
  readonly owners: Int32Array
  readonly subscribers: number[]
}

/**
 * Members read different topics:
 *
 * 1. Each keeps what it had of what it still subscribes to.
 * 2. What nobody has goes to the topic's subscriber with the least, topics with the most partitions a subscriber first.
 * 3. Topic by topic partitions move from the subscriber with the most to the one with the least, until no topic can
 *    bring them nearer.
 */
export function* assignUnevenly(
  members: readonly AssignableMember[],
  partitionCount: PartitionCount,
): Steps<Share[]> {
  const rounds = new Rounds()
  const shares = members.map(() => new Share())
  const topics = yield* topicsOf(members, partitionCount)
  for (const [i, { before, topicIds }] of members.entries())
    for (const [topicId, partitions] of before) {
      const topic = topics.get(topicId)
      if (!topic || !topicIds.has(topicId)) continue
      for (const partition of partitions) {
        if (topic.owners[partition] === -1) give(topic, partition, i, shares)
        if (rounds.isDue()) yield
      }
    }
  const inOrder = [...topics.values()].sort(compareTopics)
  for (const topic of inOrder) yield* giveOut(topic, shares, rounds)
  yield* balance(
    inOrder.filter(({ subscribers }) => subscribers.length > 1),
    shares,
    rounds,
  )
  return shares
}

function* topicsOf(
  members: readonly AssignableMember[],
  partitionCount: PartitionCount,
): Steps<Map<string, Topic>> {
  const rounds = new Rounds()
  const topics = new Map<string, Topic>()
  for (const [i, { topicIds }] of members.entries())
    for (const topicId of topicIds) {
      if (rounds.isDue()) yield
      const topic = topics.get(topicId)
      if (topic) topic.subscribers.push(i)
      else {
        const owners = new Int32Array(partitionCount(topicId)).fill(-1)
        topics.set(topicId, { topicId, owners, subscribers: [i] })
      }
    }
  return topics
}

function compareTopics(one: Topic, other: Topic): number {
  const load = ({ owners, subscribers }: Topic) => owners.length / subscribers.length
  return (
    load(other) - load(one) ||
    one.subscribers.length - other.subscribers.length ||
    (one.topicId < other.topicId ? -1 : 1)
  )
}

function give(topic: Topic, partition: number, to: number, shares: readonly Share[]): void {
  const from = topic.owners[partition] as number
  if (from !== -1) shares[from]?.remove(topic.topicId, partition)
  shares[to]?.add(topic.topicId, partition)
  topic.owners[partition] = to
}

function* giveOut(topic: Topic, shares: readonly Share[], rounds: Rounds): Steps {
  let least: Generator<number> | null = null
  for (const [partition, owner] of topic.owners.entries()) {
    if (rounds.isDue()) yield
    if (owner !== -1) continue
    least ??= leastLoaded(topic.subscribers, shares)
    give(topic, partition, least.next().value as number, shares)
  }
}

/** Whoever has the least, again and again; each is given one more before the next is asked for. */
function* leastLoaded(subscribers: readonly number[], shares: readonly Share[]): Generator<number> {
  const sizeOf = (member: number) => (shares[member] as Share).size
  const sorted = [...subscribers].sort((a, b) => sizeOf(a) - sizeOf(b) || a - b)
  let level = sizeOf(sorted[0] as number)
  // Before this place all have as many as the level says.
  let end = 0
  for (;;) {
    while (end < sorted.length && sizeOf(sorted[end] as number) === level) end++
    yield* sorted.slice(0, end)
    level++
  }
}

function* balance(topics: readonly Topic[], shares: readonly Share[], rounds: Rounds): Steps {
  // Where a whole round has moved nothing since, nothing will move any more.
  let last: Topic | null = null
  for (let pass = 0; pass < passesMax; pass++)
    for (const topic of topics) {
      if (topic === last) return
      if ((yield* balanceTopic(topic, shares, rounds)) || last === null) last = topic
    }
}

/** False: there was nothing to move. */
function* balanceTopic(topic: Topic, shares: readonly Share[], rounds: Rounds): Steps<boolean> {
  const sizeOf = (member: number) => (shares[member] as Share).size
  const owned = new Map<number, number[]>()
  for (const [partition, owner] of topic.owners.entries()) {
    const some = owned.get(owner)
    if (some) some.push(partition)
    else owned.set(owner, [partition])
  }
  for (let hasMoved = false; ; hasMoved = true) {
    let most = -1
    let least = topic.subscribers[0] as number
    for (const member of topic.subscribers) {
      if (rounds.isDue()) yield
      if (sizeOf(member) < sizeOf(least)) least = member
      if (owned.has(member) && (most === -1 || sizeOf(member) > sizeOf(most))) most = member
    }
    if (most === -1 || sizeOf(most) - sizeOf(least) <= 1) return hasMoved
    const from = owned.get(most) as number[]
    const partition = from.pop() as number
    if (from.length === 0) owned.delete(most)
    give(topic, partition, least, shares)
    const to = owned.get(least)
    if (to) to.push(partition)
    else owned.set(least, [partition])
  }
}

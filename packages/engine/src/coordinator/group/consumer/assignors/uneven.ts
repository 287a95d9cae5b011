import type { Steps } from '../../../../storage/slices.ts'
import type { Assignment } from '../assignment.ts'
import {
  type AssignableMember,
  assignments,
  nobody,
  type Owners,
  ownersOf,
  type PartitionCount,
  Rounds,
} from './assignor.ts'

/** Topics are looked at so often at most: what is not even by then is nearly so. */
const passesMax = 16

interface Topic {
  readonly topicId: string
  readonly owners: Owners
  readonly subscribers: number[]
}

/** How many partitions each of the members has. */
type Sizes = number[]

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
): Steps<Map<string, Assignment>> {
  const rounds = new Rounds()
  const sizes = members.map(() => 0)
  const topics = yield* topicsOf(members, partitionCount)
  for (const [i, { before, topicIds }] of members.entries())
    for (const [topicId, partitions] of before) {
      const topic = topics.get(topicId)
      if (!topic || !topicIds.has(topicId)) continue
      for (const partition of partitions) {
        if (topic.owners[partition] === nobody) give(topic, partition, i, sizes)
        if (rounds.isDue()) yield
      }
    }
  const inOrder = [...topics.values()].sort(compareTopics)
  for (const topic of inOrder) yield* giveOut(topic, sizes, rounds)
  yield* balance(
    inOrder.filter(({ subscribers }) => subscribers.length > 1),
    sizes,
    rounds,
  )
  return yield* assignments(
    members,
    inOrder.map(({ topicId, owners }) => [topicId, owners] as const),
  )
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
        const owners = ownersOf(topicId, partitionCount)
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

function give({ owners }: Topic, partition: number, to: number, sizes: Sizes): void {
  const from = owners[partition] as number
  if (from !== nobody) sizes[from] = sizeOf(sizes, from) - 1
  sizes[to] = sizeOf(sizes, to) + 1
  owners[partition] = to
}

function sizeOf(sizes: Sizes, place: number): number {
  return sizes[place] as number
}

function* giveOut(topic: Topic, sizes: Sizes, rounds: Rounds): Steps {
  let least: Generator<number> | null = null
  for (const [partition, owner] of topic.owners.entries()) {
    if (rounds.isDue()) yield
    if (owner !== nobody) continue
    least ??= leastLoaded(topic.subscribers, sizes)
    give(topic, partition, least.next().value as number, sizes)
  }
}

/** Whoever has the least, again and again; each is given one more before the next is asked for. */
function* leastLoaded(subscribers: readonly number[], sizes: Sizes): Generator<number> {
  const sorted = [...subscribers].sort((a, b) => sizeOf(sizes, a) - sizeOf(sizes, b) || a - b)
  let level = sizeOf(sizes, sorted[0] as number)
  // Before this place all have as many as the level says.
  let end = 0
  for (;;) {
    while (end < sorted.length && sizeOf(sizes, sorted[end] as number) === level) end++
    yield* sorted.slice(0, end)
    level++
  }
}

function* balance(topics: readonly Topic[], sizes: Sizes, rounds: Rounds): Steps {
  // Where a whole round has moved nothing since, nothing will move any more.
  let last: Topic | null = null
  for (let pass = 0; pass < passesMax; pass++)
    for (const topic of topics) {
      if (topic === last) return
      if ((yield* balanceTopic(topic, sizes, rounds)) || last === null) last = topic
    }
}

/** False: there was nothing to move. */
function* balanceTopic(topic: Topic, sizes: Sizes, rounds: Rounds): Steps<boolean> {
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
      if (sizeOf(sizes, member) < sizeOf(sizes, least)) least = member
      if (owned.has(member) && (most === -1 || sizeOf(sizes, member) > sizeOf(sizes, most))) most = member
    }
    if (most === -1 || sizeOf(sizes, most) - sizeOf(sizes, least) <= 1) return hasMoved
    const from = owned.get(most) as number[]
    const partition = from.pop() as number
    if (from.length === 0) owned.delete(most)
    give(topic, partition, least, sizes)
    const to = owned.get(least)
    if (to) to.push(partition)
    else owned.set(least, [partition])
  }
}

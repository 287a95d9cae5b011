/** Partitions by topic id. None of the sets is empty. */
export type Assignment = ReadonlyMap<string, ReadonlySet<number>>

/**
 * What a member has: partitions by topic id, each with the epoch of the assignment that brought it (KIP-1251). None of
 * the maps is empty.
 */
export type Possession = ReadonlyMap<string, ReadonlyMap<number, number>>

/** Partitions as requests, answers and records have them. */
export interface TopicPartitions {
  readonly topicId: string
  readonly partitions: readonly number[]
}

interface RecordedPartitions extends TopicPartitions {
  readonly assignmentEpochs: readonly number[] | null
}

export const noAssignment: Assignment = new Map()
export const noPossession: Possession = new Map()

export function assignmentOf(topics: readonly TopicPartitions[]): Assignment {
  return new Map(topics.map(({ topicId, partitions }) => [topicId, new Set(partitions)]))
}

export function listOf(partitions: Assignment | Possession): { topicId: string; partitions: number[] }[] {
  return [...partitions].map(([topicId, some]) => ({ topicId, partitions: [...some.keys()] }))
}

/** `epoch` stands for those of older brokers, which recorded none. */
export function possessionOf(topics: readonly RecordedPartitions[], epoch: number): Possession {
  return new Map(
    topics.map(({ topicId, partitions, assignmentEpochs }) => {
      const epochs = assignmentEpochs?.length === partitions.length ? assignmentEpochs : null
      const since = new Map<number, number>()
      for (const [i, partition] of partitions.entries()) since.set(partition, epochs?.[i] ?? epoch)
      return [topicId, since]
    }),
  )
}

export function recordedPossession(possession: Possession) {
  return [...possession].map(([topicId, epochs]) => ({
    topicId,
    partitions: [...epochs.keys()],
    assignmentEpochs: [...epochs.values()],
  }))
}

/** All of it had since one epoch. */
export function possessedSince(assignment: Assignment, epoch: number): Possession {
  return new Map(
    [...assignment].map(([topicId, partitions]) => [
      topicId,
      new Map([...partitions].map((partition) => [partition, epoch])),
    ]),
  )
}

export function sameAssignment(one: Assignment, other: Assignment): boolean {
  return sameByTopic(one, other, (some, others) => {
    for (const partition of some) if (!others.has(partition)) return false
    return true
  })
}

export function samePossession(one: Possession, other: Possession): boolean {
  return sameByTopic(one, other, (some, others) => {
    for (const [partition, epoch] of some) if (others.get(partition) !== epoch) return false
    return true
  })
}

function sameByTopic<T extends { readonly size: number }>(
  one: ReadonlyMap<string, T>,
  other: ReadonlyMap<string, T>,
  sameOfTopic: (some: T, others: T) => boolean,
): boolean {
  if (one === other) return true
  if (one.size !== other.size) return false
  for (const [topicId, some] of one) {
    const others = other.get(topicId)
    if (others?.size !== some.size || !sameOfTopic(some, others)) return false
  }
  return true
}

/** Whether any of these partitions is among those. */
export function intersects(topics: readonly TopicPartitions[], possession: Possession): boolean {
  return topics.some(({ topicId, partitions }) => {
    const some = possession.get(topicId)
    return some !== undefined && partitions.some((partition) => some.has(partition))
  })
}

/** Whether all of these partitions are among those. */
export function isWithin(topics: readonly TopicPartitions[], possession: Possession): boolean {
  return topics.every(({ topicId, partitions }) => {
    const some = possession.get(topicId)
    return some !== undefined && partitions.every((partition) => some.has(partition))
  })
}

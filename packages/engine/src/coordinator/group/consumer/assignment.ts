/** Of one topic, each once, in rising order. There may be very many: so it is a list, which records and answers share. */
export type Partitions = readonly number[]

/** Partitions by topic id. None of the lists is empty. */
export type Assignment = ReadonlyMap<string, Partitions>

/** Partitions of one topic, and beside each the epoch of the assignment that brought it (KIP-1251). */
export interface Possessed {
  readonly partitions: Partitions
  readonly assignmentEpochs: readonly number[]
}

/** What a member has, by topic id. None of it is empty. */
export type Possession = ReadonlyMap<string, Possessed>

/** Partitions as requests, answers and records have them, in any order. */
export interface TopicPartitions {
  readonly topicId: string
  readonly partitions: readonly number[]
}

export interface RecordedPartitions extends TopicPartitions {
  /** Null in those of older brokers. */
  readonly assignmentEpochs: readonly number[] | null
}

export const noAssignment: Assignment = new Map()
export const noPossession: Possession = new Map()

/** What a member has of one topic, as it is gathered: in rising order. */
export class Gathered implements Possessed {
  readonly partitions: number[] = []
  readonly assignmentEpochs: number[] = []

  add(partition: number, epoch: number): void {
    this.partitions.push(partition)
    this.assignmentEpochs.push(epoch)
  }
}

export function assignmentOf(topics: readonly TopicPartitions[]): Assignment {
  return new Map(topics.map(({ topicId, partitions }) => [topicId, rising(partitions)]))
}

/** Those of which others are told nothing but their numbers. */
export function partitionsOf(possession: Possession): Assignment {
  return new Map([...possession].map(([topicId, { partitions }]) => [topicId, partitions]))
}

export function listOf(assignment: Assignment): { topicId: string; partitions: Partitions }[] {
  return [...assignment].map(([topicId, partitions]) => ({ topicId, partitions }))
}

/** `epoch` stands for what was not recorded. */
export function possessionOf(topics: readonly RecordedPartitions[], epoch: number): Possession {
  return new Map(
    topics.map(({ topicId, partitions, assignmentEpochs: recorded }) => {
      const epochs = recorded?.length === partitions.length ? recorded : partitions.map(() => epoch)
      return [topicId, possessed(partitions, epochs)]
    }),
  )
}

function possessed(partitions: readonly number[], assignmentEpochs: readonly number[]): Possessed {
  if (isRising(partitions)) return { partitions, assignmentEpochs }
  const epochs = new Map(partitions.map((partition, i) => [partition, assignmentEpochs[i] ?? 0]))
  const gathered = new Gathered()
  for (const partition of rising(partitions)) gathered.add(partition, epochs.get(partition) ?? 0)
  return gathered
}

export function recordedPossession(possession: Possession) {
  return [...possession].map(([topicId, { partitions, assignmentEpochs }]) => ({
    topicId,
    partitions,
    assignmentEpochs,
  }))
}

/** All of it had since one epoch. */
export function possessedSince(assignment: Assignment, epoch: number): Possession {
  return new Map(
    [...assignment].map(([topicId, partitions]) => [
      topicId,
      { partitions, assignmentEpochs: partitions.map(() => epoch) },
    ]),
  )
}

/** Both: of two that name a partition the other one counts. */
export function together(one: Possession, other: Possession): Possession {
  if (other.size === 0) return one
  const all = new Map(one)
  for (const [topicId, others] of other) {
    const some = all.get(topicId)
    all.set(topicId, some ? merged(some, others) : others)
  }
  return all
}

function merged(one: Possessed, other: Possessed): Possessed {
  const all = new Gathered()
  let at = 0
  const takeBelow = (end: number) => {
    for (; at < one.partitions.length; at++) {
      const partition = one.partitions[at] as number
      if (partition >= end) return
      all.add(partition, one.assignmentEpochs[at] as number)
    }
  }
  for (const [i, partition] of other.partitions.entries()) {
    takeBelow(partition)
    if (one.partitions[at] === partition) at++
    all.add(partition, other.assignmentEpochs[i] as number)
  }
  takeBelow(Infinity)
  return all
}

export function sameAssignment(one: Assignment, other: Assignment): boolean {
  return sameByTopic(one, other, sameNumbers)
}

export function samePossession(one: Possession, other: Possession): boolean {
  return sameByTopic(
    one,
    other,
    (some, others) =>
      sameNumbers(some.partitions, others.partitions) &&
      sameNumbers(some.assignmentEpochs, others.assignmentEpochs),
  )
}

function sameByTopic<T>(
  one: ReadonlyMap<string, T>,
  other: ReadonlyMap<string, T>,
  sameOfTopic: (some: T, others: T) => boolean,
): boolean {
  if (one === other) return true
  if (one.size !== other.size) return false
  for (const [topicId, some] of one) {
    const others = other.get(topicId)
    if (others === undefined || !sameOfTopic(some, others)) return false
  }
  return true
}

function sameNumbers(one: readonly number[], other: readonly number[]): boolean {
  return one === other || (one.length === other.length && one.every((number, i) => number === other[i]))
}

/** Whether any of these partitions is among those. */
export function intersects(topics: readonly TopicPartitions[], possession: Possession): boolean {
  return topics.some(({ topicId, partitions }) => {
    const some = possession.get(topicId)?.partitions
    return some !== undefined && partitions.some((partition) => includes(some, partition))
  })
}

/** Whether all of these partitions are among those. */
export function isWithin(topics: readonly TopicPartitions[], possession: Possession): boolean {
  return topics.every(({ topicId, partitions }) => {
    const some = possession.get(topicId)?.partitions
    return some !== undefined && partitions.every((partition) => includes(some, partition))
  })
}

/** The epoch of the assignment that brought the partition; undefined: it has not got it. */
export function possessedSinceEpoch(
  possession: Possession,
  topicId: string,
  partition: number,
): number | undefined {
  const some = possession.get(topicId)
  return some?.assignmentEpochs[placeOf(some.partitions, partition)]
}

export function includes(partitions: Partitions, partition: number): boolean {
  return placeOf(partitions, partition) !== -1
}

/** -1: it is not among them. */
function placeOf(partitions: Partitions, partition: number): number {
  let from = 0
  let to = partitions.length
  while (from < to) {
    const middle = (from + to) >>> 1
    if ((partitions[middle] as number) < partition) from = middle + 1
    else to = middle
  }
  return partitions[from] === partition ? from : -1
}

/** Whoever else keeps these (clients, Apache Kafka's own records) has them in any order. */
export function rising(partitions: readonly number[]): Partitions {
  return isRising(partitions) ? partitions : [...new Set(partitions)].sort((a, b) => a - b)
}

function isRising(partitions: readonly number[]): boolean {
  for (let i = 1; i < partitions.length; i++)
    if ((partitions[i - 1] as number) >= (partitions[i] as number)) return false
  return true
}

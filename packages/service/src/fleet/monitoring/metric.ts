/** One value of a metric at one minute, or all that came to it within that minute. */
export interface Sample {
  readonly name: string
  readonly dimensions: Dimensions
  readonly value: number | StatisticSet
}

/** By CloudWatch's names: `Cluster Name`, `Broker ID`. */
export type Dimensions = Readonly<Record<string, string>>

/** Of values of which each counts. */
export interface StatisticSet {
  readonly sum: number
  readonly count: number
  readonly minimum: number
  readonly maximum: number
}

export function setOf(value: Sample['value']): StatisticSet {
  return typeof value === 'number' ? { sum: value, count: 1, minimum: value, maximum: value } : value
}

/** As if this one had come with them. */
export function withOneMore({ sum, count, minimum, maximum }: StatisticSet, value: number): StatisticSet {
  return {
    sum: sum + value,
    count: count + 1,
    minimum: value < minimum ? value : minimum,
    maximum: value > maximum ? value : maximum,
  }
}

/** As if all these values had come together. */
export function setOfAll(sets: readonly StatisticSet[]): StatisticSet {
  return {
    sum: sets.reduce((total, { sum }) => total + sum, 0),
    count: sets.reduce((total, { count }) => total + count, 0),
    minimum: Math.min(...sets.map(({ minimum }) => minimum)),
    maximum: Math.max(...sets.map(({ maximum }) => maximum)),
  }
}

/** As MSK's levels follow each other; each has what the ones before have. */
const levels = ['DEFAULT', 'PER_BROKER', 'PER_TOPIC_PER_BROKER', 'PER_TOPIC_PER_PARTITION'] as const
export type Level = (typeof levels)[number]

/** A value that MSK has at a level. */
export type Leveled = readonly [level: Level, name: string, value: number]

/** Samples of one cluster, of the values that its level reaches. */
export type Sampled = (dimensions: Dimensions, values: readonly Leveled[]) => Sample[]

export function reaches(enhancedMonitoring: string | undefined, level: Level): boolean {
  return levels.indexOf((enhancedMonitoring ?? 'DEFAULT') as Level) >= levels.indexOf(level)
}

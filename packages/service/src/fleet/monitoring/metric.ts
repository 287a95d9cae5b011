/** MSK's namespace in CloudWatch; there is no other here. */
export const namespace = 'AWS/Kafka'

/** One value of a metric at one minute. */
export interface Sample {
  readonly name: string
  readonly dimensions: Dimensions
  readonly value: number
}

/** By CloudWatch's names: `Cluster Name`, `Broker ID`. */
export type Dimensions = Readonly<Record<string, string>>

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

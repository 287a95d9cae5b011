import { setOfAll, type StatisticSet } from './metric.ts'
import type { MinuteValue } from './metric-store.ts'

const plain: Readonly<Record<string, (all: StatisticSet) => number>> = {
  SampleCount: ({ count }) => count,
  Sum: ({ sum }) => sum,
  Average: ({ sum, count }) => sum / count,
  Minimum: ({ minimum }) => minimum,
  Maximum: ({ maximum }) => maximum,
}

const percentile = /^p(\d{1,2}(?:\.\d{1,10})?|100)$/

export function isStatistic(name: string): boolean {
  return Object.hasOwn(plain, name) || percentile.test(name)
}

/** Of at least one minute; null for a percentile where a minute does not have all of its values, but how they were spread. */
export function statistic(name: string, minutes: readonly StatisticSet[]): number | null {
  const known = plain[name]
  if (known) return known(setOfAll(minutes))
  if (minutes.some(({ minimum, maximum }) => minimum !== maximum)) return null
  // CloudWatch reads a minute in which all values are the same as one value.
  const sorted = minutes.map(({ maximum }) => maximum).sort((a, b) => a - b)
  const rank = (Number(percentile.exec(name)?.[1] ?? 50) / 100) * (sorted.length - 1)
  const low = sorted[Math.floor(rank)] ?? 0
  const high = sorted[Math.ceil(rank)] ?? low
  return low + (high - low) * (rank - Math.floor(rank))
}

/** Values by the period that they are in, oldest first. */
export function byPeriod(values: readonly MinuteValue[], periodMs: number): Map<number, MinuteValue[]> {
  const periods = new Map<number, MinuteValue[]>()
  for (const value of values) {
    const start = Math.floor(value.atMs / periodMs) * periodMs
    const list = periods.get(start)
    if (list) list.push(value)
    else periods.set(start, [value])
  }
  return periods
}

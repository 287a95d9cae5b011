import type { Dimension, Metric } from '@aws-sdk/client-cloudwatch'
import type { Series } from '../../fleet/monitoring/metric-store.ts'
import { isStatistic } from '../../fleet/monitoring/statistics.ts'
import { invalidValue, missingParameter } from './exceptions.ts'

/* Metrics as requests and answers have them. */

export function metricOf({ namespace, name, dimensions }: Series): Metric {
  return {
    Namespace: namespace,
    MetricName: name,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  }
}

export function seriesOf({ Namespace = '', MetricName = '', Dimensions }: Metric): Series {
  return { namespace: Namespace, name: MetricName, dimensions: dimensionsIn(Dimensions) }
}

function dimensionsIn(dimensions: readonly Dimension[] = []): Record<string, string> {
  return Object.fromEntries(dimensions.map(({ Name = '', Value = '' }) => [Name, Value]))
}

export function periodMsOf(period: number | undefined): number {
  if (period === undefined) throw missingParameter('Period')
  if (!Number.isSafeInteger(period) || period < 60 || period % 60 !== 0)
    throw invalidValue('The parameter Period must be a multiple of 60.')
  return period * 1_000
}

export function statisticNamed(name: string | undefined): string {
  if (name === undefined || !isStatistic(name))
    throw invalidValue(`The value ${name} for parameter Stat is not supported.`)
  return name
}

export function rangeOf({ StartTime, EndTime }: { StartTime: Date | undefined; EndTime: Date | undefined }) {
  const range = { fromMs: StartTime?.getTime() ?? 0, toMs: EndTime?.getTime() ?? 0 }
  if (range.fromMs >= range.toMs)
    throw invalidValue('The parameter StartTime must be less than the parameter EndTime.')
  return range
}

/** One page; its token is where the next one begins. */
export function page<Item>(
  items: readonly Item[],
  size: number,
  token: string | undefined,
): { items: Item[]; nextToken: string | undefined } {
  const start = Number(token ?? 0)
  const end = start + size
  return { items: items.slice(start, end), nextToken: end < items.length ? String(end) : undefined }
}

import type {
  GetMetricDataInput,
  GetMetricDataOutput,
  MetricDataQuery,
  MetricDataResult,
} from '@aws-sdk/client-cloudwatch'
import { byPeriod, statistic } from '../../../fleet/monitoring/statistics.ts'
import { notImplemented } from '../../exceptions.ts'
import { invalidValue } from '../exceptions.ts'
import { periodMsOf, rangeOf, seriesOf, statisticNamed } from '../metric-shapes.ts'
import type { Services } from '../services.ts'

const queriesMax = 500

/** Several metrics at once, the latest first unless told otherwise; all in one answer. Metric math is not served. */
export const getMetricData =
  (services: Pick<Services, 'monitoring'>) =>
  (input: GetMetricDataInput): GetMetricDataOutput => {
    const { MetricDataQueries: queries = [], ScanBy: order } = input
    if (queries.length > queriesMax)
      throw invalidValue(`A request has at most ${queriesMax} queries, and this has ${queries.length}.`)
    if (new Set(queries.map(({ Id }) => Id)).size < queries.length)
      throw invalidValue('The ids of queries must be unique.')
    const range = rangeOf(input as Required<GetMetricDataInput>)
    const results = queries.map((query) => answer(query, range, services))
    const isAscending = order === 'TimestampAscending'
    return {
      MetricDataResults: results
        .filter((_, at) => queries[at]?.ReturnData !== false)
        .map((result) => (isAscending ? result : latestFirst(result))),
      Messages: [],
    }
  }

function answer(
  { Id, Label, MetricStat: asked, Expression: expression }: MetricDataQuery,
  { fromMs, toMs }: { fromMs: number; toMs: number },
  { monitoring }: Pick<Services, 'monitoring'>,
): MetricDataResult {
  if (expression !== undefined) throw notImplemented('Metric math (Expression)')
  if (!asked?.Metric) throw invalidValue(`The query ${Id} has no MetricStat.`)
  const periodMs = periodMsOf(asked.Period)
  const name = statisticNamed(asked.Stat)
  const from = Math.floor(fromMs / periodMs) * periodMs
  const periods = byPeriod(monitoring.metrics.values(seriesOf(asked.Metric), from, toMs), periodMs)
  const found = [...periods].flatMap(([start, values]) => {
    const value = statistic(name, values)
    return value === null ? [] : [{ start, value }]
  })
  return {
    Id,
    Label: Label ?? asked.Metric.MetricName,
    Timestamps: found.map(({ start }) => new Date(start)),
    Values: found.map(({ value }) => value),
    StatusCode: 'Complete',
  }
}

function latestFirst({ Timestamps = [], Values = [], ...result }: MetricDataResult): MetricDataResult {
  return { ...result, Timestamps: Timestamps.toReversed(), Values: Values.toReversed() }
}

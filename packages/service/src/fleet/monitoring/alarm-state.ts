import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch'
import type { MetricStore } from './metric-store.ts'
import { byPeriod, statistic } from './statistics.ts'

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'

const comparisons: Readonly<
  Record<string, { words: string; holds: (value: number, threshold: number) => boolean }>
> = {
  GreaterThanOrEqualToThreshold: { words: 'greater than or equal to', holds: (a, b) => a >= b },
  GreaterThanThreshold: { words: 'greater than', holds: (a, b) => a > b },
  LessThanThreshold: { words: 'less than', holds: (a, b) => a < b },
  LessThanOrEqualToThreshold: { words: 'less than or equal to', holds: (a, b) => a <= b },
}

export const comparisonOperators: readonly string[] = Object.keys(comparisons)

/** How CloudWatch judges an alarm now; a state that it says nothing of stays (`ignore`). */
export function stateOf(
  wanted: PutMetricAlarmInput,
  before: AlarmState,
  metrics: Pick<MetricStore, 'values'>,
  nowMs: number,
): { state: AlarmState; reason: string } {
  const { EvaluationPeriods: periods = 1, DatapointsToAlarm: needed = periods } = wanted
  const { Threshold: threshold = 0, TreatMissingData: missing = 'missing' } = wanted
  const { words, holds } = comparisons[wanted.ComparisonOperator ?? ''] ?? { words: '', holds: () => false }
  const found = datapoints(wanted, metrics, nowMs, periods)
  const present = found.filter((value) => value !== null)
  const breaching = present.filter((value) => holds(value, threshold))
  const gaps = found.length - present.length
  const more = missing === 'breaching' ? gaps : 0
  if (present.length === 0 && (missing === 'missing' || missing === 'ignore'))
    return missing === 'ignore'
      ? { state: before, reason: '' }
      : { state: 'INSUFFICIENT_DATA', reason: `Insufficient Data: ${gaps} datapoints were unknown.` }
  const isAlarm = breaching.length + more >= needed
  const told = `${present.length} datapoint${present.length === 1 ? '' : 's'} [${present.join(', ')}]`
  const were = isAlarm ? `were ${words}` : `were not ${words}`
  return {
    state: isAlarm ? 'ALARM' : 'OK',
    reason: `Threshold Crossed: ${told} ${were} the threshold (${threshold}).`,
  }
}

/** The last periods that are over, the oldest first; null where one has no value. */
function datapoints(
  wanted: PutMetricAlarmInput,
  metrics: Pick<MetricStore, 'values'>,
  nowMs: number,
  periods: number,
): (number | null)[] {
  const periodMs = (wanted.Period ?? 60) * 1_000
  // The value of a minute stands at its beginning: what was measured right now ends the period.
  const end = Math.floor(nowMs / periodMs) * periodMs + periodMs
  const start = end - periods * periodMs
  const series = {
    namespace: wanted.Namespace ?? '',
    name: wanted.MetricName ?? '',
    dimensions: Object.fromEntries(
      (wanted.Dimensions ?? []).map(({ Name = '', Value = '' }) => [Name, Value]),
    ),
  }
  const byStart = byPeriod(metrics.values(series, start, end), periodMs)
  return Array.from({ length: periods }, (_, at) => {
    const inPeriod = byStart.get(start + at * periodMs)
    return inPeriod ? statistic(wanted.ExtendedStatistic ?? wanted.Statistic ?? 'Average', inPeriod) : null
  })
}

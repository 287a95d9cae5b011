import type {
  Datapoint,
  GetMetricStatisticsInput,
  GetMetricStatisticsOutput,
} from '@aws-sdk/client-cloudwatch'
import { byPeriod, statistic } from '../../../fleet/monitoring/statistics.ts'
import { invalidCombination, missingParameter } from '../exceptions.ts'
import { periodMsOf, rangeOf, seriesOf, statisticNamed } from '../metric-shapes.ts'
import type { Services } from '../services.ts'

const datapointsMax = 1_440

/** The statistics of one metric, a datapoint a period that has a value. */
export const getMetricStatistics =
  ({ monitoring }: Pick<Services, 'monitoring'>) =>
  (input: GetMetricStatisticsInput): GetMetricStatisticsOutput => {
    const periodMs = periodMsOf(input.Period)
    const { fromMs, toMs } = rangeOf(input as Required<GetMetricStatisticsInput>)
    const { Statistics: plain = [], ExtendedStatistics: extended = [] } = input
    if (plain.length + extended.length === 0) throw missingParameter('Statistics')
    for (const name of [...plain, ...extended]) statisticNamed(name)
    const wanted = Math.ceil((toMs - fromMs) / periodMs)
    if (wanted > datapointsMax)
      throw invalidCombination(
        `You have requested up to ${wanted} datapoints, which exceeds the limit of ${datapointsMax}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
      )
    const periods = byPeriod(monitoring.metrics.values(seriesOf(input), fromMs, toMs), periodMs)
    return {
      Label: input.MetricName,
      Datapoints: [...periods].map(([start, values]): Datapoint => {
        const of = (names: readonly string[]) =>
          Object.fromEntries(
            names.flatMap((name) => {
              const value = statistic(name, values)
              return value === null ? [] : [[name, value] as const]
            }),
          )
        return {
          Timestamp: new Date(start),
          ...of(plain),
          ...(extended.length > 0 && { ExtendedStatistics: of(extended) }),
          Unit: 'None',
        }
      }),
    }
  }

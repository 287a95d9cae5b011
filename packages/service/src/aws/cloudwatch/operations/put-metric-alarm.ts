import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch'
import { comparisonOperators } from '../../../fleet/monitoring/alarm-state.ts'
import { notImplemented } from '../../exceptions.ts'
import { invalidValue, missingParameter } from '../exceptions.ts'
import { periodMsOf, statisticNamed } from '../metric-shapes.ts'
import type { Services } from '../services.ts'

const needed = ['MetricName', 'Namespace', 'EvaluationPeriods', 'Threshold', 'ComparisonOperator'] as const
const missingData = ['breaching', 'notBreaching', 'ignore', 'missing']
const evaluationPeriodsMax = 1_440

/** An alarm over one metric, looked at once a minute. Its actions are kept, and set off nothing. */
export const putMetricAlarm =
  ({ monitoring }: Pick<Services, 'monitoring'>) =>
  (input: PutMetricAlarmInput): void => {
    if (input.Metrics?.length) throw notImplemented('An alarm over metric math (Metrics)')
    for (const name of needed) if (input[name] === undefined) throw missingParameter(name)
    periodMsOf(input.Period)
    statisticNamed(input.ExtendedStatistic ?? input.Statistic)
    const { ComparisonOperator: comparison = '', TreatMissingData: missing, Tags: tags = [] } = input
    if (!comparisonOperators.includes(comparison))
      throw invalidValue(`The value ${comparison} for parameter ComparisonOperator is not supported.`)
    if (missing !== undefined && !missingData.includes(missing))
      throw invalidValue(`The value ${missing} for parameter TreatMissingData is not supported.`)
    checkPeriods(input)
    const { alarms } = monitoring
    const named = Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]))
    alarms.put(input.AlarmName ?? '', input, named)
  }

function checkPeriods({
  EvaluationPeriods: periods = 0,
  DatapointsToAlarm: datapoints,
}: PutMetricAlarmInput) {
  if (!Number.isSafeInteger(periods) || periods < 1 || periods > evaluationPeriodsMax)
    throw invalidValue(`EvaluationPeriods must be between 1 and ${evaluationPeriodsMax}.`)
  if (datapoints !== undefined && (datapoints < 1 || datapoints > periods))
    throw invalidValue('DatapointsToAlarm must be between 1 and EvaluationPeriods.')
}

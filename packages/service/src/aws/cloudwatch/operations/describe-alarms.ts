import type { DescribeAlarmsInput, DescribeAlarmsOutput, MetricAlarm } from '@aws-sdk/client-cloudwatch'
import type { AlarmRecord } from '../../../fleet/monitoring/alarms.ts'
import { invalidCombination, invalidValue } from '../exceptions.ts'
import { page } from '../metric-shapes.ts'
import type { Services } from '../services.ts'

const pageSizeMax = 100
const pageSizeDefault = 50

/** By name; only alarms over metrics, for there are no others here. */
export const describeAlarms =
  ({ monitoring }: Pick<Services, 'monitoring'>) =>
  (input: DescribeAlarmsInput): DescribeAlarmsOutput => {
    const { AlarmNames: names, AlarmNamePrefix: prefix = '', StateValue: state, AlarmTypes: types } = input
    if (names && prefix !== '')
      throw invalidCombination('AlarmNames and AlarmNamePrefix cannot both be specified.')
    const { MaxRecords: size = pageSizeDefault } = input
    if (!Number.isSafeInteger(size) || size < 1 || size > pageSizeMax)
      throw invalidValue(`MaxRecords must be between 1 and ${pageSizeMax}.`)
    const alarms = monitoring.alarms
      .list()
      .filter(({ name }) => (names ? names.includes(name) : name.startsWith(prefix)))
      .filter((alarm) => state === undefined || alarm.state === state)
      .filter(() => types === undefined || types.includes('MetricAlarm'))
    const { items, nextToken } = page(alarms, size, input.NextToken)
    return { MetricAlarms: items.map(described), CompositeAlarms: [], NextToken: nextToken }
  }

function described(alarm: AlarmRecord): MetricAlarm {
  const { Tags: _, ...wanted } = alarm.wanted
  return {
    ...wanted,
    AlarmArn: alarm.arn,
    ActionsEnabled: wanted.ActionsEnabled ?? true,
    OKActions: wanted.OKActions ?? [],
    AlarmActions: wanted.AlarmActions ?? [],
    InsufficientDataActions: wanted.InsufficientDataActions ?? [],
    Dimensions: wanted.Dimensions ?? [],
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredAtMs),
    StateValue: alarm.state,
    StateReason: alarm.stateReason,
    StateUpdatedTimestamp: new Date(alarm.stateUpdatedAtMs),
    StateTransitionedTimestamp: new Date(alarm.stateUpdatedAtMs),
  }
}

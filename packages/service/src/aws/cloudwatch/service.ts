import { AwsException } from '../exceptions.ts'
import { parseServiceSchema } from '../schema.ts'
import * as cloudwatch from '../schemas/cloudwatch.generated.ts'
import type { AccessTarget, AwsService, Handler } from '../service.ts'
import { invalidValue } from './exceptions.ts'
import { deleteAlarms } from './operations/delete-alarms.ts'
import { describeAlarms } from './operations/describe-alarms.ts'
import { getMetricData } from './operations/get-metric-data.ts'
import { getMetricStatistics } from './operations/get-metric-statistics.ts'
import { listMetrics } from './operations/list-metrics.ts'
import { putMetricAlarm } from './operations/put-metric-alarm.ts'
import type { Services } from './services.ts'

/** Amazon CloudWatch, API version 2010-08-01: MSK's metrics, and alarms over them. */
export function cloudWatchService(services: Services): AwsService {
  const handlers: Record<string, Handler> = {
    DeleteAlarms: deleteAlarms(services),
    DescribeAlarms: describeAlarms(services),
    GetMetricData: getMetricData(services),
    GetMetricStatistics: getMetricStatistics(services),
    ListMetrics: listMetrics(services),
    PutMetricAlarm: putMetricAlarm(services),
  }
  return {
    signingName: 'monitoring',
    protocols: ['rpc-v2-cbor', 'json-1.0', 'query'],
    targetPrefix: 'GraniteServiceVersion20100801',
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    schema: parseServiceSchema(cloudwatch),
    handlers: new Map(Object.entries(handlers)),
    constrain: () => {},
    badInput: invalidValue,
    badToken: () => new AwsException('InvalidNextToken', 400, 'The parameter NextToken is not valid.'),
    targetsOf: (operation, input) => targetsOf(services, operation, input),
    accessDeniedName: 'AccessDenied',
  }
}

/** Policies call the service otherwise than signatures do. Alarms have ARNs, metrics none. */
function targetsOf(
  { monitoring }: Services,
  operation: string,
  { AlarmName: one, AlarmNames: many }: Readonly<Record<string, unknown>>,
): AccessTarget[] {
  const action = `cloudwatch:${operation}`
  const names = [one, ...(Array.isArray(many) ? many : [])].filter((name) => typeof name === 'string')
  const isAboutAlarms = operation === 'PutMetricAlarm' || operation === 'DeleteAlarms'
  if (!isAboutAlarms || names.length === 0) return [{ action, resource: '*' }]
  return names.map((name) => ({ action, resource: monitoring.alarms.arnOf(name) }))
}

import { parseServiceSchema } from '../schema.ts'
import * as cloudwatchLogs from '../schemas/cloudwatch-logs.generated.ts'
import type { AccessTarget, AwsService } from '../service.ts'
import { constrain } from './constraints.ts'
import { invalidParameter } from './exceptions.ts'
import { logsHandlers } from './operations.ts'
import type { Services } from './services.ts'

/** Amazon CloudWatch Logs, API version 2014-03-28: log groups and streams, and what brokers log. */
export function logsService(services: Services): AwsService {
  return {
    signingName: 'logs',
    protocols: ['json-1.1'],
    targetPrefix: 'Logs_20140328',
    schema: parseServiceSchema(cloudwatchLogs),
    handlers: new Map(Object.entries(logsHandlers(services))),
    constrain,
    badInput: invalidParameter,
    targetsOf: (_, input) => [targetOf(services, input)],
  }
}

/** Policies name groups as `…:log-group:<name>:*`, and streams behind it. */
function targetOf({ logGroups }: Services, input: Readonly<Record<string, unknown>>): AccessTarget {
  const id = input['logGroupName'] ?? input['logGroupIdentifier'] ?? input['resourceArn']
  if (typeof id !== 'string') return { resource: '*' }
  const group = logGroups.find(id)
  const arn = group?.arn ?? (id.startsWith('arn:') ? id.replace(/:\*$/, '') : logGroups.arnOf(id))
  const { logStreamName: stream } = input
  const resource = typeof stream === 'string' ? `${arn}:log-stream:${stream}` : `${arn}:*`
  return { resource, ...(group && { tags: group.tags }) }
}

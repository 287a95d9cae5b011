import type { OperationName } from '../schema.ts'
import type { operations } from '../schemas/cloudwatch-logs.generated.ts'
import type { Handler } from '../service.ts'
import { createLogGroup } from './operations/create-log-group.ts'
import { createLogStream } from './operations/create-log-stream.ts'
import { deleteLogGroup } from './operations/delete-log-group.ts'
import { deleteLogStream } from './operations/delete-log-stream.ts'
import { deleteRetentionPolicy } from './operations/delete-retention-policy.ts'
import { describeLogGroups } from './operations/describe-log-groups.ts'
import { describeLogStreams } from './operations/describe-log-streams.ts'
import { filterLogEvents } from './operations/filter-log-events.ts'
import { getLogEvents } from './operations/get-log-events.ts'
import { listTagsForResource } from './operations/list-tags-for-resource.ts'
import { putLogEvents } from './operations/put-log-events.ts'
import { putRetentionPolicy } from './operations/put-retention-policy.ts'
import { tagResource } from './operations/tag-resource.ts'
import { untagResource } from './operations/untag-resource.ts'
import type { Services } from './services.ts'

/** What is implemented. Every other operation of the schema is answered with NotImplementedException. */
export function logsHandlers(services: Services): Partial<Record<OperationName<typeof operations>, Handler>> {
  return {
    CreateLogGroup: createLogGroup(services),
    CreateLogStream: createLogStream(services),
    DeleteLogGroup: deleteLogGroup(services),
    DeleteLogStream: deleteLogStream(services),
    DeleteRetentionPolicy: deleteRetentionPolicy(services),
    DescribeLogGroups: describeLogGroups(services),
    DescribeLogStreams: describeLogStreams(services),
    FilterLogEvents: filterLogEvents(services),
    GetLogEvents: getLogEvents(services),
    ListTagsForResource: listTagsForResource(services),
    PutLogEvents: putLogEvents(services),
    PutRetentionPolicy: putRetentionPolicy(services),
    TagResource: tagResource(services),
    UntagResource: untagResource(services),
  }
}

import type { Member, ServiceSchema } from '../../schema.ts'
import { sampleOf } from '../../testing/sample-inputs.ts'
import { ruleOf } from '../constraints.ts'

/* For tests: inputs that Kinesis' model and rules allow, by the names of the wire. */

const streamArn = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders'
const texts: Readonly<Record<string, string>> = {
  StreamName: 'orders',
  StreamId: 'abcdefghij0123456789-abc',
  StreamARN: streamArn,
  ResourceARN: streamArn,
  ConsumerARN: `${streamArn}/consumer/reader:1700000000`,
  ShardId: 'shardId-000000000000',
  ChannelARN: 'arn:aws:kinesis:us-east-1:000000000000:channel/lake',
  QueueARN: 'arn:aws:kinesis:us-east-1:000000000000:queue/work',
  ServiceExecutionRoleARN: 'arn:aws:iam::000000000000:role/deliver',
  BucketARN: 'arn:aws:s3:::lake',
  ExpectedBucketOwner: '000000000000',
  GSRSchemaARN: 'arn:aws:glue:us-east-1:000000000000:schema/shop/orders',
  TableBucketARN: 'arn:aws:s3tables:us-east-1:000000000000:bucket/tables',
}

/** The required members of a structure; a member in `also` beside them. */
export function validInput(schema: ServiceSchema, structure: string, also?: Member): Record<string, unknown> {
  return sampleOf(schema, structure, { naming: 'wire', ruleOf, texts, also })
}

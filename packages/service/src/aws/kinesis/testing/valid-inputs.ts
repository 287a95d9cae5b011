import type { Member, ServiceSchema, Structure, Type } from '../../schema.ts'
import { ruleOf } from '../constraints.ts'

/* For tests: inputs that the model allows, by the names of the wire. */

const streamArn = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders'
const texts: Readonly<Record<string, string>> = {
  StreamName: 'orders',
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
  const { members }: Structure = schema.structure(structure)
  return Object.fromEntries(
    members
      .filter((member) => member.required || member.name === also?.name)
      .map((member) => [member.wire, validValue(schema, structure, member)]),
  )
}

function validValue(schema: ServiceSchema, structure: string, member: Member): unknown {
  const { min = 1, oneOf, pattern, each } = ruleOf(structure, member) ?? {}
  const of = ({ kind, ...type }: Type): unknown => {
    switch (kind) {
      case 'number':
        return min
      case 'timestamp':
        return 1_700_000_000
      case 'boolean':
        return false
      case 'blob':
        return 'YQ=='
      case 'map':
        return {}
      case 'structure':
        return validInput(schema, (type as { name: string }).name)
      case 'list':
        return [each?.oneOf?.[0] ?? of((type as { of: Type }).of)]
      default:
        return oneOf?.[0] ?? texts[member.name] ?? (pattern?.test('a') === false ? '1' : 'a')
    }
  }
  return of(member.type)
}

import {
  DescribeStreamConsumerCommand,
  DescribeStreamSummaryCommand,
  type KinesisClient,
  PutResourcePolicyCommand,
  RegisterStreamConsumerCommand,
  SubscribeToShardCommand,
  TagResourceCommand,
} from '@aws-sdk/client-kinesis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Identities } from '../../iam/identities.ts'
import { testIdentities } from '../../iam/testing/identities.ts'
import { credentials } from '../testing/test-service.ts'
import { startWithStream, stopAll } from './testing/test-streams.ts'

const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders'
const alice = { accessKeyId: 'AKIAALICE', secretAccessKey: 'secret-of-alice' }
const eve = { accessKeyId: 'AKIAEVE', secretAccessKey: 'secret-of-eve' }
const aliceArn = 'arn:aws:iam::000000000000:user/alice'
const eveArn = 'arn:aws:iam::111122223333:user/eve'

let identities: Identities
let owner: KinesisClient
let clientOf: (key: typeof alice) => KinesisClient
let ConsumerARN: string

beforeEach(async () => {
  const keys = [
    { ...alice, identity: aliceArn },
    { ...eve, identity: eveArn },
  ]
  identities = testIdentities({ ownerKey: credentials, keys })
  const { service, kinesis } = await startWithStream(1, { identities })
  owner = kinesis
  clientOf = (key) => service.kinesisClient(key)
  const { Consumer } = await owner.send(
    new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: 'reader', Tags: { team: 'a' } }),
  )
  ConsumerARN = Consumer?.ConsumerARN ?? ''
})
afterEach(stopAll)

const statement = (Action: string, Resource = '*', more = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
})

/** What alice, and eve of another account, may do by their own policies. */
function allow(...Statement: object[]): void {
  const policies = [{ Version: '2012-10-17', Statement }]
  const table = JSON.stringify({ users: { alice: { policies }, [eveArn]: { policies } } })
  identities.replace({ ...identities.snapshot, table })
}

function policy(ResourceARN: string, ...Statement: object[]) {
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement })
  return owner.send(new PutResourcePolicyCommand({ ResourceARN, Policy }))
}

const describeConsumer = (key: typeof alice, how: { ConsumerARN?: string; ConsumerName?: string } = {}) =>
  clientOf(key).send(
    new DescribeStreamConsumerCommand(how.ConsumerName ? { StreamARN, ...how } : { ConsumerARN, ...how }),
  )

describe('a call that is about a consumer', () => {
  it('asks the policy of the consumer, by whichever name, and not that of the stream', async () => {
    await policy(StreamARN, { ...statement('kinesis:*', StreamARN), Principal: { AWS: aliceArn } })
    await clientOf(alice).send(new DescribeStreamSummaryCommand({ StreamARN }))
    const denied = {
      name: 'AccessDeniedException',
      message: `User: ${aliceArn} is not authorized to perform: kinesis:DescribeStreamConsumer on resource: ${ConsumerARN} because no identity-based policy allows the kinesis:DescribeStreamConsumer action`,
    }
    await expect(describeConsumer(alice)).rejects.toMatchObject(denied)
    await expect(describeConsumer(alice, { ConsumerName: 'reader' })).rejects.toMatchObject(denied)
    await policy(ConsumerARN, {
      ...statement('kinesis:DescribeStreamConsumer', ConsumerARN),
      Principal: { AWS: aliceArn },
    })
    await describeConsumer(alice)
    await describeConsumer(alice, { ConsumerName: 'reader' })
    const subscribe = new SubscribeToShardCommand({
      ConsumerARN,
      ShardId: 'shardId-000000000000',
      StartingPosition: { Type: 'LATEST' },
    })
    await expect(clientOf(alice).send(subscribe)).rejects.toMatchObject({ name: 'AccessDeniedException' })
  })

  it('from another account needs it beside those of who calls', async () => {
    allow(statement('kinesis:*'))
    await expect(describeConsumer(eve)).rejects.toThrow(/because no resource-based policy allows/)
    await policy(ConsumerARN, {
      ...statement('kinesis:DescribeStreamConsumer', ConsumerARN),
      Principal: { AWS: '111122223333' },
    })
    expect((await describeConsumer(eve)).ConsumerDescription?.ConsumerName).toBe('reader')
  })

  it('is refused where it denies, whatever others allow; a new policy counts at once', async () => {
    allow(statement('kinesis:*'))
    await describeConsumer(alice)
    const deny = { ...statement('kinesis:Describe*', ConsumerARN), Effect: 'Deny', Principal: '*' }
    await policy(ConsumerARN, deny)
    await expect(describeConsumer(alice)).rejects.toThrow(/with an explicit deny in a resource-based policy/)
    await policy(ConsumerARN, { ...deny, Action: 'kinesis:Deregister*' })
    await describeConsumer(alice)
  })

  it('is judged by the tags of the consumer', async () => {
    const Condition = { StringEquals: { 'aws:ResourceTag/team': 'a' } }
    allow(statement('kinesis:DescribeStreamConsumer', '*', { Condition }))
    await describeConsumer(alice)
    await owner.send(new TagResourceCommand({ ResourceARN: ConsumerARN, Tags: { team: 'b' } }))
    await expect(describeConsumer(alice)).rejects.toMatchObject({ name: 'AccessDeniedException' })
  })
})

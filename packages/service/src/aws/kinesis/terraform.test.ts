import {
  AddTagsToStreamCommand,
  CreateStreamCommand,
  DecreaseStreamRetentionPeriodCommand,
  DeleteResourcePolicyCommand,
  DeleteStreamCommand,
  DeregisterStreamConsumerCommand,
  DescribeStreamConsumerCommand,
  DescribeStreamSummaryCommand,
  DisableEnhancedMonitoringCommand,
  EnableEnhancedMonitoringCommand,
  GetResourcePolicyCommand,
  IncreaseStreamRetentionPeriodCommand,
  type KinesisClient,
  ListTagsForStreamCommand,
  type MetricsName,
  PutResourcePolicyCommand,
  RegisterStreamConsumerCommand,
  RemoveTagsFromStreamCommand,
  StartStreamEncryptionCommand,
  StopStreamEncryptionCommand,
  UpdateMaxRecordSizeCommand,
  UpdateShardCountCommand,
  UpdateStreamModeCommand,
} from '@aws-sdk/client-kinesis'
import { afterEach, describe, expect, it } from 'vitest'
import { active, start, stopAll, summary } from './testing/test-streams.ts'

afterEach(stopAll)

const StreamName = 'orders'
const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders'
const metrics: MetricsName[] = ['IncomingBytes', 'OutgoingBytes']

/** As the provider waits for what it has taken away: until it is unknown, and for nothing else. */
async function gone(ask: () => Promise<unknown>): Promise<void> {
  await expect
    .poll(() =>
      ask().then(
        () => 'there',
        (error: Error) => error.name,
      ),
    )
    .toBe('ResourceNotFoundException')
}

/** What aws_kinesis_stream asks to know how a stream is. */
async function read(kinesis: KinesisClient) {
  const found = await summary(kinesis)
  const { Tags } = await kinesis.send(new ListTagsForStreamCommand({ StreamName }))
  return {
    arn: found?.StreamARN,
    mode: found?.StreamModeDetails?.StreamMode,
    shards: found?.OpenShardCount,
    hours: found?.RetentionPeriodHours,
    metrics: found?.EnhancedMonitoring?.[0]?.ShardLevelMetrics,
    encryption: found?.EncryptionType,
    key: found?.KeyId,
    recordKiB: found?.MaxRecordSizeInKiB,
    tags: Object.fromEntries((Tags ?? []).map(({ Key, Value }) => [Key, Value])),
  }
}

// In the order in which the provider for AWS asks, and with what it asks for.
describe('Terraform', () => {
  it('applies, changes and destroys aws_kinesis_stream', async () => {
    const { kinesis } = await start()
    /** After each change it waits until the stream is ACTIVE. */
    const settled = async (change: Promise<unknown>) => {
      await change
      await active(kinesis)
    }
    await settled(kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 2, Tags: { team: 'a' } })))
    await settled(
      kinesis.send(new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 48 })),
    )
    await settled(
      kinesis.send(new EnableEnhancedMonitoringCommand({ StreamName, ShardLevelMetrics: metrics })),
    )
    const KeyId = 'alias/aws/kinesis'
    await settled(
      kinesis.send(new StartStreamEncryptionCommand({ StreamName, EncryptionType: 'KMS', KeyId })),
    )
    const applied = {
      arn: StreamARN,
      mode: 'PROVISIONED',
      shards: 2,
      hours: 48,
      metrics,
      encryption: 'KMS',
      key: KeyId,
      recordKiB: 1_024,
      tags: { team: 'a' },
    }
    expect(await read(kinesis)).toEqual(applied)

    await settled(
      kinesis.send(
        new UpdateShardCountCommand({ StreamName, TargetShardCount: 4, ScalingType: 'UNIFORM_SCALING' }),
      ),
    )
    await settled(
      kinesis.send(new DecreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 24 })),
    )
    await settled(
      kinesis.send(
        new DisableEnhancedMonitoringCommand({ StreamName, ShardLevelMetrics: ['OutgoingBytes'] }),
      ),
    )
    await settled(kinesis.send(new StopStreamEncryptionCommand({ StreamName, EncryptionType: 'KMS', KeyId })))
    await settled(kinesis.send(new UpdateMaxRecordSizeCommand({ StreamARN, MaxRecordSizeInKiB: 2_048 })))
    await settled(kinesis.send(new RemoveTagsFromStreamCommand({ StreamName, TagKeys: ['team'] })))
    await settled(kinesis.send(new AddTagsToStreamCommand({ StreamName, Tags: { cost: '1' } })))
    const { key: _, ...plain } = applied
    const changed = {
      ...plain,
      key: undefined,
      shards: 4,
      hours: 24,
      metrics: ['IncomingBytes'],
      encryption: 'NONE',
      recordKiB: 2_048,
      tags: { cost: '1' },
    }
    expect(await read(kinesis)).toEqual(changed)

    const StreamModeDetails = { StreamMode: 'ON_DEMAND' as const }
    await settled(kinesis.send(new UpdateStreamModeCommand({ StreamARN, StreamModeDetails })))
    expect(await read(kinesis)).toEqual({ ...changed, mode: 'ON_DEMAND' })

    await kinesis.send(new DeleteStreamCommand({ StreamName, EnforceConsumerDeletion: true }))
    await gone(() => kinesis.send(new DescribeStreamSummaryCommand({ StreamName })))
  })

  it('applies and destroys aws_kinesis_stream_consumer and aws_kinesis_resource_policy', async () => {
    const { kinesis } = await start()
    await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }))
    await active(kinesis)
    const { Consumer } = await kinesis.send(
      new RegisterStreamConsumerCommand({ ConsumerName: 'reader', StreamARN }),
    )
    const { ConsumerARN = '' } = Consumer ?? {}
    const describeConsumer = () => kinesis.send(new DescribeStreamConsumerCommand({ ConsumerARN }))
    await expect
      .poll(async () => (await describeConsumer()).ConsumerDescription?.ConsumerStatus)
      .toBe('ACTIVE')
    expect((await describeConsumer()).ConsumerDescription).toMatchObject({
      ConsumerName: 'reader',
      StreamARN,
      ConsumerCreationTimestamp: expect.any(Date),
    })
    const statement = {
      Effect: 'Allow',
      Principal: '*',
      Action: 'kinesis:SubscribeToShard',
      Resource: ConsumerARN,
    }
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
    const policy = { ResourceARN: ConsumerARN }
    await kinesis.send(new PutResourcePolicyCommand({ ...policy, Policy }))
    expect((await kinesis.send(new GetResourcePolicyCommand(policy))).Policy).toBe(Policy)
    await kinesis.send(new DeleteResourcePolicyCommand(policy))
    // The provider does not ask again: AWS knows an empty policy where there is none.
    expect((await kinesis.send(new GetResourcePolicyCommand(policy))).Policy).toBe('{}')
    await kinesis.send(new DeregisterStreamConsumerCommand({ ConsumerARN }))
    await gone(describeConsumer)
  })
})

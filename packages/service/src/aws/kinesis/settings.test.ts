import {
  AddTagsToStreamCommand,
  DecreaseStreamRetentionPeriodCommand,
  DeleteResourcePolicyCommand,
  DescribeAccountSettingsCommand,
  DescribeLimitsCommand,
  DisableEnhancedMonitoringCommand,
  EnableEnhancedMonitoringCommand,
  GetResourcePolicyCommand,
  IncreaseStreamRetentionPeriodCommand,
  ListTagsForResourceCommand,
  ListTagsForStreamCommand,
  PutRecordCommand,
  PutResourcePolicyCommand,
  RemoveTagsFromStreamCommand,
  StartStreamEncryptionCommand,
  StopStreamEncryptionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAccountSettingsCommand,
  UpdateMaxRecordSizeCommand,
  UpdateStreamWarmThroughputCommand,
  UpdateStreamModeCommand,
} from '@aws-sdk/client-kinesis'
import { afterEach, describe, expect, it } from 'vitest'
import {
  active,
  iterator,
  page,
  put,
  startWithStream,
  stillClock,
  stopAll,
  summary,
} from './testing/test-streams.ts'

afterEach(stopAll)

const StreamName = 'orders'
const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders'
const ResourceARN = StreamARN

describe('a stream', () => {
  it('keeps records for 24 to 8,760 hours', async () => {
    const { kinesis } = await startWithStream()
    const increase = (RetentionPeriodHours: number) =>
      kinesis.send(new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours }))
    const decrease = (RetentionPeriodHours: number) =>
      kinesis.send(new DecreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours }))
    await increase(48)
    await active(kinesis)
    expect(await summary(kinesis)).toMatchObject({ RetentionPeriodHours: 48 })
    await expect(increase(47)).rejects.toMatchObject({
      name: 'InvalidArgumentException',
      message:
        'Requested retention period (47 hours) for stream orders can not be shorter than existing retention period (48 hours). Use DecreaseRetentionPeriod API.',
    })
    await expect(decrease(49)).rejects.toMatchObject({ name: 'InvalidArgumentException' })
    await expect(decrease(23)).rejects.toMatchObject({
      message:
        'Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is too short.',
    })
    await expect(increase(8_761)).rejects.toMatchObject({ name: 'InvalidArgumentException' })
    await decrease(24)
    await active(kinesis)
    expect(await summary(kinesis)).toMatchObject({ RetentionPeriodHours: 24 })
  })

  it('has tags, by its name and by its ARN', async () => {
    const { kinesis } = await startWithStream()
    await kinesis.send(new AddTagsToStreamCommand({ StreamName, Tags: { b: '2', a: '1' } }))
    await kinesis.send(new TagResourceCommand({ ResourceARN, Tags: { c: '3' } }))
    const first = await kinesis.send(new ListTagsForStreamCommand({ StreamName, Limit: 1 }))
    expect(first).toMatchObject({ Tags: [{ Key: 'a', Value: '1' }], HasMoreTags: true })
    const rest = await kinesis.send(new ListTagsForStreamCommand({ StreamName, ExclusiveStartTagKey: 'a' }))
    expect(rest).toMatchObject({ Tags: [{ Key: 'b' }, { Key: 'c' }], HasMoreTags: false })
    await kinesis.send(new RemoveTagsFromStreamCommand({ StreamName, TagKeys: ['a', 'z'] }))
    await kinesis.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['b'] }))
    expect((await kinesis.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags).toEqual([
      { Key: 'c', Value: '3' },
    ])
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`key-${at}`, 'x']))
    await expect(kinesis.send(new AddTagsToStreamCommand({ StreamName, Tags: many }))).rejects.toMatchObject({
      name: 'InvalidArgumentException',
    })
  })

  it('has a policy of its own', async () => {
    const { kinesis } = await startWithStream()
    const statement = {
      Effect: 'Allow',
      Principal: { AWS: '111111111111' },
      Action: 'kinesis:*',
      Resource: '*',
    }
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
    expect((await kinesis.send(new GetResourcePolicyCommand({ ResourceARN }))).Policy).toBe('{}')
    await expect(
      kinesis.send(new PutResourcePolicyCommand({ ResourceARN, Policy: '{' })),
    ).rejects.toMatchObject({ name: 'InvalidArgumentException' })
    await kinesis.send(new PutResourcePolicyCommand({ ResourceARN, Policy }))
    expect((await kinesis.send(new GetResourcePolicyCommand({ ResourceARN }))).Policy).toBe(Policy)
    await kinesis.send(new DeleteResourcePolicyCommand({ ResourceARN }))
    await expect(kinesis.send(new DeleteResourcePolicyCommand({ ResourceARN }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
  })

  it('says of records that they are encrypted from when it has a key until it has none', async () => {
    const { kinesis } = await startWithStream()
    await put(kinesis, 'a')
    const EncryptionType = 'KMS'
    const KeyId = 'alias/aws/kinesis'
    await kinesis.send(new StartStreamEncryptionCommand({ StreamName, EncryptionType, KeyId }))
    await active(kinesis)
    expect(await summary(kinesis)).toMatchObject({ EncryptionType, KeyId })
    expect(await put(kinesis, 'b')).toMatchObject({ EncryptionType })
    await kinesis.send(new StopStreamEncryptionCommand({ StreamName, EncryptionType, KeyId }))
    await active(kinesis)
    expect(await put(kinesis, 'c')).not.toHaveProperty('EncryptionType')
    const { records } = await page(kinesis, await iterator(kinesis))
    expect(records.map((one) => one.EncryptionType)).toEqual([undefined, 'KMS', undefined])
  })

  it('takes larger records when it is told so', async () => {
    const { kinesis } = await startWithStream()
    const large = new PutRecordCommand({ StreamName, PartitionKey: 'k', Data: Buffer.alloc(3_000_000) })
    await expect(kinesis.send(large)).rejects.toMatchObject({ name: 'ValidationException' })
    await kinesis.send(new UpdateMaxRecordSizeCommand({ StreamARN, MaxRecordSizeInKiB: 10_240 }))
    await active(kinesis)
    await kinesis.send(large)
    const { records } = await page(kinesis, await iterator(kinesis))
    expect(records.map(({ Data }) => Data?.length)).toEqual([3_000_000])
  })

  it('is told which metrics of its shards are wanted', async () => {
    const { kinesis } = await startWithStream()
    const enabled = await kinesis.send(
      new EnableEnhancedMonitoringCommand({ StreamName, ShardLevelMetrics: ['IncomingBytes'] }),
    )
    expect(enabled).toMatchObject({
      CurrentShardLevelMetrics: [],
      DesiredShardLevelMetrics: ['IncomingBytes'],
    })
    await kinesis.send(new EnableEnhancedMonitoringCommand({ StreamName, ShardLevelMetrics: ['ALL'] }))
    const disabled = await kinesis.send(
      new DisableEnhancedMonitoringCommand({ StreamName, ShardLevelMetrics: ['IncomingBytes'] }),
    )
    expect(disabled.CurrentShardLevelMetrics).toHaveLength(7)
    expect(disabled.DesiredShardLevelMetrics).toHaveLength(6)
    await expect(
      kinesis.send(
        new EnableEnhancedMonitoringCommand({ StreamName, ShardLevelMetrics: ['Other' as 'ALL'] }),
      ),
    ).rejects.toMatchObject({ name: 'ValidationException' })
  })

  it('changes its mode twice a day, and counts among the limits', async () => {
    const { kinesis } = await startWithStream(3)
    const to = async (StreamMode: 'ON_DEMAND' | 'PROVISIONED') => {
      await kinesis.send(new UpdateStreamModeCommand({ StreamARN, StreamModeDetails: { StreamMode } }))
      await active(kinesis)
    }
    await to('ON_DEMAND')
    expect(await kinesis.send(new DescribeLimitsCommand({}))).toMatchObject({
      OpenShardCount: 3,
      OnDemandStreamCount: 1,
      OnDemandStreamCountLimit: 50,
    })
    await to('PROVISIONED')
    await expect(to('ON_DEMAND')).rejects.toMatchObject({ name: 'LimitExceededException' })
  })
})

describe('an account', () => {
  it('has streams on demand kept warm when it has committed itself, for a day at least', async () => {
    const { clock, move } = stillClock()
    const { kinesis } = await startWithStream(2, { clock, acceptAnySignature: true })
    const warm = (WarmThroughputMiBps: number) =>
      kinesis.send(new UpdateStreamWarmThroughputCommand({ StreamARN, WarmThroughputMiBps }))
    const commit = async (Status: 'ENABLED' | 'DISABLED') => {
      const MinimumThroughputBillingCommitment = { Status }
      const answer = await kinesis.send(
        new UpdateAccountSettingsCommand({ MinimumThroughputBillingCommitment }),
      )
      return answer.MinimumThroughputBillingCommitment?.Status
    }
    const committed = async () =>
      (await kinesis.send(new DescribeAccountSettingsCommand({}))).MinimumThroughputBillingCommitment?.Status
    expect(await committed()).toBe('DISABLED')
    await expect(warm(5)).rejects.toMatchObject({ name: 'ValidationException' })
    expect(await commit('ENABLED')).toBe('ENABLED')
    await expect(warm(5)).rejects.toMatchObject({ name: 'ValidationException' })
    const StreamModeDetails = { StreamMode: 'ON_DEMAND' as const }
    await kinesis.send(new UpdateStreamModeCommand({ StreamARN, StreamModeDetails }))
    await active(kinesis)
    expect(await warm(5)).toMatchObject({ WarmThroughput: { TargetMiBps: 5, CurrentMiBps: 2 } })
    await active(kinesis)
    expect(await summary(kinesis)).toMatchObject({
      OpenShardCount: 5,
      WarmThroughput: { TargetMiBps: 5, CurrentMiBps: 5 },
    })
    expect(await commit('DISABLED')).toBe('ENABLED_UNTIL_EARLIEST_ALLOWED_END')
    move(24 * 3_600_000)
    expect(await committed()).toBe('DISABLED')
  })
})

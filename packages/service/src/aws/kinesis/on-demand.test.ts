import {
  CreateStreamCommand,
  type CreateStreamCommandInput,
  PutRecordsCommand,
  type RecordDistributionStrategy,
  UpdateAccountSettingsCommand,
  UpdateStreamModeCommand,
  UpdateStreamRecordDistributionStrategyCommand,
} from '@aws-sdk/client-kinesis'
import { afterEach, describe, expect, it } from 'vitest'
import { shardIdOf } from '../../streams/stream-record.ts'
import {
  active,
  iterator,
  page,
  put,
  start,
  startWithStream,
  stopAll,
  summary,
} from './testing/test-streams.ts'

afterEach(stopAll)

const StreamName = 'orders'
const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders'
const onDemand = { StreamModeDetails: { StreamMode: 'ON_DEMAND' as const } }

async function startOnDemand(more: Partial<CreateStreamCommandInput> = {}) {
  const { kinesis, service } = await start()
  const create = () => kinesis.send(new CreateStreamCommand({ StreamName, ...onDemand, ...more }))
  const spread = async (RecordDistributionStrategy: RecordDistributionStrategy) => {
    await kinesis.send(
      new UpdateStreamRecordDistributionStrategyCommand({ StreamARN, RecordDistributionStrategy }),
    )
    await active(kinesis)
  }
  const commit = (Status: 'ENABLED' | 'DISABLED') =>
    kinesis.send(new UpdateAccountSettingsCommand({ MinimumThroughputBillingCommitment: { Status } }))
  const toMode = async (StreamMode: 'ON_DEMAND' | 'PROVISIONED', WarmThroughputMiBps?: number) => {
    const StreamModeDetails = { StreamMode }
    await kinesis.send(new UpdateStreamModeCommand({ StreamARN, StreamModeDetails, WarmThroughputMiBps }))
    await active(kinesis)
  }
  return { kinesis, service, create, spread, commit, toMode }
}

it('is what a stream is that is made without a mode and a count of shards', async () => {
  const { kinesis } = await start()
  await kinesis.send(new CreateStreamCommand({ StreamName }))
  await active(kinesis)
  expect(await summary(kinesis)).toMatchObject({ ...onDemand, OpenShardCount: 4 })
  const provisioned = { StreamModeDetails: { StreamMode: 'PROVISIONED' as const } }
  await expect(
    kinesis.send(new CreateStreamCommand({ StreamName: 'more', ...provisioned })),
  ).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining("at 'shardCount'"),
  })
})

describe('a stream that distributes records AUTO', () => {
  it('spreads them over its shards, with or without keys', async () => {
    const { kinesis, create } = await startOnDemand({ RecordDistributionStrategy: 'AUTO' })
    await create()
    await active(kinesis)
    expect(await summary(kinesis)).toMatchObject({ RecordDistributionStrategy: 'AUTO', OpenShardCount: 4 })
    const Records = Array.from({ length: 100 }, (_, n) => ({
      Data: Buffer.from(String(n)),
      ...(n % 2 === 0 && { PartitionKey: 'always-the-same', ExplicitHashKey: '0' }),
    }))
    const sent = await kinesis.send(new PutRecordsCommand({ StreamName, Records }))
    for (const number of [0, 1, 2, 3]) {
      const there = (sent.Records ?? []).filter(({ ShardId }) => ShardId === shardIdOf(number))
      expect(there.length).toBeGreaterThan(22)
    }
    const { records } = await page(kinesis, await iterator(kinesis))
    expect(records.some(({ PartitionKey }) => PartitionKey === 'always-the-same')).toBe(true)
    expect(records.every(({ PartitionKey }) => PartitionKey !== undefined && PartitionKey !== '')).toBe(true)
  })

  it('may be one by its keys later, and again the other; a provisioned one has no choice', async () => {
    const { kinesis, create, spread, toMode } = await startOnDemand()
    await create()
    await active(kinesis)
    expect(await summary(kinesis)).toMatchObject({ RecordDistributionStrategy: 'USER_PARTITION_KEY' })
    const Records = [{ Data: Buffer.from('a') }]
    const without = new PutRecordsCommand({ StreamName, Records })
    await expect(kinesis.send(without)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining("at 'records.1.member.partitionKey' failed to satisfy constraint"),
    })
    await spread('AUTO')
    await kinesis.send(without)
    await spread('USER_PARTITION_KEY')
    await expect(kinesis.send(without)).rejects.toMatchObject({ name: 'ValidationException' })
    await spread('AUTO')
    await toMode('PROVISIONED')
    await expect(kinesis.send(without)).rejects.toMatchObject({ name: 'ValidationException' })
    expect((await summary(kinesis))?.RecordDistributionStrategy).toBeUndefined()
    await expect(spread('AUTO')).rejects.toMatchObject({ name: 'ValidationException' })
  })

  it('is on demand', async () => {
    const { create } = await startOnDemand({
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
      ShardCount: 1,
      RecordDistributionStrategy: 'AUTO',
    })
    await expect(create()).rejects.toMatchObject({ name: 'ValidationException' })
  })
})

describe('a stream on demand', () => {
  it('gets the shards that twice its peak fills', async () => {
    const { kinesis, service, create } = await startOnDemand()
    await create()
    await active(kinesis)
    const Data = Buffer.alloc(1_000_000)
    const Records = [1, 2, 3, 4].map((n) => ({ PartitionKey: `key-${n}`, Data }))
    await kinesis.send(new PutRecordsCommand({ StreamName, Records }))
    service.streams.meetDemand(1)
    await active(kinesis)
    expect(await summary(kinesis)).toMatchObject({ OpenShardCount: 8 })
    service.streams.meetDemand(1)
    expect(await summary(kinesis)).toMatchObject({ StreamStatus: 'ACTIVE', OpenShardCount: 8 })
    const { ShardId } = await put(kinesis, 'after')
    expect(Number(ShardId?.slice(-2))).toBeGreaterThan(3)
  })
})

describe('warm throughput', () => {
  it('is there from the beginning, once the account has committed itself', async () => {
    const { kinesis, create, commit } = await startOnDemand({ WarmThroughputMiBps: 6 })
    await expect(create()).rejects.toMatchObject({ name: 'ValidationException' })
    await commit('ENABLED')
    await create()
    await active(kinesis)
    expect(await summary(kinesis)).toMatchObject({
      OpenShardCount: 6,
      WarmThroughput: { TargetMiBps: 6, CurrentMiBps: 6 },
    })
    await put(kinesis, 'a')
  })

  it('comes with the mode', async () => {
    const { kinesis } = await startWithStream(2)
    const to = (StreamMode: 'ON_DEMAND' | 'PROVISIONED', WarmThroughputMiBps?: number) =>
      kinesis.send(
        new UpdateStreamModeCommand({ StreamARN, StreamModeDetails: { StreamMode }, WarmThroughputMiBps }),
      )
    await expect(to('ON_DEMAND', 3)).rejects.toMatchObject({ name: 'ValidationException' })
    await kinesis.send(
      new UpdateAccountSettingsCommand({ MinimumThroughputBillingCommitment: { Status: 'ENABLED' } }),
    )
    await expect(to('PROVISIONED', 3)).rejects.toMatchObject({ name: 'ValidationException' })
    await to('ON_DEMAND', 3)
    await active(kinesis)
    expect(await summary(kinesis)).toMatchObject({ OpenShardCount: 3, WarmThroughput: { TargetMiBps: 3 } })
    await to('PROVISIONED')
    await active(kinesis)
    expect((await summary(kinesis))?.WarmThroughput).toBeUndefined()
  })
})

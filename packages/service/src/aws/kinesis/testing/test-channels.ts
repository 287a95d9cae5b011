import {
  CreateChannelCommand,
  type CreateChannelCommandInput,
  CreateStreamCommand,
  DescribeChannelCommand,
  type KinesisClient,
  ListChannelsCommand,
  type ListChannelsCommandInput,
} from '@aws-sdk/client-kinesis'
import { expect } from 'vitest'
import { active, start, stillClock } from './test-streams.ts'

/* Channels of a stream on demand, `orders`. */

export const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders'
export let move: (ms: number) => void
export let kinesis: KinesisClient
export let service: Awaited<ReturnType<typeof start>>['service']

export async function beginWithOrders(options: Parameters<typeof start>[0] = {}): Promise<void> {
  const { clock, move: moved } = stillClock()
  move = moved
  const started = await start({ clock, ...options })
  service = started.service
  kinesis = started.kinesis
  await makeStream('orders')
}

export async function makeStream(StreamName: string, mode: 'ON_DEMAND' | 'PROVISIONED' = 'ON_DEMAND') {
  const ShardCount = mode === 'PROVISIONED' ? 1 : undefined
  await kinesis.send(
    new CreateStreamCommand({ StreamName, ShardCount, StreamModeDetails: { StreamMode: mode } }),
  )
  await active(kinesis, StreamName)
}

const storage = {
  BucketARN: 'arn:aws:s3:::lake',
  ExpectedBucketOwner: '000000000000',
  CompressionType: 'NONE' as const,
}
export const toS3 = (change: object = {}) => ({ StorageConfiguration: { ...storage, ...change } })
export const fromStream = (
  format: 'GSR_JSON' | 'JSON' | 'STRING' | 'BYTE_ARRAY' = 'BYTE_ARRAY',
  arn = StreamARN,
  more = {},
) => [{ StreamARN: arn, RecordConfiguration: { RecordFormatType: format, ...more } }]
export const tablesDestination = (change: object = {}) => ({
  DeadLetterQueueS3Configuration: { BucketARN: 'arn:aws:s3:::dead', ExpectedBucketOwner: '000000000000' },
  S3TablesConfigurationList: [
    {
      TableBucketARN: 'arn:aws:s3tables:us-east-1:000000000000:bucket/tables',
      Namespace: 'shop',
      TableName: 'orders',
      CompressionType: 'ZSTD' as const,
    },
  ],
  ...change,
})
export const toTables = {
  ChannelName: 'tables',
  StreamConfigurationList: fromStream('JSON', StreamARN, {
    GSRSchemaARN: 'arn:aws:glue:us-east-1:000000000000:schema/shop/orders',
  }),
  S3DestinationConfiguration: undefined,
  S3TablesDestinationConfiguration: tablesDestination(),
}

export const channelInput = (change: Partial<CreateChannelCommandInput> = {}): CreateChannelCommandInput => ({
  ChannelName: 'lake',
  ServiceExecutionRoleARN: 'arn:aws:iam::000000000000:role/deliver',
  StreamConfigurationList: fromStream(),
  S3DestinationConfiguration: toS3(),
  ...change,
})

export async function createChannel(change: Partial<CreateChannelCommandInput> = {}): Promise<string> {
  const { ChannelDescription: made } = await kinesis.send(new CreateChannelCommand(channelInput(change)))
  expect(made?.ChannelStatus).toBe('CREATING')
  const ChannelARN = made?.ChannelARN ?? ''
  await expect.poll(() => statusOf(ChannelARN), { timeout: 20_000 }).not.toBe('CREATING')
  return ChannelARN
}

export async function describedChannel(ChannelARN: string) {
  return (await kinesis.send(new DescribeChannelCommand({ ChannelARN }))).ChannelDescription
}

export const statusOf = async (ChannelARN: string) => (await describedChannel(ChannelARN))?.ChannelStatus

export async function listedChannels(how: ListChannelsCommandInput = {}) {
  const { ChannelSummaries: found = [], NextToken } = await kinesis.send(new ListChannelsCommand(how))
  return { names: found.map(({ ChannelName }) => ChannelName), found, NextToken }
}

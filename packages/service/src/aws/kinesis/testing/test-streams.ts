import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  type KinesisClient,
  ListShardsCommand,
  PutRecordCommand,
} from '@aws-sdk/client-kinesis'
import { systemClock } from '@sluice/effects'
import { expect } from 'vitest'
import { embeddedEngine } from '../../../fleet/engines/embedded.ts'
import { startTestService, type TestService } from '../../testing/test-service.ts'

/* The Kinesis API over real streams in memory, with the SDK as its client. */

const running: TestService[] = []

export async function stopAll(): Promise<void> {
  for (const { streams } of running.splice(0)) await streams.stop()
}

export async function start(options: Parameters<typeof startTestService>[0] = {}) {
  const service = await startTestService({ ...options, streamsEngine: embeddedEngine })
  running.push(service)
  return { service, kinesis: service.kinesisClient() }
}

/** Its time of day stands still until it is moved. */
export function stillClock() {
  let nowMs = Date.now()
  return { clock: { ...systemClock(), now: () => nowMs }, move: (ms: number) => void (nowMs += ms) }
}

/** With a stream `orders` that is ACTIVE. */
export async function startWithStream(shards = 1, options: Parameters<typeof start>[0] = {}) {
  const started = await start(options)
  await started.kinesis.send(new CreateStreamCommand({ StreamName: 'orders', ShardCount: shards }))
  await active(started.kinesis)
  return started
}

export async function summary(kinesis: KinesisClient, name = 'orders') {
  const { StreamDescriptionSummary: found } = await kinesis.send(
    new DescribeStreamSummaryCommand({ StreamName: name }),
  )
  return found
}

export async function active(kinesis: KinesisClient, name = 'orders') {
  await expect
    .poll(async () => (await summary(kinesis, name))?.StreamStatus, { timeout: 20_000 })
    .toBe('ACTIVE')
}

export async function shardsOf(kinesis: KinesisClient) {
  return (await kinesis.send(new ListShardsCommand({ StreamName: 'orders' }))).Shards ?? []
}

export async function iterator(kinesis: KinesisClient, how: Partial<GetShardIteratorCommandInput> = {}) {
  const { ShardIterator: found } = await kinesis.send(
    new GetShardIteratorCommand({
      StreamName: 'orders',
      ShardId: 'shardId-000000000000',
      ShardIteratorType: 'TRIM_HORIZON',
      ...how,
    }),
  )
  return found ?? ''
}

export async function page(kinesis: KinesisClient, from: string, limit?: number) {
  const found = await kinesis.send(new GetRecordsCommand({ ShardIterator: from, Limit: limit }))
  return {
    texts: (found.Records ?? []).map(({ Data }) => Buffer.from(Data ?? []).toString()),
    next: found.NextShardIterator,
    behind: found.MillisBehindLatest,
    children: found.ChildShards,
    records: found.Records ?? [],
  }
}

export function put(kinesis: KinesisClient, text: string, key = 'k') {
  const record = { StreamName: 'orders', PartitionKey: key, Data: Buffer.from(text) }
  return kinesis.send(new PutRecordCommand(record))
}

// What a program does that knows the service by its environment alone: Kinesis by HTTP/2 and MSK by HTTP/1.1, both by TLS.
import { KafkaClient, ListClustersV2Command } from '@aws-sdk/client-kafka'
import {
  CreateStreamCommand,
  DescribeStreamConsumerCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  PutRecordCommand,
  RegisterStreamConsumerCommand,
  SubscribeToShardCommand,
  waitUntilStreamExists,
} from '@aws-sdk/client-kinesis'

const StreamName = 'orders'
const ShardId = 'shardId-000000000000'
const textOf = ({ Data }) => Buffer.from(Data).toString()
const kinesis = new KinesisClient()
await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }))
const { reason } = await waitUntilStreamExists(
  { client: kinesis, maxWaitTime: 60, minDelay: 1 },
  { StreamName },
)
const { StreamARN } = reason.StreamDescription
await kinesis.send(new PutRecordCommand({ StreamName, PartitionKey: 'k', Data: Buffer.from('shoes') }))
const { ShardIterator } = await kinesis.send(
  new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
)
const read = (await kinesis.send(new GetRecordsCommand({ ShardIterator }))).Records.map(textOf)

const consumer = { StreamARN, ConsumerName: 'reader' }
await kinesis.send(new RegisterStreamConsumerCommand(consumer))
let described
do {
  described = (await kinesis.send(new DescribeStreamConsumerCommand(consumer))).ConsumerDescription
} while (described.ConsumerStatus !== 'ACTIVE')
const { ConsumerARN } = described
const { EventStream } = await kinesis.send(
  new SubscribeToShardCommand({ ConsumerARN, ShardId, StartingPosition: { Type: 'TRIM_HORIZON' } }),
)
const pushed = []
for await (const { SubscribeToShardEvent: event } of EventStream) {
  pushed.push(...event.Records.map(textOf))
  if (pushed.length > 0) break
}

const kafka = new KafkaClient()
const { ClusterInfoList } = await kafka.send(new ListClustersV2Command())
console.log(JSON.stringify({ read, pushed, clusters: ClusterInfoList.length }))
process.exit(0)

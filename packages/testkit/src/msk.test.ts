import {
  CreateTopicCommand,
  GetBootstrapBrokersCommand,
  KafkaClient,
  ListClustersV2Command,
  ListNodesCommand,
  RebootBrokerCommand,
  DescribeClusterV2Command,
} from '@aws-sdk/client-kafka'
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  PutRecordCommand,
} from '@aws-sdk/client-kinesis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KafkaServer } from './index.ts'
import { signedWith, topicsOf } from './testing/logins.ts'

describe('a server with msk: true', { timeout: 60_000 }, () => {
  let kafka: KafkaServer
  let msk: KafkaClient

  beforeAll(async () => {
    kafka = await KafkaServer.start({ msk: true, topics: { orders: 2 } })
    msk = new KafkaClient(kafka.aws.clientConfig)
  }, 60_000)
  afterAll(async () => {
    msk?.destroy()
    await kafka?.stop()
  })

  it('is a cluster of the MSK API, whose bootstrap servers are its own', async () => {
    const { ClusterInfoList = [] } = await msk.send(new ListClustersV2Command({}))
    expect(ClusterInfoList).toMatchObject([
      { ClusterName: 'test', State: 'ACTIVE', ClusterArn: kafka.aws.clusterArn },
    ])
    const { ClusterArn } = ClusterInfoList[0] ?? {}
    const { BootstrapBrokerString } = await msk.send(new GetBootstrapBrokersCommand({ ClusterArn }))
    expect(BootstrapBrokerString).toBe(kafka.bootstrap)
    const { NodeInfoList = [] } = await msk.send(new ListNodesCommand({ ClusterArn }))
    expect(NodeInfoList.filter(({ NodeType }) => NodeType === 'BROKER')).toHaveLength(2)
  })

  it('makes topics by that API that clients see', async () => {
    await msk.send(
      new CreateTopicCommand({
        ClusterArn: kafka.aws.clusterArn ?? '',
        TopicName: 'made',
        PartitionCount: 3,
        ReplicationFactor: 2,
      }),
    )
    expect(await kafka.topics()).toEqual(['made', 'orders'])
    await kafka.produce('made', 'x')
    expect(await kafka.records('made')).toHaveLength(1)
  })

  it('has as many brokers as an MSK cluster can have', async () => {
    await expect(KafkaServer.start({ msk: true, brokers: 1 })).rejects.toMatchObject({
      code: 'BROKERS',
      message: expect.stringContaining('Give 2, 3, 4, 6, 8 or 9'),
    })
  })

  it('has streams of Kinesis, whose iterators and records expire by its clock', async () => {
    const kinesis = new KinesisClient({ ...kafka.aws.clientConfig, maxAttempts: 1 })
    const stream = { StreamName: 'clicks' }
    await kinesis.send(new CreateStreamCommand({ ...stream, ShardCount: 1 }))
    const state = async () =>
      (await kinesis.send(new DescribeStreamSummaryCommand(stream))).StreamDescriptionSummary?.StreamStatus
    await expect.poll(state, { timeout: 30_000 }).toBe('ACTIVE')
    await kinesis.send(new PutRecordCommand({ ...stream, PartitionKey: 'a', Data: Buffer.from('x') }))
    const iterator = async () => {
      const from = { ...stream, ShardId: 'shardId-000000000000', ShardIteratorType: 'TRIM_HORIZON' } as const
      return (await kinesis.send(new GetShardIteratorCommand(from))).ShardIterator
    }
    const read = async (ShardIterator: string | undefined) =>
      (await kinesis.send(new GetRecordsCommand({ ShardIterator }))).Records
    const old = await iterator()
    expect(await read(old)).toHaveLength(1)
    await kafka.clock.advance('6m')
    await expect(read(old)).rejects.toMatchObject({ name: 'ExpiredIteratorException' })
    expect(await read(await iterator())).toHaveLength(1)
    await kafka.clock.advance('24h')
    expect(await read(await iterator())).toEqual([])
    kinesis.destroy()
  })

  it('reboots a broker', async () => {
    const ClusterArn = kafka.aws.clusterArn ?? ''
    await kafka.produce('orders', 'before')
    await msk.send(new RebootBrokerCommand({ ClusterArn, BrokerIds: ['1'] }))
    const state = async () =>
      (await msk.send(new DescribeClusterV2Command({ ClusterArn }))).ClusterInfo?.State
    await expect.poll(state, { timeout: 30_000 }).toBe('ACTIVE')
    expect(kafka.broker(1).isRunning).toBe(true)
    expect(await kafka.records('orders')).toHaveLength(1)
  })

  it('lets nobody in with other keys', async () => {
    const credentials = { accessKeyId: 'AKIAOTHER', secretAccessKey: 'other' }
    const stranger = new KafkaClient({ ...kafka.aws.clientConfig, credentials })
    await expect(stranger.send(new ListClustersV2Command({}))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    })
    stranger.destroy()
  })
})

describe('a server where clients log in', { timeout: 60_000 }, () => {
  it('by IAM lets in whoever signs with its key, and nobody else', async () => {
    await using kafka = await KafkaServer.start({ auth: 'iam', topics: { orders: 1 } })
    expect(await topicsOf(kafka.clientConfig('kafkajs'))).toEqual(['orders'])
    const { region, credentials, endpoint } = kafka.aws
    expect(endpoint).toBeNull()
    const { brokers } = kafka.clientConfig('kafkajs')
    expect(await topicsOf({ brokers, sasl: signedWith(region, credentials) })).toEqual(['orders'])
    const wrong = signedWith(region, { ...credentials, secretAccessKey: 'wrong' })
    await expect(topicsOf({ brokers, sasl: wrong })).rejects.toThrow()
    await expect(topicsOf({ brokers })).rejects.toThrow()
  })

  it('by certificates lets in whoever has one of its own, and nobody else', async () => {
    await using kafka = await KafkaServer.start({ auth: 'mtls', topics: { orders: 1 } })
    const { brokers, ssl } = kafka.clientConfig('kafkajs')
    expect(await topicsOf({ brokers, ...(ssl && { ssl }) })).toEqual(['orders'])
    await expect(topicsOf({ brokers, ssl: { ca: ssl?.ca ?? [] } })).rejects.toThrow()
    expect(() => kafka.aws).toThrow(/nothing of AWS/)
  })
})

import {
  CreateChannelCommand,
  type CreateChannelCommandInput,
  DeleteChannelCommand,
  DeleteClusterCommand,
  DeleteTopicCommand,
  DescribeChannelCommand,
  ListChannelsCommand,
  ListTagsForResourceCommand,
  UpdateBrokerTypeCommand,
  UpdateChannelCommand,
  UpdateRebalancingCommand,
  UpdateStorageCommand,
} from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { refused, TestClusters } from './testing/test-clusters.ts'

let clusters: TestClusters
let ClusterArn: string

const group = (InstanceType = 'express.m7g.large') => ({
  BrokerNodeGroupInfo: { ClientSubnets: ['a', 'b', 'c'], InstanceType },
})
const missing = { name: 'NotFoundException' }

beforeEach(async () => {
  clusters = await TestClusters.start()
  const { topics } = clusters.service.replicating.topics
  const partitions = [{ partition: 0, leader: 1, replicas: [1], isr: [1] }]
  topics.push({ name: 'orders', partitions }, { name: 'payments', partitions })
  ClusterArn = await clusters.create(group())
})

const topicArn = (name: string) => `${ClusterArn.replace(':cluster/', ':topic/')}/${name}`
const s3 = (change: object = {}) => ({
  S3DestinationConfiguration: {
    ServiceExecutionRoleArn: 'arn:aws:iam::000000000000:role/deliver',
    DeadLetterQueueS3: { BucketArn: 'arn:aws:s3:::dead' },
    Storage: {
      BucketArn: 'arn:aws:s3:::lake',
      CompressionType: 'GZIP' as const,
      StorageClass: 'STANDARD' as const,
    },
    ...change,
  },
})
const topic = (name: string, ValueConverter = 'JSON') => ({
  TopicArn: topicArn(name),
  RecordConverter: { ValueConverter: ValueConverter as 'JSON' },
})
const create = (change: Partial<CreateChannelCommandInput> = {}) =>
  clusters.client.send(
    new CreateChannelCommand({
      ClusterArn,
      ChannelName: 'lake',
      TopicConfigurationList: [topic('orders')],
      ...s3(),
      ...change,
    }),
  )
const describeChannel = (ChannelArn: string | undefined) =>
  clusters.client.send(new DescribeChannelCommand({ ClusterArn, ChannelArn }))

describe('clusters with Express brokers', () => {
  it('are described without storage, and say what is not so', async () => {
    const info = await clusters.info(ClusterArn)
    expect(info).toMatchObject({
      BrokerNodeGroupInfo: { InstanceType: 'express.m7g.large' },
      Rebalancing: { Status: 'ACTIVE' },
      StateInfo: { Message: expect.stringMatching(/Express brokers run as Standard ones do/) },
    })
    expect(info.BrokerNodeGroupInfo).not.toHaveProperty('StorageInfo')
    expect(clusters.service.replicating.plans[0]?.properties).toMatchObject({
      'unclean.leader.election.enable': 'false',
      'min.insync.replicas': '2',
      'default.replication.factor': '3',
    })
  })

  it('have three zones, certain versions, and no storage of their own', async () => {
    const create = (change: object) => clusters.create({ ClusterName: 'another', ...change })
    const two = { ClientSubnets: ['a', 'b'], InstanceType: 'express.m7g.large' }
    await expect(create({ NumberOfBrokerNodes: 2, BrokerNodeGroupInfo: two })).rejects.toMatchObject(
      refused(/three client subnets/, 'clientSubnets'),
    )
    await expect(create({ KafkaVersion: '4.1.x.kraft', ...group() })).rejects.toMatchObject(
      refused(/not for the Kafka version/, 'instanceType'),
    )
    const { BrokerNodeGroupInfo } = group()
    const StorageInfo = { EbsStorageInfo: { VolumeSize: 100 } }
    await expect(
      create({ BrokerNodeGroupInfo: { ...BrokerNodeGroupInfo, StorageInfo } }),
    ).rejects.toMatchObject(refused(/cannot be configured/, 'storageInfo'))
  })

  it('are rebalanced or not, keep their family, and have no storage to update', async () => {
    const version = async () => (await clusters.info(ClusterArn)).CurrentVersion
    const rebalance = async (Status: 'ACTIVE' | 'PAUSED') =>
      clusters.client.send(
        new UpdateRebalancingCommand({
          ClusterArn,
          CurrentVersion: await version(),
          Rebalancing: { Status },
        }),
      )
    await expect(rebalance('ACTIVE')).rejects.toMatchObject(refused(/does not include any updates/))
    const { ClusterOperationArn } = await rebalance('PAUSED')
    await clusters.settled(ClusterArn)
    expect(await clusters.info(ClusterArn)).toMatchObject({ Rebalancing: { Status: 'PAUSED' } })
    expect(await clusters.operation(ClusterOperationArn)).toMatchObject({
      OperationType: 'UPDATE_REBALANCING',
      OperationState: 'UPDATE_COMPLETE',
      SourceClusterInfo: { Rebalancing: { Status: 'ACTIVE' } },
      TargetClusterInfo: { Rebalancing: { Status: 'PAUSED' } },
    })
    const type = { ClusterArn, CurrentVersion: await version(), TargetInstanceType: 'kafka.m7g.large' }
    await expect(clusters.client.send(new UpdateBrokerTypeCommand(type))).rejects.toMatchObject(
      refused(/Valid values: \[express\.m7g\.large, /),
    )
    const storage = { ClusterArn, CurrentVersion: await version(), VolumeSizeGB: 500 }
    await expect(clusters.client.send(new UpdateStorageCommand(storage))).rejects.toMatchObject(
      refused(/cannot be configured/),
    )
  })
})

describe('channels', () => {
  it('are made, described with what they do not do, listed, updated and deleted', async () => {
    const { ChannelArn = '' } = await create({ Tags: { a: '1' } })
    const prefix = ClusterArn.replace(':cluster/', ':channel/')
    expect(ChannelArn.startsWith(`${prefix}/`)).toBe(true)
    expect(await describeChannel(ChannelArn)).toMatchObject({
      ChannelArn,
      ChannelName: 'lake',
      Status: 'ACTIVE',
      DestinationType: 'S3',
      TopicConfigurationList: [topic('orders')],
      ...s3({ DataFreshnessInSeconds: 600 }),
      StateInfo: { Message: expect.stringMatching(/does nothing yet/) },
      Tags: { a: '1' },
    })
    const tags = await clusters.client.send(new ListTagsForResourceCommand({ ResourceArn: ChannelArn }))
    expect(tags.Tags).toEqual({ a: '1' })
    await create({ ChannelName: 'other', TopicConfigurationList: [topic('payments')] })
    const list = async (TopicNameFilter: string) =>
      (await clusters.client.send(new ListChannelsCommand({ ClusterArn, TopicNameFilter }))).Channels
    expect(await list('')).toHaveLength(2)
    expect(await list('ord')).toMatchObject([{ ChannelArn, ChannelName: 'lake', DestinationType: 'S3' }])

    const update = (change: object) =>
      clusters.client.send(new UpdateChannelCommand({ ClusterArn, ChannelArn, ...change }))
    const fresh = (DataFreshnessInSeconds: number) => ({ S3DestinationUpdate: { DataFreshnessInSeconds } })
    await expect(update(fresh(299))).rejects.toMatchObject(refused(/between 300 and 900/))
    await expect(update({})).rejects.toMatchObject(refused(/exactly one update/))
    await expect(update({ IcebergDestinationUpdate: { DataFreshnessInSeconds: 300 } })).rejects.toMatchObject(
      refused(/of the destination S3/),
    )
    await update(fresh(300))
    await expect
      .poll(() => describeChannel(ChannelArn))
      .toMatchObject({
        Status: 'ACTIVE',
        ...s3({ DataFreshnessInSeconds: 300 }),
      })

    const deleteTopic = (TopicName: string) =>
      clusters.client.send(new DeleteTopicCommand({ ClusterArn, TopicName }))
    // Terraform tries again on these words.
    await expect(deleteTopic('orders')).rejects.toMatchObject(refused(/associated Channel/))
    await clusters.client.send(new DeleteChannelCommand({ ClusterArn, ChannelArn }))
    await expect.poll(() => describeChannel(ChannelArn).catch((error) => error)).toMatchObject(missing)
    await deleteTopic('orders')
  })

  it('go with their cluster', async () => {
    await create()
    await clusters.client.send(new DeleteClusterCommand({ ClusterArn }))
    await clusters.settled(ClusterArn)
    await expect.poll(() => clusters.service.fleet.channels.list()).toEqual([])
  })

  it('are refused for Standard brokers, and where the request is wrong', async () => {
    const standard = await clusters.create({ ClusterName: 'standard' })
    await expect(create({ ClusterArn: standard })).rejects.toMatchObject(
      refused(/Express brokers/, 'clusterArn'),
    )
    await create()
    await expect(create()).rejects.toMatchObject({ name: 'ConflictException' })
    await expect(create({ ChannelName: 'b', TopicConfigurationList: [topic('none')] })).rejects.toMatchObject(
      missing,
    )
    const iceberg = {
      ServiceExecutionRoleArn: 'arn:aws:iam::000000000000:role/deliver',
      DeadLetterQueueS3: { BucketArn: 'arn:aws:s3:::dead' },
      AppendOnly: true,
      DestinationTableList: [{}],
      SchemaEvolution: {},
      TableCreation: {},
    }
    const withIceberg = (change: object) => ({
      S3DestinationConfiguration: undefined,
      IcebergDestinationConfiguration: { ...iceberg, ...change },
    })
    const refusals: [change: Partial<CreateChannelCommandInput>, parameter: string][] = [
      [{ TopicConfigurationList: [] }, 'topicConfigurationList'],
      [{ TopicConfigurationList: [topic('orders'), topic('payments')] }, 'topicConfigurationList'],
      [{ TopicConfigurationList: [{ ...topic('orders'), TopicArn: ClusterArn }] }, 'topicArn'],
      [{ TopicConfigurationList: [topic('orders', 'AVRO')] }, 'valueConverter'],
      [{ S3DestinationConfiguration: undefined }, 's3DestinationConfiguration'],
      [s3({ DataFreshnessInSeconds: 901 }), 'dataFreshnessInSeconds'],
      [withIceberg({ AppendOnly: false }), 'appendOnly'],
      [withIceberg({ DestinationTableList: [] }), 'destinationTableList'],
      [withIceberg({}), 'recordSchema'],
    ]
    for (const [change, InvalidParameter] of refusals)
      await expect(create({ ChannelName: 'b', ...change })).rejects.toMatchObject({
        name: 'BadRequestException',
        InvalidParameter,
      })
    const TopicConfigurationList = [topic('orders', 'JSON_SCHEMA_GSR')]
    const { ChannelArn } = await create({ ChannelName: 'b', ...withIceberg({}), TopicConfigurationList })
    expect(await describeChannel(ChannelArn)).toMatchObject({
      DestinationType: 'ICEBERG',
      IcebergDestinationConfiguration: { CompressionType: 'ZSTD', DataFreshnessInSeconds: 600 },
    })
  })
})

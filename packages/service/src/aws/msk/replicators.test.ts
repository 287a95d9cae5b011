import {
  CreateReplicatorCommand,
  type CreateReplicatorCommandInput,
  DeleteReplicatorCommand,
  DescribeReplicatorCommand,
  ListReplicatorsCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UpdateReplicationInfoCommand,
  type UpdateReplicationInfoCommandInput,
} from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { refused, TestClusters, unknownArn } from './testing/test-clusters.ts'

let clusters: TestClusters
let source: string
let target: string

beforeEach(async () => {
  clusters = await TestClusters.start()
  source = await clusters.create({ ClusterName: 'here' })
  target = await clusters.create({ ClusterName: 'there' })
})

const msk = (MskClusterArn: string) => ({
  AmazonMskCluster: { MskClusterArn },
  VpcConfig: { SubnetIds: ['subnet-1'] },
})

function replication(change: object = {}) {
  return {
    SourceKafkaClusterArn: source,
    TargetKafkaClusterArn: target,
    TargetCompressionType: 'NONE' as const,
    TopicReplication: { TopicsToReplicate: ['.*'] },
    ConsumerGroupReplication: { ConsumerGroupsToReplicate: ['.*'] },
    ...change,
  }
}

const create = (change: Partial<CreateReplicatorCommandInput> = {}) =>
  clusters.client.send(
    new CreateReplicatorCommand({
      ReplicatorName: 'copy',
      KafkaClusters: [msk(source), msk(target)],
      ReplicationInfoList: [replication()],
      ServiceExecutionRoleArn: 'arn:aws:iam::000000000000:role/copy',
      ...change,
    }),
  )
const describeReplicator = async (ReplicatorArn: string | undefined) =>
  clusters.client.send(new DescribeReplicatorCommand({ ReplicatorArn }))
const topics = (...TopicsToReplicate: string[]) => ({
  TopicReplication: {
    TopicsToReplicate,
    TopicsToExclude: [],
    CopyAccessControlListsForTopics: false,
    CopyTopicConfigurations: true,
    DetectAndCopyNewTopics: true,
  },
})
const missing = { name: 'NotFoundException' }

describe('replicators', () => {
  it('are made, described with what they do not do, listed and deleted', async () => {
    const { ReplicatorArn = '', ...created } = await create({ Description: 'all of it', Tags: { a: '1' } })
    expect(ReplicatorArn).toMatch(
      /^arn:aws:kafka:us-east-1:000000000000:replicator\/copy\/[0-9a-f-]{36}-\d+$/,
    )
    expect(created).toMatchObject({ ReplicatorName: 'copy', ReplicatorState: 'CREATING' })
    const described = await describeReplicator(ReplicatorArn)
    expect(described).toMatchObject({
      ReplicatorArn,
      ReplicatorName: 'copy',
      ReplicatorState: 'RUNNING',
      ReplicatorDescription: 'all of it',
      CurrentVersion: expect.stringMatching(/^K[A-Z0-9]{10,13}$/),
      IsReplicatorReference: false,
      ServiceExecutionRoleArn: 'arn:aws:iam::000000000000:role/copy',
      Tags: { a: '1' },
      StateInfo: { Message: expect.stringMatching(/does nothing yet/) },
      KafkaClusters: [
        { ...msk(source), KafkaClusterAlias: 'here' },
        { ...msk(target), KafkaClusterAlias: 'there' },
      ],
      ReplicationInfoList: [
        {
          SourceKafkaClusterAlias: 'here',
          TargetKafkaClusterAlias: 'there',
          TargetCompressionType: 'NONE',
          TopicReplication: {
            TopicsToReplicate: ['.*'],
            CopyTopicConfigurations: true,
            StartingPosition: { Type: 'LATEST' },
            TopicNameConfiguration: { Type: 'PREFIXED_WITH_SOURCE_CLUSTER_ALIAS' },
          },
          ConsumerGroupReplication: { SynchroniseConsumerGroupOffsets: true },
        },
      ],
    })
    await create({ ReplicatorName: 'other' })
    const list = async (ReplicatorNameFilter: string) =>
      (await clusters.client.send(new ListReplicatorsCommand({ ReplicatorNameFilter }))).Replicators
    expect(await list('')).toHaveLength(2)
    expect(await list('co')).toMatchObject([
      {
        ReplicatorArn,
        ReplicatorState: 'RUNNING',
        ReplicationInfoSummaryList: [{ SourceKafkaClusterAlias: 'here', TargetKafkaClusterAlias: 'there' }],
      },
    ])
    const remove = (CurrentVersion?: string) =>
      clusters.client.send(new DeleteReplicatorCommand({ ReplicatorArn, CurrentVersion }))
    await expect(remove('K1')).rejects.toMatchObject(refused(/isn’t current/, 'currentVersion'))
    expect(await remove()).toMatchObject({ ReplicatorArn, ReplicatorState: 'DELETING' })
    await expect.poll(() => describeReplicator(ReplicatorArn).catch((error) => error)).toMatchObject(missing)
  })

  it('are updated by whoever knows their version, with a new one', async () => {
    const { ReplicatorArn } = await create()
    const { CurrentVersion = '' } = await describeReplicator(ReplicatorArn)
    const update = (change: Partial<UpdateReplicationInfoCommandInput>) =>
      clusters.client.send(new UpdateReplicationInfoCommand({ ReplicatorArn, CurrentVersion, ...change }))
    await expect(update({ ...topics('a'), CurrentVersion: 'K1' })).rejects.toMatchObject(
      refused(/isn’t current/),
    )
    await expect(update({})).rejects.toMatchObject(refused(/does not include any updates/))
    await expect(update({ ...topics('a'), SourceKafkaClusterArn: target })).rejects.toMatchObject(
      refused(/no such replication/),
    )
    const both = { SourceKafkaClusterArn: source, TargetKafkaClusterArn: target }
    expect(await update({ ...topics('a'), ...both })).toMatchObject({ ReplicatorState: 'UPDATING' })
    await expect
      .poll(() => describeReplicator(ReplicatorArn))
      .toMatchObject({
        ReplicatorState: 'RUNNING',
        ReplicationInfoList: [
          {
            TopicReplication: {
              TopicsToReplicate: ['a'],
              CopyAccessControlListsForTopics: false,
              StartingPosition: { Type: 'LATEST' },
            },
            ConsumerGroupReplication: { ConsumerGroupsToReplicate: ['.*'] },
          },
        ],
      })
    expect((await describeReplicator(ReplicatorArn)).CurrentVersion).not.toBe(CurrentVersion)
  })

  it('have tags', async () => {
    const { ReplicatorArn: ResourceArn } = await create()
    await clusters.client.send(new TagResourceCommand({ ResourceArn, Tags: { b: '2' } }))
    const { Tags } = await clusters.client.send(new ListTagsForResourceCommand({ ResourceArn }))
    expect(Tags).toEqual({ b: '2' })
  })

  it('are for two clusters that are there, or are none of MSK’s', async () => {
    const external = {
      ApacheKafkaCluster: { ApacheKafkaClusterId: 'outside', BootstrapBrokerString: 'a:9092' },
    }
    const refusals: [change: Partial<CreateReplicatorCommandInput>, parameter: string][] = [
      [{ KafkaClusters: [msk(source)] }, 'kafkaClusters'],
      [{ KafkaClusters: [msk(source), {}] }, 'kafkaClusters'],
      [{ KafkaClusters: [msk(source), { ...msk(target), ...external }] }, 'kafkaClusters'],
      [{ ReplicationInfoList: [replication(), replication()] }, 'replicationInfoList'],
      [{ ReplicationInfoList: [replication({ SourceKafkaClusterArn: 'x' })] }, 'sourceKafkaClusterArn'],
      [{ ReplicationInfoList: [replication({ TargetKafkaClusterArn: source })] }, 'targetKafkaClusterArn'],
      [{ ReplicationInfoList: [replication({ TargetCompressionType: 'BROTLI' })] }, 'targetCompressionType'],
      [{ ReplicatorName: '-copy' }, 'replicatorName'],
      [{ Description: 'x'.repeat(1_025) }, 'description'],
    ]
    for (const [change, parameter] of refusals)
      await expect(create(change)).rejects.toMatchObject({
        name: 'BadRequestException',
        InvalidParameter: parameter,
      })
    await expect(create({ KafkaClusters: [msk(source), msk(unknownArn)] })).rejects.toMatchObject(missing)
    const { ReplicatorArn } = await create({
      KafkaClusters: [msk(source), external],
      ReplicationInfoList: [
        replication({ TargetKafkaClusterArn: undefined, TargetKafkaClusterId: 'outside' }),
      ],
    })
    expect((await describeReplicator(ReplicatorArn)).ReplicationInfoList).toMatchObject([
      { TargetKafkaClusterAlias: 'outside' },
    ])
    await expect(create()).rejects.toMatchObject({ name: 'ConflictException' })
  })

  it('are fifteen at most', async () => {
    for (let at = 0; at < 15; at++) await create({ ReplicatorName: `copy-${at}` })
    await expect(create()).rejects.toMatchObject({ name: 'TooManyRequestsException' })
  })
})

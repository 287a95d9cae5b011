import {
  BatchAssociateScramSecretCommand,
  BatchDisassociateScramSecretCommand,
  CreateReplicatorCommand,
  CreateTopicCommand,
  CreateVpcConnectionCommand,
  DeleteClusterPolicyCommand,
  DeleteReplicatorCommand,
  DeleteTopicCommand,
  DeleteVpcConnectionCommand,
  DescribeConfigurationRevisionCommand,
  DescribeReplicatorCommand,
  DescribeTopicCommand,
  DescribeVpcConnectionCommand,
  GetBootstrapBrokersCommand,
  GetClusterPolicyCommand,
  ListClustersCommand,
  ListConfigurationsCommand,
  ListKafkaVersionsCommand,
  ListNodesCommand,
  ListScramSecretsCommand,
  PutClusterPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateConnectivityCommand,
  UpdateReplicationInfoCommand,
  UpdateTopicCommand,
} from '@aws-sdk/client-kafka'
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager'
import { afterEach, describe, expect, it } from 'vitest'
import { embeddedEngine } from '../../fleet/engines/embedded.ts'
import { provisioned } from '../testing/test-service.ts'
import { TestClusters } from './testing/test-clusters.ts'

// What Terraform's provider sends for what stands beside a cluster, call by call, and the states by which it waits.

let clusters: TestClusters
afterEach(() => clusters.service.fleet.stop())

/** As its provider waits: these states may be, the wanted one must come, and be there twice in a row. */
async function waited(
  look: () => Promise<string | undefined>,
  wanted: string,
  pending: readonly string[],
  times = 2,
): Promise<void> {
  for (let seen = 0; seen < times; ) {
    const state = await look().catch((error: Error) => error.name)
    if (state === wanted) seen++
    else {
      seen = 0
      expect(pending).toContain(state)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

const gone = 'NotFoundException'
const byScram = { Sasl: { Scram: { Enabled: true } } }

const withScram = (change: object = {}) =>
  clusters.create({
    EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS' } },
    ClientAuthentication: byScram,
    ...change,
  })

describe('Terraform applies, changes and destroys', () => {
  it('a topic', async () => {
    clusters = await TestClusters.start({ engine: (effects) => embeddedEngine(effects) })
    const { client } = clusters
    const ClusterArn = await clusters.createFrom(provisioned('orders'))
    const TopicName = 'events'
    const encoded = (configs: object) => Buffer.from(JSON.stringify(configs)).toString('base64')
    const read = () => client.send(new DescribeTopicCommand({ ClusterArn, TopicName }))
    const status = async () => (await read()).Status
    const configs = async () => JSON.parse(Buffer.from((await read()).Configs ?? '', 'base64').toString())

    await client.send(
      new CreateTopicCommand({
        ClusterArn,
        TopicName,
        PartitionCount: 2,
        ReplicationFactor: 3,
        Configs: encoded({ 'retention.ms': '604800000' }),
      }),
    )
    await waited(status, 'ACTIVE', [gone, 'CREATING'])
    expect(await configs()).toMatchObject({ 'retention.ms': '604800000' })
    await client.send(
      new UpdateTopicCommand({ ClusterArn, TopicName, Configs: encoded({ 'retention.ms': '1000' }) }),
    )
    await waited(status, 'ACTIVE', ['UPDATING'])
    await client.send(new UpdateTopicCommand({ ClusterArn, TopicName, PartitionCount: 4 }))
    await waited(status, 'ACTIVE', ['UPDATING'])
    expect(await read()).toMatchObject({ PartitionCount: 4, ReplicationFactor: 3 })
    expect(await configs()).toMatchObject({ 'retention.ms': '1000' })
    await client.send(new UpdateTopicCommand({ ClusterArn, TopicName, Configs: encoded({}) }))
    await waited(status, 'ACTIVE', ['UPDATING'])
    expect(await configs()).toMatchObject({ 'retention.ms': '604800000' })
    await client.send(new DeleteTopicCommand({ ClusterArn, TopicName }))
    await waited(status, gone, ['DELETING', 'ACTIVE'], 1)
  }, 60_000)

  it('a VPC connection, with its tags', async () => {
    clusters = await TestClusters.start()
    const { client } = clusters
    const TargetClusterArn = await withScram()
    const { CurrentVersion } = await clusters.info(TargetClusterArn)
    const ConnectivityInfo = { VpcConnectivity: { ClientAuthentication: byScram } }
    await client.send(
      new UpdateConnectivityCommand({ ClusterArn: TargetClusterArn, CurrentVersion, ConnectivityInfo }),
    )
    await clusters.settled(TargetClusterArn)
    const ClientSubnets = ['subnet-1', 'subnet-2', 'subnet-3']
    const { VpcConnectionArn: Arn = '' } = await client.send(
      new CreateVpcConnectionCommand({
        Authentication: 'SASL_SCRAM',
        ClientSubnets,
        SecurityGroups: ['sg-1'],
        Tags: { team: 'a' },
        TargetClusterArn,
        VpcId: 'vpc-1',
      }),
    )
    const read = () => client.send(new DescribeVpcConnectionCommand({ Arn }))
    const state = async () => (await read()).State
    await waited(state, 'AVAILABLE', ['CREATING', gone])
    expect(await read()).toMatchObject({
      Authentication: 'SASL_SCRAM',
      SecurityGroups: ['sg-1'],
      Subnets: ClientSubnets,
      Tags: { team: 'a' },
      TargetClusterArn,
      VpcId: 'vpc-1',
    })
    await client.send(new UntagResourceCommand({ ResourceArn: Arn, TagKeys: ['team'] }))
    await client.send(new TagResourceCommand({ ResourceArn: Arn, Tags: { cost: '1' } }))
    expect((await read()).Tags).toEqual({ cost: '1' })
    await client.send(new DeleteVpcConnectionCommand({ Arn }))
    await waited(state, gone, ['AVAILABLE', 'INACTIVE', 'DEACTIVATING', 'DELETING'], 1)
  })

  it('a cluster’s policy', async () => {
    clusters = await TestClusters.start()
    const { client } = clusters
    const ClusterArn = await clusters.createFrom(provisioned('orders'))
    const policyOf = (Action: string) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: [Action], Resource: ClusterArn },
        ],
      })
    const read = () => client.send(new GetClusterPolicyCommand({ ClusterArn }))
    const put = (Action: string, CurrentVersion?: string) =>
      client.send(new PutClusterPolicyCommand({ ClusterArn, Policy: policyOf(Action), CurrentVersion }))
    await put('kafka:Get*')
    const { CurrentVersion, Policy } = await read()
    expect(Policy).toBe(policyOf('kafka:Get*'))
    await put('kafka:*', CurrentVersion)
    expect((await read()).Policy).toBe(policyOf('kafka:*'))
    await client.send(new DeleteClusterPolicyCommand({ ClusterArn }))
    await expect(read()).rejects.toMatchObject({ name: gone })
    // Another apply has taken it away already.
    await expect(client.send(new DeleteClusterPolicyCommand({ ClusterArn }))).rejects.toMatchObject({
      name: gone,
    })
  })

  it('a replicator', async () => {
    clusters = await TestClusters.start()
    const { client } = clusters
    const arns = [
      await clusters.create({ ClusterName: 'here' }),
      await clusters.create({ ClusterName: 'there' }),
    ]
    const [SourceKafkaClusterArn = '', TargetKafkaClusterArn = ''] = arns
    const ConsumerGroupReplication = { ConsumerGroupsToReplicate: ['.*'] }
    const TopicReplication = { TopicsToReplicate: ['.*'] }
    const { ReplicatorArn = '' } = await client.send(
      new CreateReplicatorCommand({
        KafkaClusters: arns.map((MskClusterArn) => ({
          AmazonMskCluster: { MskClusterArn },
          VpcConfig: { SubnetIds: ['subnet-1', 'subnet-2', 'subnet-3'], SecurityGroupIds: ['sg-1'] },
        })),
        ReplicationInfoList: [
          {
            SourceKafkaClusterArn,
            TargetKafkaClusterArn,
            TargetCompressionType: 'NONE',
            TopicReplication,
            ConsumerGroupReplication,
          },
        ],
        ReplicatorName: 'copy',
        ServiceExecutionRoleArn: 'arn:aws:iam::000000000000:role/copy',
      }),
    )
    const read = () => client.send(new DescribeReplicatorCommand({ ReplicatorArn }))
    const state = async () => (await read()).ReplicatorState
    await waited(state, 'RUNNING', ['CREATING'], 1)
    // It finds the two ends again by their aliases.
    const { KafkaClusters = [], ReplicationInfoList: [info] = [], CurrentVersion } = await read()
    const arnOf = (alias?: string) =>
      KafkaClusters.find(({ KafkaClusterAlias }) => KafkaClusterAlias === alias)?.AmazonMskCluster
        ?.MskClusterArn
    expect(arnOf(info?.SourceKafkaClusterAlias)).toBe(SourceKafkaClusterArn)
    expect(arnOf(info?.TargetKafkaClusterAlias)).toBe(TargetKafkaClusterArn)
    const changed = {
      ConsumerGroupsToReplicate: ['a.*'],
      ConsumerGroupsToExclude: [],
      DetectAndCopyNewConsumerGroups: true,
      SynchroniseConsumerGroupOffsets: true,
    }
    await client.send(
      new UpdateReplicationInfoCommand({
        ReplicatorArn,
        CurrentVersion,
        SourceKafkaClusterArn,
        TargetKafkaClusterArn,
        ConsumerGroupReplication: changed,
      }),
    )
    await waited(state, 'RUNNING', ['UPDATING'], 1)
    expect((await read()).ReplicationInfoList?.[0]).toMatchObject({
      TopicReplication,
      ConsumerGroupReplication: changed,
    })
    await client.send(new DeleteReplicatorCommand({ ReplicatorArn }))
    await waited(state, gone, ['RUNNING', 'DELETING'], 1)
  })

  it('associations of secrets: those that are new first, then those that are gone', async () => {
    clusters = await TestClusters.start()
    const { client } = clusters
    const ClusterArn = await withScram()
    const secret = async (username: string) => {
      const SecretString = JSON.stringify({ username, password: 'secret' })
      const request = { Name: `AmazonMSK_${username}`, KmsKeyId: 'key', SecretString }
      return (await clusters.service.secretsClient().send(new CreateSecretCommand(request))).ARN ?? ''
    }
    const [a, b, c] = [await secret('a'), await secret('b'), await secret('c')]
    const read = async () => (await client.send(new ListScramSecretsCommand({ ClusterArn }))).SecretArnList
    const send = async (
      Command: typeof BatchAssociateScramSecretCommand | typeof BatchDisassociateScramSecretCommand,
      ...SecretArnList: string[]
    ) => {
      const answer = await client.send(new Command({ ClusterArn, SecretArnList }))
      expect(answer.UnprocessedScramSecrets).toEqual([])
    }
    await send(BatchAssociateScramSecretCommand, a, b)
    expect(await read()).toEqual([a, b])
    await send(BatchAssociateScramSecretCommand, c)
    await send(BatchDisassociateScramSecretCommand, a)
    expect(await read()).toEqual([b, c])
    // A resource of one secret alone leaves the others.
    await send(BatchAssociateScramSecretCommand, a)
    expect(await read()).toContain(a)
    await send(BatchDisassociateScramSecretCommand, a)
    await send(BatchDisassociateScramSecretCommand, ...((await read()) ?? []))
    expect(await read()).toEqual([])
  })
})

it('Terraform’s data sources find what is there', async () => {
  clusters = await TestClusters.start()
  const { client } = clusters
  const Arn = await clusters.createOurs()
  const ClusterArn = await clusters.create({ ClusterName: 'ours', NumberOfBrokerNodes: 6 })
  await clusters.create({ ClusterName: 'ours-too' })
  const all = async <Item>(
    send: (NextToken?: string) => Promise<{ NextToken?: string | undefined; items: Item[] | undefined }>,
  ) => {
    const found: Item[] = []
    for (let token: string | undefined; ; ) {
      const { NextToken, items = [] } = await send(token)
      found.push(...items)
      token = NextToken
      if (token === undefined) return found
    }
  }
  const named = await client.send(new ListClustersCommand({ ClusterNameFilter: 'ours' }))
  expect(named.ClusterInfoList?.filter(({ ClusterName }) => ClusterName === 'ours')).toMatchObject([
    { ClusterArn, NumberOfBrokerNodes: 6 },
  ])
  expect((await client.send(new GetBootstrapBrokersCommand({ ClusterArn }))).BootstrapBrokerString).toMatch(
    /^\S+:\d+,\S+:\d+,\S+:\d+$/,
  )
  const nodes = await all(async (NextToken) => {
    const answer = await client.send(new ListNodesCommand({ ClusterArn, MaxResults: 4, NextToken }))
    return { ...answer, items: answer.NodeInfoList }
  })
  const brokers = nodes.flatMap(({ BrokerNodeInfo }) => BrokerNodeInfo?.BrokerId ?? [])
  expect(brokers.sort()).toEqual([1, 2, 3, 4, 5, 6])
  const versions = await all(async (NextToken) => {
    const answer = await client.send(new ListKafkaVersionsCommand({ MaxResults: 2, NextToken }))
    return { ...answer, items: answer.KafkaVersions }
  })
  expect(versions).toContainEqual({ Version: '3.9.x.kraft', Status: 'ACTIVE' })
  const configurations = await all(async (NextToken) => {
    const answer = await client.send(new ListConfigurationsCommand({ NextToken }))
    return { ...answer, items: answer.Configurations }
  })
  const ours = configurations.find(({ Name }) => Name === 'ours')
  expect(ours?.Arn).toBe(Arn)
  const Revision = ours?.LatestRevision?.Revision
  const { ServerProperties = [] } = await client.send(
    new DescribeConfigurationRevisionCommand({ Arn, Revision }),
  )
  expect(Buffer.from(ServerProperties).toString()).toBe('num.partitions=3\n')
})

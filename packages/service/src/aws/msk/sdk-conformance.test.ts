import * as sdk from '@aws-sdk/client-kafka'
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { embeddedEngine } from '../../fleet/engines/embedded.ts'
import { type Member, type Operation, parseServiceSchema, type Type } from '../schema.ts'
import * as kafka from '../schemas/kafka.generated.ts'
import { sampleOf } from '../testing/sample-inputs.ts'
import { type Rule, ruleOf } from './constraints.ts'
import { bytes, TestClusters } from './testing/test-clusters.ts'

// Every operation through the official SDK, on the embedded engine: calls that have to work, as lives of all that MSK has,
// and calls that have to be refused, made from the schema. How many of each there are of each operation is known. The tests
// are one story, in their order.

const schema = parseServiceSchema(kafka)
const counts = new Map(schema.operations.map(({ name }) => [name, { valid: 0, invalid: 0 }]))
let clusters: TestClusters
/** Counts what is sent. */
let client: sdk.KafkaClient
/** Waits. */
let watcher: sdk.KafkaClient
/** ARNs by what they are of. */
const arns = { standard: '', express: '', serverless: '', configuration: '' }

beforeAll(async () => {
  clusters = await TestClusters.start({ engine: (effects) => embeddedEngine(effects) })
  watcher = clusters.client
  client = clusters.service.client({ maxAttempts: 1 })
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const count = counts.get(String(context.commandName).replace(/Command$/, ''))
      if (!count) throw new Error(`${context.commandName} is an operation of the schema`)
      const result = await next(args).catch((error: unknown) => {
        if (error instanceof sdk.KafkaServiceException) count.invalid++
        throw error
      })
      count.valid++
      return result
    },
    { step: 'initialize' },
  )
})
afterAll(() => clusters.service.fleet.stop())

const stateIs = (look: () => Promise<string | undefined>, wanted: string) =>
  expect.poll(() => look().catch((error: Error) => error.name), { timeout: 30_000 }).toBe(wanted)

const zones = ['subnet-a', 'subnet-b', 'subnet-c']
const byScram = { Sasl: { Scram: { Enabled: true } } }
const role = 'arn:aws:iam::000000000000:role/copy'

async function version(ClusterArn: string): Promise<string | undefined> {
  await clusters.settled(ClusterArn)
  return (await clusters.info(ClusterArn)).CurrentVersion
}

/** Sends an update, waits for its end, and reads it by both versions of the API. */
async function updated(
  ClusterArn: string,
  send: (target: { ClusterArn: string; CurrentVersion: string | undefined }) => Promise<{
    ClusterOperationArn?: string | undefined
  }>,
): Promise<void> {
  const { ClusterOperationArn } = await send({ ClusterArn, CurrentVersion: await version(ClusterArn) })
  await clusters.settled(ClusterArn)
  const v1 = await client.send(new sdk.DescribeClusterOperationCommand({ ClusterOperationArn }))
  expect(v1.ClusterOperationInfo?.OperationState).toMatch(/_COMPLETE$/)
  const v2 = await client.send(new sdk.DescribeClusterOperationV2Command({ ClusterOperationArn }))
  expect(v2.ClusterOperationInfo?.OperationState).toBe(v1.ClusterOperationInfo?.OperationState)
}

describe('every operation serves what is right', { timeout: 120_000 }, () => {
  it('of versions and configurations', async () => {
    const { KafkaVersions = [] } = await client.send(new sdk.ListKafkaVersionsCommand({}))
    expect(KafkaVersions.map(({ Version }) => Version)).toContain('3.9.x.kraft')
    await client.send(new sdk.GetCompatibleKafkaVersionsCommand({}))
    const properties = (text: string) => ({ ServerProperties: bytes(text) })
    const { Arn = '' } = await client.send(
      new sdk.CreateConfigurationCommand({ Name: 'ours', ...properties('num.partitions=3\n') }),
    )
    arns.configuration = Arn
    await client.send(new sdk.UpdateConfigurationCommand({ Arn, ...properties('num.partitions=4\n') }))
    const described = await client.send(new sdk.DescribeConfigurationCommand({ Arn }))
    expect(described.LatestRevision?.Revision).toBe(2)
    const revision = await client.send(new sdk.DescribeConfigurationRevisionCommand({ Arn, Revision: 1 }))
    expect(Buffer.from(revision.ServerProperties ?? []).toString()).toBe('num.partitions=3\n')
    expect((await client.send(new sdk.ListConfigurationsCommand({}))).Configurations).toHaveLength(1)
    expect((await client.send(new sdk.ListConfigurationRevisionsCommand({ Arn }))).Revisions).toHaveLength(2)
  })

  it('of clusters of each kind', async () => {
    const standard = await client.send(
      new sdk.CreateClusterCommand({
        ClusterName: 'standard',
        KafkaVersion: '3.8.x.kraft',
        NumberOfBrokerNodes: 3,
        BrokerNodeGroupInfo: { ClientSubnets: zones, InstanceType: 'kafka.m5.large' },
        ClientAuthentication: byScram,
      }),
    )
    const express = await client.send(
      new sdk.CreateClusterV2Command({
        ClusterName: 'express',
        Provisioned: {
          KafkaVersion: '3.9.x.kraft',
          NumberOfBrokerNodes: 3,
          BrokerNodeGroupInfo: { ClientSubnets: zones, InstanceType: 'express.m7g.large' },
        },
      }),
    )
    const serverless = await client.send(
      new sdk.CreateClusterV2Command({
        ClusterName: 'serverless',
        Serverless: { VpcConfigs: [{ SubnetIds: ['subnet-a', 'subnet-b'] }] },
      }),
    )
    arns.standard = standard.ClusterArn ?? ''
    arns.express = express.ClusterArn ?? ''
    arns.serverless = serverless.ClusterArn ?? ''
    for (const ClusterArn of [arns.standard, arns.express, arns.serverless]) {
      await clusters.settled(ClusterArn)
      const { ClusterInfo } = await client.send(new sdk.DescribeClusterV2Command({ ClusterArn }))
      expect(ClusterInfo?.State).toBe('ACTIVE')
      await client.send(new sdk.GetBootstrapBrokersCommand({ ClusterArn }))
    }
    const ClusterArn = arns.standard
    await client.send(new sdk.DescribeClusterCommand({ ClusterArn }))
    expect((await client.send(new sdk.ListClustersCommand({}))).ClusterInfoList).toHaveLength(2)
    expect((await client.send(new sdk.ListClustersV2Command({}))).ClusterInfoList).toHaveLength(3)
    expect((await client.send(new sdk.ListNodesCommand({ ClusterArn }))).NodeInfoList).toHaveLength(4)
    await client.send(new sdk.GetCompatibleKafkaVersionsCommand({ ClusterArn }))
  })

  it('of topics', async () => {
    const topic = { ClusterArn: arns.express, TopicName: 'orders' }
    const shape = { PartitionCount: 1, ReplicationFactor: 3 }
    await client.send(new sdk.CreateTopicCommand({ ...topic, ...shape }))
    await stateIs(async () => (await watcher.send(new sdk.DescribeTopicCommand(topic))).Status, 'ACTIVE')
    await client.send(new sdk.UpdateTopicCommand({ ...topic, PartitionCount: 2 }))
    await stateIs(
      async () => String((await watcher.send(new sdk.DescribeTopicCommand(topic))).PartitionCount),
      '2',
    )
    await client.send(new sdk.DescribeTopicCommand(topic))
    const { Partitions } = await client.send(new sdk.DescribeTopicPartitionsCommand(topic))
    expect(Partitions).toHaveLength(2)
    expect((await client.send(new sdk.ListTopicsCommand(topic))).Topics).toHaveLength(1)
  })

  it('of channels', async () => {
    const ClusterArn = arns.express
    const { ChannelArn } = await client.send(
      new sdk.CreateChannelCommand({
        ClusterArn,
        ChannelName: 'lake',
        TopicConfigurationList: [
          {
            TopicArn: `${ClusterArn.replace(':cluster/', ':topic/')}/orders`,
            RecordConverter: { ValueConverter: 'JSON' },
          },
        ],
        S3DestinationConfiguration: {
          ServiceExecutionRoleArn: role,
          DeadLetterQueueS3: { BucketArn: 'arn:aws:s3:::dead' },
          Storage: { BucketArn: 'arn:aws:s3:::lake', CompressionType: 'GZIP', StorageClass: 'STANDARD' },
        },
      }),
    )
    const channel = { ClusterArn, ChannelArn }
    const state = async () => (await watcher.send(new sdk.DescribeChannelCommand(channel))).Status
    await stateIs(state, 'ACTIVE')
    const S3DestinationUpdate = { DataFreshnessInSeconds: 300 }
    await client.send(new sdk.UpdateChannelCommand({ ...channel, S3DestinationUpdate }))
    await stateIs(state, 'ACTIVE')
    await client.send(new sdk.DescribeChannelCommand(channel))
    expect((await client.send(new sdk.ListChannelsCommand({ ClusterArn }))).Channels).toHaveLength(1)
    await client.send(new sdk.DeleteChannelCommand(channel))
    await stateIs(state, 'NotFoundException')
    await client.send(new sdk.DeleteTopicCommand({ ClusterArn, TopicName: 'orders' }))
  })

  it('of updates', async () => {
    const ConfigurationInfo = { Arn: arns.configuration, Revision: 2 }
    const updates: ((target: {
      ClusterArn: string
      CurrentVersion: string | undefined
    }) => Promise<object>)[] = [
      (target) => client.send(new sdk.UpdateBrokerCountCommand({ ...target, TargetNumberOfBrokerNodes: 6 })),
      (target) =>
        client.send(
          new sdk.UpdateBrokerStorageCommand({
            ...target,
            TargetBrokerEBSVolumeInfo: [{ KafkaBrokerNodeId: 'All', VolumeSizeGB: 200 }],
          }),
        ),
      (target) =>
        client.send(new sdk.UpdateBrokerTypeCommand({ ...target, TargetInstanceType: 'kafka.m5.4xlarge' })),
      (target) =>
        client.send(
          new sdk.UpdateStorageCommand({
            ...target,
            ProvisionedThroughput: { Enabled: true, VolumeThroughput: 250 },
          }),
        ),
      (target) => client.send(new sdk.UpdateClusterConfigurationCommand({ ...target, ConfigurationInfo })),
      (target) =>
        client.send(
          new sdk.UpdateClusterKafkaVersionCommand({ ...target, TargetKafkaVersion: '4.1.x.kraft' }),
        ),
      (target) =>
        client.send(new sdk.UpdateMonitoringCommand({ ...target, EnhancedMonitoring: 'PER_BROKER' })),
      (target) =>
        client.send(
          new sdk.UpdateSecurityCommand({
            ...target,
            ClientAuthentication: { Sasl: { Iam: { Enabled: true } } },
          }),
        ),
      (target) =>
        client.send(
          new sdk.UpdateConnectivityCommand({
            ...target,
            ConnectivityInfo: { VpcConnectivity: { ClientAuthentication: byScram } },
          }),
        ),
      ({ ClusterArn }) => client.send(new sdk.RebootBrokerCommand({ ClusterArn, BrokerIds: ['1'] })),
    ]
    for (const update of updates) await updated(arns.standard, update)
    await updated(arns.express, (target) =>
      client.send(new sdk.UpdateRebalancingCommand({ ...target, Rebalancing: { Status: 'PAUSED' } })),
    )
    const ClusterArn = arns.standard
    const v1 = await client.send(new sdk.ListClusterOperationsCommand({ ClusterArn }))
    expect(v1.ClusterOperationInfoList).toHaveLength(updates.length)
    const v2 = await client.send(new sdk.ListClusterOperationsV2Command({ ClusterArn }))
    expect(v2.ClusterOperationInfoList).toHaveLength(updates.length)
  })

  it('of secrets, policies and tags', async () => {
    const ClusterArn = arns.standard
    const { ARN = '' } = await clusters.service.secretsClient().send(
      new CreateSecretCommand({
        Name: 'AmazonMSK_alice',
        KmsKeyId: 'key',
        SecretString: JSON.stringify({ username: 'alice', password: 'secret' }),
      }),
    )
    const secrets = { ClusterArn, SecretArnList: [ARN] }
    await client.send(new sdk.BatchAssociateScramSecretCommand(secrets))
    const listed = await client.send(new sdk.ListScramSecretsCommand({ ClusterArn }))
    expect(listed.SecretArnList).toEqual([ARN])
    await client.send(new sdk.BatchDisassociateScramSecretCommand(secrets))
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'kafka:Get*', Resource: ClusterArn },
      ],
    })
    await client.send(new sdk.PutClusterPolicyCommand({ ClusterArn, Policy }))
    expect((await client.send(new sdk.GetClusterPolicyCommand({ ClusterArn }))).Policy).toBe(Policy)
    await client.send(new sdk.DeleteClusterPolicyCommand({ ClusterArn }))
    const ResourceArn = ClusterArn
    await client.send(new sdk.TagResourceCommand({ ResourceArn, Tags: { team: 'a', cost: '1' } }))
    await client.send(new sdk.UntagResourceCommand({ ResourceArn, TagKeys: ['team'] }))
    const { Tags } = await client.send(new sdk.ListTagsForResourceCommand({ ResourceArn }))
    expect(Tags).toEqual({ cost: '1' })
  })

  it('of VPC connections and replicators', async () => {
    const { VpcConnectionArn: Arn } = await client.send(
      new sdk.CreateVpcConnectionCommand({
        TargetClusterArn: arns.standard,
        Authentication: 'SASL_SCRAM',
        VpcId: 'vpc-1',
        ClientSubnets: zones,
        SecurityGroups: ['sg-1'],
      }),
    )
    const connection = async () => (await watcher.send(new sdk.DescribeVpcConnectionCommand({ Arn }))).State
    await stateIs(connection, 'AVAILABLE')
    await client.send(new sdk.DescribeVpcConnectionCommand({ Arn }))
    expect((await client.send(new sdk.ListVpcConnectionsCommand({}))).VpcConnections).toHaveLength(1)
    const ClusterArn = arns.standard
    const own = await client.send(new sdk.ListClientVpcConnectionsCommand({ ClusterArn }))
    expect(own.ClientVpcConnections).toHaveLength(1)
    await client.send(new sdk.RejectClientVpcConnectionCommand({ ClusterArn, VpcConnectionArn: Arn }))
    await stateIs(connection, 'REJECTED')
    await client.send(new sdk.DeleteVpcConnectionCommand({ Arn }))
    await stateIs(connection, 'NotFoundException')

    const ends = { SourceKafkaClusterArn: arns.standard, TargetKafkaClusterArn: arns.express }
    const topics = { TopicsToReplicate: ['.*'] }
    const { ReplicatorArn } = await client.send(
      new sdk.CreateReplicatorCommand({
        ReplicatorName: 'copy',
        ServiceExecutionRoleArn: role,
        KafkaClusters: [arns.standard, arns.express].map((MskClusterArn) => ({
          AmazonMskCluster: { MskClusterArn },
        })),
        ReplicationInfoList: [
          {
            ...ends,
            TargetCompressionType: 'NONE',
            TopicReplication: topics,
            ConsumerGroupReplication: { ConsumerGroupsToReplicate: ['.*'] },
          },
        ],
      }),
    )
    const replicator = () => watcher.send(new sdk.DescribeReplicatorCommand({ ReplicatorArn }))
    const running = async () => (await replicator()).ReplicatorState
    await stateIs(running, 'RUNNING')
    const { CurrentVersion } = await client.send(new sdk.DescribeReplicatorCommand({ ReplicatorArn }))
    expect((await client.send(new sdk.ListReplicatorsCommand({}))).Replicators).toHaveLength(1)
    await client.send(
      new sdk.UpdateReplicationInfoCommand({
        ReplicatorArn,
        CurrentVersion,
        ...ends,
        TopicReplication: {
          ...topics,
          TopicsToExclude: ['a.*'],
          CopyTopicConfigurations: true,
          CopyAccessControlListsForTopics: true,
          DetectAndCopyNewTopics: true,
        },
      }),
    )
    await stateIs(running, 'RUNNING')
    await client.send(new sdk.DeleteReplicatorCommand({ ReplicatorArn }))
    await stateIs(running, 'NotFoundException')
  })
})

/** An input with one thing wrong in it, which has this name on the wire. */
interface Wrong {
  input: Record<string, unknown>
  wire: string
}

/** Of a structure, and of those in it: each required member missing, and each member out of its range. */
function wrongInputs(structure: string, isMeant: (member: Member) => boolean = () => true): Wrong[] {
  const whole = sampleOf(schema, structure, { naming: 'name', ruleOf })
  return schema
    .structure(structure)
    .members.filter(isMeant)
    .flatMap((member) => {
      const { name, wire, type, required } = member
      const inner = type.kind === 'list' ? type.of : type
      const nested = inner.kind === 'structure' ? wrongInputs(inner.name) : []
      const values = [
        ...(required ? [{ value: undefined, wire }] : []),
        ...outOfRange(ruleOf(structure, member) ?? {}, type).map((value) => ({ value, wire })),
        ...nested.map((one) => ({ value: type.kind === 'list' ? [one.input] : one.input, wire: one.wire })),
      ]
      return values.map(({ value, wire: at }) => ({ input: { ...whole, [name]: value }, wire: at }))
    })
}

function outOfRange({ oneOf, min, max }: Rule, { kind }: Type): unknown[] {
  const sized = (size: number) => (kind === 'number' ? size : 'x'.repeat(size))
  if (oneOf) return ['SOMETHING_ELSE']
  return [...(min === undefined ? [] : [sized(min - 1)]), ...(max === undefined ? [] : [sized(max + 1)])]
}

describe('every operation refuses what is wrong', { timeout: 120_000 }, () => {
  const ofNothing = (type: string) =>
    `arn:aws:kafka:us-east-1:000000000000:${type}/6d8b5f5e-1111-4222-8333-944444444444-1`
  const unknown: Readonly<Record<string, string>> = {
    ClusterArn: ofNothing('cluster/x'),
    TargetClusterArn: ofNothing('cluster/x'),
    ResourceArn: ofNothing('cluster/x'),
    ClusterOperationArn: ofNothing('cluster-operation/x/x'),
    ChannelArn: ofNothing('channel/x/x'),
    ReplicatorArn: ofNothing('replicator/x'),
    VpcConnectionArn: ofNothing('vpc-connection/0/x'),
  }
  const arnOfNothing = ({ name }: Operation, member: string) =>
    unknown[member] ?? ofNothing(name.includes('Vpc') ? 'vpc-connection/0/x' : 'configuration/x')
  const membersOf = ({ input }: Operation) => (input === null ? [] : schema.structure(input).members)
  /** What stands in its path. */
  const labelsOf = (operation: Operation) =>
    Object.fromEntries(
      membersOf(operation)
        .filter(({ place }) => place === 'label')
        .map(({ name, type }) => [name, type.kind === 'number' ? 1 : arnOfNothing(operation, name)]),
    )
  const commands = new Map<string, unknown>(Object.entries(sdk))
  async function refusalOf({ name }: Operation, input: object): Promise<unknown> {
    const Command = commands.get(`${name}Command`) as new (input: object) => sdk.ListClustersCommand
    return client.send(new Command(input)).catch((error: unknown) => error)
  }
  const bad = (InvalidParameter: string) => ({ name: 'BadRequestException', InvalidParameter })

  it('what lacks a member that is required, or has one out of its range', async () => {
    for (const operation of schema.operations)
      for (const { input, wire } of wrongInputs(operation.input ?? '', ({ place }) => place !== 'label')) {
        const refusal = await refusalOf(operation, { ...input, ...labelsOf(operation) })
        expect(refusal, `${operation.name} ${JSON.stringify(input)}`).toMatchObject(bad(wire))
      }
  })

  it('a page that is none, and a token of nobody', async () => {
    for (const operation of schema.operations)
      for (const { name, wire } of membersOf(operation))
        for (const value of { MaxResults: [0, 101], NextToken: ['x', ''] }[name] ?? []) {
          const refusal = await refusalOf(operation, { ...labelsOf(operation), [name]: value })
          expect(refusal, `${operation.name} ${name} ${value}`).toMatchObject(bad(wire))
        }
  })

  it('an ARN that is none, and one of nothing', async () => {
    for (const operation of schema.operations)
      for (const { name, wire } of membersOf(operation).filter((one) => isArn(operation, one))) {
        const sample = sampleOf(schema, operation.input ?? '', { naming: 'name', ruleOf })
        const input = {
          ...sample,
          ...labelsOf(operation),
          ...(name !== 'ClusterArn' && { ClusterArn: arns.express }),
        }
        const where = `${operation.name} ${name}`
        expect(await refusalOf(operation, { ...input, [name]: 'x' }), where).toMatchObject(bad(wire))
        const arn = arnOfNothing(operation, name)
        expect(await refusalOf(operation, { ...input, [name]: arn }), where).toMatchObject({
          // Of configurations alone MSK says so.
          name: arn.includes(':configuration/') ? 'BadRequestException' : 'NotFoundException',
          InvalidParameter: wire,
        })
      }
  })

  /** Of what the operation is about. */
  const isArn = (operation: Operation, { name }: Member) =>
    name in unknown || (name === 'Arn' && membersOf(operation).some(({ place }) => place === 'label'))
})

it('what has lived is deleted', { timeout: 60_000 }, async () => {
  const Arn = arns.configuration
  for (const ClusterArn of [arns.standard, arns.express, arns.serverless]) {
    await client.send(new sdk.DeleteClusterCommand({ ClusterArn }))
    await stateIs(
      async () => (await watcher.send(new sdk.DescribeClusterV2Command({ ClusterArn }))).ClusterInfo?.State,
      'NotFoundException',
    )
  }
  expect((await client.send(new sdk.DeleteConfigurationCommand({ Arn }))).State).toBe('DELETING')
})

it('counts its calls', () => {
  const each = [...counts].map(([name, { valid, invalid }]) => `${name} ${valid}+${invalid}`)
  const sum = (of: 'valid' | 'invalid') => [...counts.values()].reduce((total, one) => total + one[of], 0)
  expect(each).toEqual(expected.trim().split(/, |,?\n/))
  expect({ valid: sum('valid'), invalid: sum('invalid') }).toEqual({ valid: 92, invalid: 399 })
})

/** Calls that have to work, and calls that have to be refused. */
const expected = `
BatchAssociateScramSecret 1+3, BatchDisassociateScramSecret 1+3, CreateChannel 1+27, CreateCluster 1+36,
CreateClusterV2 2+38, CreateConfiguration 1+2, CreateReplicator 1+34, CreateTopic 1+9,
CreateVpcConnection 1+8, DeleteChannel 1+4, DeleteCluster 3+2, DeleteClusterPolicy 1+2,
DeleteConfiguration 1+2, DeleteReplicator 1+2, DeleteTopic 1+2, DeleteVpcConnection 1+2,
DescribeChannel 1+4, DescribeCluster 1+2, DescribeClusterOperation 11+2, DescribeClusterOperationV2 11+2,
DescribeClusterV2 3+2, DescribeConfiguration 1+2, DescribeConfigurationRevision 1+2,
DescribeReplicator 1+2, DescribeTopic 1+2, DescribeTopicPartitions 1+6, DescribeVpcConnection 1+2,
GetBootstrapBrokers 3+2, GetClusterPolicy 1+2, GetCompatibleKafkaVersions 2+2, ListChannels 1+6,
ListClientVpcConnections 1+6, ListClusterOperations 1+6, ListClusterOperationsV2 1+6, ListClusters 1+4,
ListClustersV2 1+5, ListConfigurationRevisions 1+6, ListConfigurations 1+4, ListKafkaVersions 1+4,
ListNodes 1+6, ListReplicators 1+4, ListScramSecrets 1+6, ListTagsForResource 1+2, ListTopics 1+6,
ListVpcConnections 1+4, PutClusterPolicy 1+3, RebootBroker 1+3, RejectClientVpcConnection 1+5,
TagResource 1+3, UntagResource 1+3, UpdateBrokerCount 1+5, UpdateBrokerStorage 1+7, UpdateBrokerType 1+6,
UpdateChannel 1+6, UpdateClusterConfiguration 1+7, UpdateClusterKafkaVersion 1+9, UpdateConfiguration 1+3,
UpdateConnectivity 1+5, UpdateMonitoring 1+14, UpdateRebalancing 1+5, UpdateReplicationInfo 1+15,
UpdateSecurity 1+5, UpdateStorage 1+6, UpdateTopic 1+4
`

import {
  CreateClusterV2Command,
  type CreateClusterV2CommandInput,
  CreateVpcConnectionCommand,
  DeleteClusterCommand,
  DescribeClusterCommand,
  DescribeClusterV2Command,
  GetBootstrapBrokersCommand,
  GetClusterPolicyCommand,
  GetCompatibleKafkaVersionsCommand,
  ListClusterOperationsV2Command,
  ListClustersCommand,
  ListClustersV2Command,
  ListTagsForResourceCommand,
  PutClusterPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateConnectivityCommand,
} from '@aws-sdk/client-kafka'
import { RegisterScalableTargetCommand } from '@aws-sdk/client-application-auto-scaling'
import { beforeEach, describe, expect, it } from 'vitest'
import { parseServiceSchema } from '../schema.ts'
import * as kafka from '../schemas/kafka.generated.ts'
import { refused, TestClusters } from './testing/test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start({ acceptAnySignature: true })
  clusters.service.engine.clientListeners.add('CLIENT_IAM')
})

const network = { SubnetIds: ['subnet-a', 'subnet-b'], SecurityGroupIds: ['sg-1'] }
const byIam = { Sasl: { Iam: { Enabled: true } } }

function request(change: Partial<CreateClusterV2CommandInput> = {}): CreateClusterV2CommandInput {
  return {
    ClusterName: 'orders',
    Serverless: { VpcConfigs: [network], ClientAuthentication: byIam },
    ...change,
  }
}

const create = (change: Partial<CreateClusterV2CommandInput> = {}) =>
  clusters.client.send(new CreateClusterV2Command(request(change)))

/** A serverless cluster that is ACTIVE. */
async function created(ClusterName = 'orders'): Promise<string> {
  const { ClusterArn = '' } = await create({ ClusterName, Tags: { team: 'a' } })
  await clusters.settled(ClusterArn)
  return ClusterArn
}

const describeV2 = async (ClusterArn: string) =>
  (await clusters.client.send(new DescribeClusterV2Command({ ClusterArn }))).ClusterInfo

const onlyProvisioned = 'This operation cannot be performed on serverless clusters.'

describe('a serverless cluster', () => {
  it('is described as its networks and its one way to log in, and nothing else', async () => {
    const answer = await create({ Tags: { team: 'a' } })
    expect(answer).toMatchObject({ ClusterName: 'orders', State: 'CREATING', ClusterType: 'SERVERLESS' })
    const ClusterArn = answer.ClusterArn ?? ''
    expect(ClusterArn).toMatch(/^arn:aws:kafka:us-east-1:000000000000:cluster\/orders\/[0-9a-f-]{36}-s\d+$/)
    await clusters.settled(ClusterArn)
    expect(await describeV2(ClusterArn)).toEqual({
      ClusterArn,
      ClusterName: 'orders',
      ClusterType: 'SERVERLESS',
      CreationTime: expect.any(Date),
      CurrentVersion: expect.stringMatching(/^K/),
      Serverless: {
        ClientAuthentication: byIam,
        ConnectivityInfo: { NetworkType: 'IPV4' },
        VpcConfigs: [network],
      },
      State: 'ACTIVE',
      Tags: { team: 'a' },
    })
  })

  it('gets the security group of the VPC where none is named', async () => {
    const { ClusterArn = '' } = await create({ Serverless: { VpcConfigs: [{ SubnetIds: ['a', 'b'] }] } })
    const { Serverless } = (await describeV2(ClusterArn)) ?? {}
    expect(Serverless?.VpcConfigs?.[0]?.SecurityGroupIds).toEqual([
      expect.stringMatching(/^sg-[0-9a-f]{17}$/),
    ])
    expect(Serverless?.ClientAuthentication).toEqual(byIam)
  })

  it('is listed by the second version of the API alone', async () => {
    await clusters.create()
    await created('other')
    const listed = async (ClusterTypeFilter?: string) => {
      const { ClusterInfoList } = await clusters.client.send(new ListClustersV2Command({ ClusterTypeFilter }))
      return ClusterInfoList?.map(({ ClusterName }) => ClusterName)
    }
    expect(await listed()).toEqual(['orders', 'other'])
    expect(await listed('SERVERLESS')).toEqual(['other'])
    expect(await listed('PROVISIONED')).toEqual(['orders'])
    const { ClusterInfoList } = await clusters.client.send(new ListClustersCommand({}))
    expect(ClusterInfoList?.map(({ ClusterName }) => ClusterName)).toEqual(['orders'])
  })

  it('is reached by IAM, whichever broker is alive', async () => {
    const ClusterArn = await created()
    const { $metadata: _, ...answer } = await clusters.client.send(
      new GetBootstrapBrokersCommand({ ClusterArn }),
    )
    expect(answer).toEqual({ BootstrapBrokerStringSaslIam: '127.0.0.1:9098,127.0.0.1:19098,127.0.0.1:29098' })
    expect(clusters.service.engine.running).toBe(3)
  })

  it('has tags and a policy', async () => {
    const ClusterArn = await created()
    await clusters.client.send(new TagResourceCommand({ ResourceArn: ClusterArn, Tags: { cost: '1' } }))
    await clusters.client.send(new UntagResourceCommand({ ResourceArn: ClusterArn, TagKeys: ['team'] }))
    const { Tags } = await clusters.client.send(new ListTagsForResourceCommand({ ResourceArn: ClusterArn }))
    expect(Tags).toEqual({ cost: '1' })
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: '111122223333' },
          Action: 'kafka-cluster:*',
          Resource: ClusterArn,
        },
      ],
    })
    await clusters.client.send(new PutClusterPolicyCommand({ ClusterArn, Policy }))
    const policy = await clusters.client.send(new GetClusterPolicyCommand({ ClusterArn }))
    expect(policy.Policy).toBe(Policy)
  })

  it('takes VPC connections by IAM', async () => {
    const TargetClusterArn = await created()
    const connect = (Authentication: string, ClientSubnets = ['a', 'b']) =>
      clusters.client.send(
        new CreateVpcConnectionCommand({
          ...{ TargetClusterArn, Authentication, ClientSubnets, VpcId: 'vpc-1', SecurityGroups: ['sg'] },
        }),
      )
    expect((await connect('SASL_IAM')).State).toBe('CREATING')
    await expect(connect('SASL_SCRAM')).rejects.toMatchObject(refused(/no VPC connectivity/))
    await expect(connect('SASL_IAM', ['a', 'b', 'c'])).rejects.toMatchObject(
      refused(/as many client subnets/),
    )
  })

  it('goes, and is then not found', async () => {
    const ClusterArn = await created()
    const answer = await clusters.client.send(new DeleteClusterCommand({ ClusterArn }))
    expect(answer.State).toBe('DELETING')
    await clusters.settled(ClusterArn)
    await expect(describeV2(ClusterArn)).rejects.toMatchObject({ name: 'NotFoundException' })
    expect(clusters.service.engine.running).toBe(0)
  })

  it('runs on the engine that has a listener for IAM, and on no other', async () => {
    clusters.service.engine.clientListeners.delete('CLIENT_IAM')
    await expect(create()).rejects.toMatchObject({ name: 'NotImplementedException' })
    clusters.service.replicating.clientListeners.add('CLIENT_IAM')
    await create()
    clusters.service.engine.clientListeners.add('CLIENT_IAM')
    clusters.service.replicating.clientListeners.delete('CLIENT_IAM')
    await expect(
      create({ ClusterName: 'other', Tags: { 'sluice:engine': 'apache-kafka' } }),
    ).rejects.toMatchObject({
      name: 'NotImplementedException',
      message: expect.stringMatching(/no listener for IAM/),
    })
  })

  it.each<[string, Partial<CreateClusterV2CommandInput>, RegExp, string]>([
    ['a name', { ClusterName: 'my_orders' }, /not valid/, 'clusterName'],
    ['no network', { Serverless: { VpcConfigs: [] } }, /between one and 5/, 'vpcConfigs'],
    ['six', { Serverless: { VpcConfigs: Array(6).fill(network) } }, /between one and 5/, 'vpcConfigs'],
    ['one subnet', { Serverless: { VpcConfigs: [{ SubnetIds: ['a'] }] } }, /at least 2 subnets/, 'subnetIds'],
    [
      'one twice',
      { Serverless: { VpcConfigs: [{ SubnetIds: ['a', 'a'] }] } },
      /different Avail/,
      'subnetIds',
    ],
    [
      'six security groups',
      { Serverless: { VpcConfigs: [{ ...network, SecurityGroupIds: ['1', '2', '3', '4', '5', '6'] }] } },
      /at most 5 security groups/,
      'securityGroupIds',
    ],
    ['empty ids', { Serverless: { VpcConfigs: [{ SubnetIds: ['a', ''] }] } }, /not be empty/, 'vpcConfigs'],
    [
      'another login',
      { Serverless: { VpcConfigs: [network], ClientAuthentication: { Sasl: { Iam: { Enabled: false } } } } },
      /IAM access control must be enabled/,
      'clientAuthentication',
    ],
    ['properties', { Tags: { 'sluice:set:num.partitions': '3' } }, /cannot be set: num.partitions/, 'tags'],
  ])('is refused with %s that it cannot have', async (_, change, message, parameter) => {
    await expect(create(change)).rejects.toMatchObject(refused(message, parameter))
    expect((await clusters.client.send(new ListClustersV2Command({}))).ClusterInfoList).toEqual([])
  })

  it('shares its name with no other cluster, and an account has ten', async () => {
    for (let at = 1; at <= 10; at++) await create({ ClusterName: `orders-${at}` })
    await expect(create({ ClusterName: 'orders-1' })).rejects.toMatchObject({ name: 'ConflictException' })
    await expect(create({ ClusterName: 'orders-11' })).rejects.toMatchObject({
      name: 'TooManyRequestsException',
    })
    // Its brokers are nobody's: the account still has all of its own.
    expect(await clusters.create({ NumberOfBrokerNodes: 30 })).toContain('cluster/orders/')
  })
})

describe('operations on clusters', () => {
  it('take both types, or refuse serverless ones', async () => {
    const arn = await created()
    const schema = parseServiceSchema(kafka)
    const taken: string[] = []
    const onClusters = schema.operations.filter(({ uri }) => uri.includes('{ClusterArn}'))
    // Last what leaves nothing to ask.
    const inOrder = onClusters.toSorted((a, b) => Number(isDelete(a.name)) - Number(isDelete(b.name)))
    for (const { name, method, uri } of inOrder) {
      const target = uri.replace(/\{(\w+)\}/g, (_, label) =>
        encodeURIComponent(label === 'ClusterArn' ? arn : 'x'),
      )
      const body = Buffer.from(JSON.stringify(bodies[name] ?? {}))
      const answer = await clusters.service.handle({ method, target, headers: [], body })
      if (JSON.parse(String(answer.body) || '{}').message !== onlyProvisioned) taken.push(name)
      else expect([name, answer.status]).toEqual([name, 400])
    }
    expect(taken.sort()).toEqual([
      'DeleteCluster',
      'DeleteClusterPolicy',
      'DescribeClusterV2',
      'GetBootstrapBrokers',
      'GetClusterPolicy',
      'ListClientVpcConnections',
      'ListClusterOperationsV2',
      'PutClusterPolicy',
      'RejectClientVpcConnection',
      'UpdateConnectivity',
    ])
  })

  it('that name their cluster otherwise do so as well', async () => {
    const ClusterArn = await created()
    const refusal = refused(onlyProvisioned, 'clusterArn')
    const { client } = clusters
    await expect(client.send(new GetCompatibleKafkaVersionsCommand({ ClusterArn }))).rejects.toMatchObject(
      refusal,
    )
    await expect(client.send(new DescribeClusterCommand({ ClusterArn }))).rejects.toMatchObject(refusal)
    const operations = await client.send(new ListClusterOperationsV2Command({ ClusterArn }))
    expect(operations.ClusterOperationInfoList).toEqual([])
    await expect(
      clusters.service.scalingClient().send(
        new RegisterScalableTargetCommand({
          ServiceNamespace: 'kafka',
          ResourceId: ClusterArn,
          ScalableDimension: 'kafka:broker-storage:VolumeSize',
          MinCapacity: 1,
          MaxCapacity: 100,
        }),
      ),
    ).rejects.toThrow(/serverless/)
  })

  it('change nothing of its connectivity but the kind of addresses', async () => {
    const ClusterArn = await created()
    const { CurrentVersion } = (await describeV2(ClusterArn)) ?? {}
    const update = (ConnectivityInfo: object) =>
      clusters.client.send(new UpdateConnectivityCommand({ ClusterArn, CurrentVersion, ConnectivityInfo }))
    await expect(update({ PublicAccess: { Type: 'SERVICE_PROVIDED_EIPS' } })).rejects.toMatchObject(
      refused(/Only the network type/),
    )
    await expect(update({ NetworkType: 'IPV4' })).rejects.toMatchObject(
      refused(/does not include any updates/),
    )
    await expect(update({ NetworkType: 'DUAL' })).rejects.toMatchObject({ name: 'NotImplementedException' })
  })
})

const isDelete = (name: string) => name === 'DeleteCluster'

/** What each of them wants at least. */
const bodies: Readonly<Record<string, object>> = {
  BatchAssociateScramSecret: { secretArnList: ['x'] },
  BatchDisassociateScramSecret: { secretArnList: ['x'] },
  CreateChannel: { channelName: 'x', topicConfigurationList: [] },
  CreateTopic: { topicName: 'x', partitionCount: 1, replicationFactor: 3 },
  PutClusterPolicy: { policy: '{}' },
  RebootBroker: { brokerIds: ['1'] },
  RejectClientVpcConnection: { vpcConnectionArn: 'x' },
  UpdateBrokerCount: { currentVersion: 'x', targetNumberOfBrokerNodes: 6 },
  UpdateBrokerStorage: { currentVersion: 'x', targetBrokerEBSVolumeInfo: [] },
  UpdateBrokerType: { currentVersion: 'x', targetInstanceType: 'kafka.m5.large' },
  UpdateClusterConfiguration: { currentVersion: 'x', configurationInfo: { arn: 'x', revision: 1 } },
  UpdateClusterKafkaVersion: { currentVersion: 'x', targetKafkaVersion: '3.9.x' },
  UpdateConnectivity: { currentVersion: 'x' },
  UpdateMonitoring: { currentVersion: 'x' },
  UpdateRebalancing: { currentVersion: 'x', rebalancing: { status: 'ACTIVE' } },
  UpdateSecurity: { currentVersion: 'x' },
  UpdateStorage: { currentVersion: 'x' },
}

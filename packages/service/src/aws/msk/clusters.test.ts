import {
  CreateClusterCommand,
  CreateClusterV2Command,
  DeleteClusterCommand,
  DescribeClusterCommand,
  DescribeClusterV2Command,
  GetBootstrapBrokersCommand,
  type KafkaClient,
  ListClustersCommand,
  ListClustersV2Command,
  ListKafkaVersionsCommand,
  ListNodesCommand,
  ListTagsForResourceCommand,
  paginateListClusters,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { provisioned, startTestService, type TestService } from '../test-service.ts'

let service: TestService
let client: KafkaClient

beforeEach(async () => {
  service = await startTestService()
  client = service.client({ maxAttempts: 1 })
})

/** Creates a cluster and waits until the loop is done with it. */
async function create(request: ReturnType<typeof provisioned> & Record<string, unknown>): Promise<string> {
  const { ClusterArn = '' } = await client.send(new CreateClusterCommand(request))
  await settled(ClusterArn)
  return ClusterArn
}

/** Creates a cluster that stays in CREATING. */
async function createHeld(): Promise<string> {
  service.engine.gate = new Promise(() => {})
  const { ClusterArn = '' } = await client.send(new CreateClusterCommand(provisioned('orders')))
  return ClusterArn
}

const settled = (arn: string) => service.fleet.idle(arn.slice(arn.lastIndexOf('/') + 1))

const describeV1 = async (ClusterArn: string) =>
  (await client.send(new DescribeClusterCommand({ ClusterArn }))).ClusterInfo

describe('CreateCluster', () => {
  it('answers CREATING with an ARN in the shape of AWS, and the cluster becomes ACTIVE', async () => {
    const answer = await client.send(new CreateClusterCommand(provisioned('orders')))
    expect(answer.ClusterName).toBe('orders')
    expect(answer.State).toBe('CREATING')
    expect(answer.ClusterArn).toMatch(
      /^arn:aws:kafka:us-east-1:000000000000:cluster\/orders\/[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}-\d{1,2}$/,
    )
    await settled(answer.ClusterArn ?? '')
    expect((await describeV1(answer.ClusterArn ?? ''))?.State).toBe('ACTIVE')
  })

  it('is on disk before it is answered', async () => {
    const { ClusterArn = '' } = await client.send(new CreateClusterCommand(provisioned('orders')))
    const uuid = ClusterArn.slice(ClusterArn.lastIndexOf('/') + 1)
    const stored = JSON.parse(service.disk.readFileSync(`/data/clusters/${uuid}/cluster.json`).toString())
    expect(stored).toMatchObject({ arn: ClusterArn, name: 'orders' })
  })

  it('describes what was sent, with the defaults of MSK', async () => {
    const info = await describeV1(await create(provisioned('orders')))
    expect(info).toMatchObject({
      ClusterName: 'orders',
      NumberOfBrokerNodes: 3,
      BrokerNodeGroupInfo: {
        BrokerAZDistribution: 'DEFAULT',
        ClientSubnets: ['subnet-a', 'subnet-b', 'subnet-c'],
        InstanceType: 'kafka.m7g.large',
        StorageInfo: { EbsStorageInfo: { VolumeSize: 100, ProvisionedThroughput: { Enabled: false } } },
        ConnectivityInfo: { PublicAccess: { Type: 'DISABLED' }, NetworkType: 'IPV4' },
        ZoneIds: ['use1-az1', 'use1-az2', 'use1-az3'],
      },
      CurrentBrokerSoftwareInfo: { KafkaVersion: '4.4.x.kraft' },
      EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'PLAINTEXT', InCluster: true } },
      EnhancedMonitoring: 'DEFAULT',
      StorageMode: 'LOCAL',
      CustomerActionStatus: 'NONE',
      Tags: {},
    })
    expect(info?.CurrentVersion).toMatch(/^K[A-Z0-9]{10,13}$/)
    expect(info?.BrokerNodeGroupInfo?.SecurityGroups).toEqual([expect.stringMatching(/^sg-[0-9a-f]{17}$/)])
    expect(info?.EncryptionInfo?.EncryptionAtRest?.DataVolumeKMSKeyId).toMatch(
      /^arn:aws:kms:us-east-1:000000000000:key\/[0-9a-f-]{36}$/,
    )
    expect(info?.CreationTime).toBeInstanceOf(Date)
    expect(info).not.toHaveProperty('ClientAuthentication')
    expect(info?.CurrentBrokerSoftwareInfo).not.toHaveProperty('ConfigurationArn')
  })

  it('says in stateInfo that one of the brokers runs', async () => {
    const info = await describeV1(await create(provisioned('orders')))
    expect(info?.StateInfo?.Message).toMatch(/^One of the 3 brokers runs/)
  })

  it('makes a zone of each distinct subnet', async () => {
    const request = provisioned('two-zones')
    const group = { ...request.BrokerNodeGroupInfo, ClientSubnets: ['anything', 'goes'] }
    const arn = await create({ ...request, NumberOfBrokerNodes: 2, BrokerNodeGroupInfo: group })
    expect((await describeV1(arn))?.BrokerNodeGroupInfo?.ZoneIds).toEqual(['use1-az1', 'use1-az2'])
    expect(service.engine.plans[0]?.nodes[0]).toMatchObject({ role: 'broker', rack: 'use1-az1' })
  })

  it('refuses a name that is taken, also in the other version of the API', async () => {
    await create(provisioned('orders'))
    const taken = { name: 'ConflictException', message: 'A resource with this name already exists' }
    await expect(client.send(new CreateClusterCommand(provisioned('orders')))).rejects.toMatchObject(taken)
    const { ClusterName, ...rest } = provisioned('orders')
    await expect(
      client.send(new CreateClusterV2Command({ ClusterName, Provisioned: rest })),
    ).rejects.toMatchObject(taken)
  })

  it('sets broker properties by tags, over the defaults of MSK', async () => {
    const arn = await create({
      ...provisioned('orders'),
      Tags: {
        team: 'a',
        'sluice:set:num.partitions': '4',
        'sluice:set:log.cleanup.policy': 'compact,delete',
      },
    })
    expect(service.engine.plans[0]?.properties).toMatchObject({
      'num.partitions': '4',
      'log.cleanup.policy': 'compact,delete',
      'auto.create.topics.enable': 'false',
      'default.replication.factor': '1',
    })
    expect((await describeV1(arn))?.Tags).toMatchObject({ team: 'a', 'sluice:set:num.partitions': '4' })
  })

  it('answers 503 when the disk does not take the cluster, and then there is none', async () => {
    service.disk.failNext('writeFileAtomic', 'ENOSPC')
    await expect(client.send(new CreateClusterCommand(provisioned('orders')))).rejects.toMatchObject({
      name: 'ServiceUnavailableException',
      message: expect.stringContaining('The disk is full.'),
    })
    expect((await client.send(new ListClustersCommand({}))).ClusterInfoList).toEqual([])
  })
})

describe('CreateCluster refuses', () => {
  const group = provisioned('x').BrokerNodeGroupInfo
  const auth = (part: object) => ({
    ClientAuthentication: part,
    EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS_PLAINTEXT' as const } },
  })
  it.each([
    ['an underscore in the name', { ClusterName: 'a_b' }, 'clusterName', /characters that are not valid/],
    ['a name that is too long', { ClusterName: 'a'.repeat(65) }, 'clusterName', /between 1 and 64/],
    [
      'an unknown Kafka version',
      { KafkaVersion: '2.1.0' },
      'kafkaVersion',
      /^Unsupported KafkaVersion \[2\.1\.0\]\. Valid values: \[.*4\.4\.x\.kraft.*\]$/,
    ],
    ['no brokers', { NumberOfBrokerNodes: 0 }, 'numberOfBrokerNodes', /at least 1/],
    ['a broken number', { NumberOfBrokerNodes: 1.5 }, 'numberOfBrokerNodes', /whole number/],
    ['a text for a number', { NumberOfBrokerNodes: '3' as never }, 'numberOfBrokerNodes', /must be a number/],
    ['brokers that do not fit the zones', { NumberOfBrokerNodes: 4 }, 'numberOfBrokerNodes', /multiple/],
    ['too many brokers', { NumberOfBrokerNodes: 63 }, 'numberOfBrokerNodes', /between 1 and 60/],
    [
      'one subnet',
      { BrokerNodeGroupInfo: { ...group, ClientSubnets: ['a'] } },
      'clientSubnets',
      /two or three client subnets/,
    ],
    [
      'two subnets in one zone',
      { BrokerNodeGroupInfo: { ...group, ClientSubnets: ['a', 'b', 'a'] } },
      'clientSubnets',
      /must be equal to the number of client subnets/,
    ],
    [
      'an unknown size',
      { BrokerNodeGroupInfo: { ...group, InstanceType: 'kafka.m7g.24xlarge' } },
      'instanceType',
      /^Unsupported InstanceType/,
    ],
    [
      'a volume that is too large',
      { BrokerNodeGroupInfo: { ...group, StorageInfo: { EbsStorageInfo: { VolumeSize: 16_385 } } } },
      'volumeSize',
      /between 1 and 16384/,
    ],
    [
      'public access at creation',
      {
        BrokerNodeGroupInfo: {
          ...group,
          ConnectivityInfo: { PublicAccess: { Type: 'SERVICE_PROVIDED_EIPS' } },
        },
      },
      'publicAccess',
      /cannot be turned on when/,
    ],
    [
      'an unknown enum',
      { EnhancedMonitoring: 'ALL' as never },
      'enhancedMonitoring',
      /must be one of DEFAULT/,
    ],
    ['SASL without TLS', auth({ Sasl: { Iam: { Enabled: true } } }), 'clientBroker', /SASL/],
    [
      'an unknown broker property',
      { Tags: { 'sluice:set:no.such.thing': '1' } },
      'tags',
      /no\.such\.thing: is not a broker property/,
    ],
    [
      'a configuration that is not there',
      { ConfigurationInfo: { Arn: 'arn:aws:kafka:::configuration/a/b', Revision: 1 } },
      'arn',
      /^Invalid Configuration ARN\.$/,
    ],
    [
      'an engine that is not there',
      { Tags: { 'sluice:engine': 'redpanda' } },
      'tags',
      /^There is no engine 'redpanda'\. The engines of this service are: embedded, apache-kafka\.$/,
    ],
    [
      'more than 30 brokers with ZooKeeper',
      { KafkaVersion: '3.9.x', NumberOfBrokerNodes: 33 },
      'numberOfBrokerNodes',
      /between 1 and 30/,
    ],
    [
      'a replication factor that one broker cannot meet',
      { Tags: { 'sluice:set:default.replication.factor': '3' } },
      'tags',
      /brokers do not replicate yet/,
    ],
    ['a property that Sluice owns', { Tags: { 'sluice:set:listeners': 'x' } }, 'tags', /set by Sluice/],
    ['a reserved tag', { Tags: { 'aws:x': '1' } }, 'tags', /aws: is reserved/],
    ['a tag with odd characters', { Tags: { a: 'b,c' } }, 'tags', /not valid/],
  ])('%s', async (_what, change, parameter, message) => {
    await expect(
      client.send(new CreateClusterCommand({ ...provisioned('orders'), ...change })),
    ).rejects.toMatchObject({
      name: 'BadRequestException',
      InvalidParameter: parameter,
      message: expect.stringMatching(message),
    })
    expect((await client.send(new ListClustersCommand({}))).ClusterInfoList).toEqual([])
  })

  it('a required member that is missing', async () => {
    const { KafkaVersion: _left, ...rest } = provisioned('orders')
    await expect(client.send(new CreateClusterCommand(rest as never))).rejects.toMatchObject({
      name: 'BadRequestException',
      InvalidParameter: 'kafkaVersion',
    })
  })

  it.each([
    ['Express brokers', { BrokerNodeGroupInfo: { ...group, InstanceType: 'express.m7g.large' } }],
    ['tiered storage', { StorageMode: 'TIERED' as const }],
  ])('%s, as not implemented', async (_what, change) => {
    await expect(
      client.send(new CreateClusterCommand({ ...provisioned('orders'), ...change })),
    ).rejects.toMatchObject({ name: 'NotImplementedException', $metadata: { httpStatusCode: 501 } })
  })
})

describe('CreateClusterV2', () => {
  it('makes a cluster that both versions describe', async () => {
    const { ClusterName, ...rest } = provisioned('orders')
    const answer = await client.send(
      new CreateClusterV2Command({ ClusterName, Tags: { team: 'a' }, Provisioned: rest }),
    )
    expect(answer).toMatchObject({ ClusterName: 'orders', State: 'CREATING', ClusterType: 'PROVISIONED' })
    await settled(answer.ClusterArn ?? '')
    const { ClusterInfo: v2 } = await client.send(
      new DescribeClusterV2Command({ ClusterArn: answer.ClusterArn }),
    )
    const v1 = await describeV1(answer.ClusterArn ?? '')
    expect(v2).toMatchObject({ ClusterType: 'PROVISIONED', State: 'ACTIVE', Tags: { team: 'a' } })
    expect(v2?.Provisioned?.BrokerNodeGroupInfo).toEqual(v1?.BrokerNodeGroupInfo)
    expect(v2?.Provisioned?.NumberOfBrokerNodes).toBe(3)
    expect(v2?.CurrentVersion).toBe(v1?.CurrentVersion)
    expect(v2?.StateInfo).toEqual(v1?.StateInfo)
  })

  it('takes exactly one of its two kinds, and no serverless one yet', async () => {
    const { ClusterName, ...rest } = provisioned('orders')
    const serverless = { VpcConfigs: [{ SubnetIds: ['a'] }] }
    await expect(client.send(new CreateClusterV2Command({ ClusterName }))).rejects.toMatchObject({
      name: 'BadRequestException',
    })
    await expect(
      client.send(new CreateClusterV2Command({ ClusterName, Provisioned: rest, Serverless: serverless })),
    ).rejects.toMatchObject({ name: 'BadRequestException' })
    await expect(
      client.send(new CreateClusterV2Command({ ClusterName, Serverless: serverless })),
    ).rejects.toMatchObject({
      name: 'NotImplementedException',
      message: 'A serverless cluster is not implemented yet in Sluice.',
    })
  })
})

describe('ListClusters', () => {
  beforeEach(async () => {
    for (const name of ['orders-1', 'orders-2', 'bills', 'orders-3']) await create(provisioned(name))
  })

  it('filters by the beginning of the name, in both versions', async () => {
    const v1 = await client.send(new ListClustersCommand({ ClusterNameFilter: 'orders' }))
    const v2 = await client.send(new ListClustersV2Command({ ClusterNameFilter: 'orders' }))
    expect(v1.ClusterInfoList?.map((cluster) => cluster.ClusterName).sort()).toEqual([
      'orders-1',
      'orders-2',
      'orders-3',
    ])
    expect(v2.ClusterInfoList?.map((cluster) => cluster.ClusterArn)).toEqual(
      v1.ClusterInfoList?.map((cluster) => cluster.ClusterArn),
    )
    expect(v1.NextToken).toBeUndefined()
  })

  it('filters by type', async () => {
    const provisionedOnes = await client.send(new ListClustersV2Command({ ClusterTypeFilter: 'PROVISIONED' }))
    const serverlessOnes = await client.send(new ListClustersV2Command({ ClusterTypeFilter: 'SERVERLESS' }))
    expect(provisionedOnes.ClusterInfoList).toHaveLength(4)
    expect(serverlessOnes.ClusterInfoList).toEqual([])
  })

  it('gives pages, each cluster once, also when one is deleted in between', async () => {
    const names: string[] = []
    for await (const shown of paginateListClusters({ client, pageSize: 3 }, {}))
      names.push(...(shown.ClusterInfoList ?? []).map((cluster) => cluster.ClusterName ?? ''))
    expect([...names].sort()).toEqual(['bills', 'orders-1', 'orders-2', 'orders-3'])

    const first = await client.send(new ListClustersCommand({ MaxResults: 1 }))
    const gone = first.ClusterInfoList?.[0]?.ClusterArn ?? ''
    await client.send(new DeleteClusterCommand({ ClusterArn: gone }))
    await settled(gone)
    const rest = await client.send(new ListClustersCommand({ NextToken: first.NextToken }))
    expect(rest.ClusterInfoList).toHaveLength(3)
  })

  it('refuses page sizes and tokens that are not valid', async () => {
    for (const [input, parameter] of [
      [{ MaxResults: 0 }, 'maxResults'],
      [{ MaxResults: 101 }, 'maxResults'],
      [{ NextToken: 'made-up' }, 'nextToken'],
    ] as const)
      await expect(client.send(new ListClustersCommand(input))).rejects.toMatchObject({
        name: 'BadRequestException',
        InvalidParameter: parameter,
      })
  })
})

describe('GetBootstrapBrokers', () => {
  it('lists what runs', async () => {
    const arn = await create(provisioned('orders'))
    const answer = await client.send(new GetBootstrapBrokersCommand({ ClusterArn: arn }))
    const { host, port } = service.fleet.status()[0]?.brokers[0]?.listeners[0] ?? { host: '', port: 0 }
    expect(answer.BootstrapBrokerString).toBe(`${host}:${port}`)
    expect(Object.keys(answer).filter((key) => key !== '$metadata')).toEqual(['BootstrapBrokerString'])
  })

  it('is refused with a sentence while there is no plaintext listener', async () => {
    const { EncryptionInfo: _left, ...rest } = provisioned('secure')
    const arn = await create(rest as never)
    const info = await describeV1(arn)
    expect(info?.EncryptionInfo?.EncryptionInTransit?.ClientBroker).toBe('TLS')
    expect(info?.State).toBe('ACTIVE')
    const sentence = info?.StateInfo?.Message ?? ''
    expect(sentence).toMatch(/no plaintext listener/)
    await expect(client.send(new GetBootstrapBrokersCommand({ ClusterArn: arn }))).rejects.toMatchObject({
      name: 'BadRequestException',
      message: sentence,
    })
    expect((await client.send(new ListNodesCommand({ ClusterArn: arn }))).NodeInfoList).toEqual([])
    expect(service.engine.running).toBe(0)
  })

  it('is refused while the cluster is being made', async () => {
    const ClusterArn = await createHeld()
    await expect(client.send(new GetBootstrapBrokersCommand({ ClusterArn }))).rejects.toMatchObject({
      name: 'BadRequestException',
      message: "You can't get bootstrap broker nodes for a cluster in CREATING state.",
    })
  })
})

describe('ListNodes', () => {
  it('lists the broker that runs and the controller', async () => {
    const arn = await create(provisioned('orders'))
    const { NodeInfoList = [] } = await client.send(new ListNodesCommand({ ClusterArn: arn }))
    const [broker, controller, ...more] = NodeInfoList
    expect(more).toEqual([])
    expect(broker).toMatchObject({
      NodeType: 'BROKER',
      InstanceType: 'm7g.large',
      BrokerNodeInfo: {
        BrokerId: 1,
        ClientSubnet: 'subnet-a',
        ClientVpcIpAddress: '127.0.0.1',
        Endpoints: ['127.0.0.1'],
        CurrentBrokerSoftwareInfo: { KafkaVersion: '4.4.x.kraft' },
      },
    })
    expect(broker?.NodeARN).toMatch(`${arn.replace(':cluster/', ':broker/')}/`)
    expect(broker?.AddedToClusterTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(controller).toEqual({ ControllerNodeInfo: { Endpoints: ['127.0.0.1'] } })
  })

  it('gives pages', async () => {
    const ClusterArn = await create(provisioned('orders'))
    const first = await client.send(new ListNodesCommand({ ClusterArn, MaxResults: 1 }))
    expect(first.NodeInfoList).toHaveLength(1)
    const second = await client.send(new ListNodesCommand({ ClusterArn, NextToken: first.NextToken }))
    expect(second.NodeInfoList?.[0]).toHaveProperty('ControllerNodeInfo')
    expect(second.NextToken).toBeUndefined()
  })
})

describe('a cluster with all its brokers', () => {
  const tagged = { Tags: { 'sluice:engine': 'apache-kafka' } }

  it('has the replication factors of MSK, by its zones', async () => {
    await create({ ...provisioned('three'), ...tagged })
    const group = { ...provisioned('two').BrokerNodeGroupInfo, ClientSubnets: ['a', 'b'] }
    await create({ ...provisioned('two'), ...tagged, NumberOfBrokerNodes: 2, BrokerNodeGroupInfo: group })
    expect(service.replicating.plans[0]?.properties).toMatchObject({
      'default.replication.factor': '3',
      'min.insync.replicas': '2',
      'offsets.topic.replication.factor': '3',
      'transaction.state.log.min.isr': '2',
    })
    expect(service.replicating.plans.at(-1)?.properties).toMatchObject({
      'default.replication.factor': '2',
      'min.insync.replicas': '1',
    })
  })

  it('may set them, since its brokers replicate', async () => {
    const Tags = { ...tagged.Tags, 'sluice:set:default.replication.factor': '2' }
    await create({ ...provisioned('orders'), Tags })
    expect(service.replicating.plans[0]?.properties).toMatchObject({ 'default.replication.factor': '2' })
  })

  it('is found by one broker in each zone', async () => {
    const ClusterArn = await create({ ...provisioned('orders'), ...tagged, NumberOfBrokerNodes: 6 })
    const { BootstrapBrokerString = '' } = await client.send(new GetBootstrapBrokersCommand({ ClusterArn }))
    const ports = service.fleet.status()[0]?.brokers.map(({ listeners }) => listeners[0]?.port) ?? []
    expect(ports).toHaveLength(6)
    expect(BootstrapBrokerString.split(',')).toEqual(ports.slice(0, 3).map((port) => `127.0.0.1:${port}`))
  })

  it('of two zones, by two', async () => {
    const group = { ...provisioned('two').BrokerNodeGroupInfo, ClientSubnets: ['a', 'b'] }
    const request = { ...provisioned('two'), ...tagged, NumberOfBrokerNodes: 4, BrokerNodeGroupInfo: group }
    const ClusterArn = await create(request)
    const { BootstrapBrokerString = '' } = await client.send(new GetBootstrapBrokersCommand({ ClusterArn }))
    expect(BootstrapBrokerString.split(',')).toHaveLength(2)
  })
})

describe('a cluster with ZooKeeper', () => {
  const request = {
    ...provisioned('orders'),
    KafkaVersion: '3.9.x',
    Tags: { 'sluice:engine': 'apache-kafka' },
  }

  it('lists brokers and ZooKeeper nodes, each in its shape, in pages', async () => {
    const ClusterArn = await create(request)
    const first = await client.send(new ListNodesCommand({ ClusterArn, MaxResults: 4 }))
    const rest = await client.send(new ListNodesCommand({ ClusterArn, NextToken: first.NextToken }))
    const nodes = [...(first.NodeInfoList ?? []), ...(rest.NodeInfoList ?? [])]
    expect(nodes.map((node) => node.BrokerNodeInfo?.BrokerId)).toEqual([1, 2, 3, ...Array(3).fill(undefined)])
    expect(nodes.map((node) => node.BrokerNodeInfo?.ClientSubnet).slice(0, 3)).toEqual([
      'subnet-a',
      'subnet-b',
      'subnet-c',
    ])
    expect(nodes.slice(3).map((node) => node.ZookeeperNodeInfo?.ZookeeperId)).toEqual([1, 2, 3])
    expect(nodes[3]).toMatchObject({
      NodeARN: expect.stringContaining(':broker/orders/'),
      ZookeeperNodeInfo: {
        ZookeeperVersion: '3.8.4',
        AttachedENIId: expect.stringMatching(/^eni-[0-9a-f]{17}$/),
        ClientVpcIpAddress: '127.0.0.1',
        Endpoints: ['127.0.0.1'],
      },
    })
    for (const node of nodes.slice(3)) expect(node.NodeType).toBeUndefined()
  })

  it('tells how its ZooKeeper is reached while it serves, in both versions', async () => {
    service.replicating.gate = new Promise(() => {})
    const held = await client.send(new CreateClusterCommand({ ...request, ClusterName: 'held' }))
    expect(await describeV1(held.ClusterArn ?? '')).not.toHaveProperty('ZookeeperConnectString')
    service.replicating.gate = null
    const ClusterArn = await create(request)
    const quorum = service.fleet.status().find(({ arn }) => arn === ClusterArn)?.quorum ?? []
    const addresses = quorum.map(({ listeners }) => `127.0.0.1:${listeners[0]?.port}`)
    expect(addresses).toHaveLength(3)
    expect(await describeV1(ClusterArn)).toMatchObject({ ZookeeperConnectString: addresses.join(',') })
    const { ClusterInfo } = await client.send(new DescribeClusterV2Command({ ClusterArn }))
    expect(ClusterInfo?.Provisioned?.ZookeeperConnectString).toBe(addresses.join(','))
  })

  it('has no such address with KRaft', async () => {
    const info = await describeV1(await create({ ...request, KafkaVersion: '3.9.x.kraft' }))
    expect(info).not.toHaveProperty('ZookeeperConnectString')
  })
})

describe('DeleteCluster', () => {
  it('answers DELETING, then the cluster and its data are gone and its name is free', async () => {
    const arn = await create(provisioned('orders'))
    const directory = service.fleet.status()[0]?.directory ?? ''
    expect(service.disk.existsSync(`${directory}/broker-1/volume-1/data`)).toBe(true)
    const answer = await client.send(new DeleteClusterCommand({ ClusterArn: arn }))
    expect(answer).toMatchObject({ ClusterArn: arn, State: 'DELETING' })
    await settled(arn)
    await expect(describeV1(arn)).rejects.toMatchObject({ name: 'NotFoundException' })
    expect(service.disk.existsSync(directory)).toBe(false)
    expect(service.engine.running).toBe(0)
    await create(provisioned('orders'))
  })

  it('takes the current version, and no other', async () => {
    const arn = await create(provisioned('orders'))
    await expect(
      client.send(new DeleteClusterCommand({ ClusterArn: arn, CurrentVersion: 'KOLDVERSION1' })),
    ).rejects.toMatchObject({ name: 'BadRequestException', InvalidParameter: 'currentVersion' })
    const { CurrentVersion } = (await describeV1(arn)) ?? {}
    await client.send(new DeleteClusterCommand({ ClusterArn: arn, CurrentVersion }))
  })

  it('is refused while the cluster is being made', async () => {
    const ClusterArn = await createHeld()
    await expect(client.send(new DeleteClusterCommand({ ClusterArn }))).rejects.toMatchObject({
      name: 'BadRequestException',
    })
  })
})

describe('a cluster ARN', () => {
  const unknown = 'arn:aws:kafka:us-east-1:000000000000:cluster/x/6d8b5f5e-1111-4222-8333-944444444444-1'
  it('that names nothing is not found', async () => {
    const input = { ClusterArn: unknown }
    for (const call of [
      client.send(new DescribeClusterCommand(input)),
      client.send(new DescribeClusterV2Command(input)),
      client.send(new GetBootstrapBrokersCommand(input)),
      client.send(new ListNodesCommand(input)),
      client.send(new DeleteClusterCommand(input)),
    ])
      await expect(call).rejects.toMatchObject({
        name: 'NotFoundException',
        $metadata: { httpStatusCode: 404 },
      })
  })

  it('that is none is a bad request', async () => {
    for (const ClusterArn of ['orders', `${unknown}/more`, 'arn:aws:kafka:us-east-1:1:topic/a/b/c', '../..'])
      await expect(describeV1(ClusterArn)).rejects.toMatchObject({
        name: 'BadRequestException',
        InvalidParameter: 'clusterArn',
      })
  })
})

describe('ListKafkaVersions', () => {
  it('gives what the default engine runs, in its order, in pages', async () => {
    const first = await client.send(new ListKafkaVersionsCommand({ MaxResults: 3 }))
    const rest = await client.send(new ListKafkaVersionsCommand({ NextToken: first.NextToken }))
    expect(first.KafkaVersions).toHaveLength(3)
    expect(rest.NextToken).toBeUndefined()
    expect([...(first.KafkaVersions ?? []), ...(rest.KafkaVersions ?? [])]).toEqual(
      service.engine.kafkaVersions.map(({ version }) => ({ Version: version, Status: 'ACTIVE' })),
    )
  })
})

describe('tags', () => {
  it('are added, listed and removed', async () => {
    const ResourceArn = await create(provisioned('orders'))
    const tagged = await client.send(
      new TagResourceCommand({ ResourceArn, Tags: { a: '1', b: '2', c: '3' } }),
    )
    expect(tagged.$metadata.httpStatusCode).toBe(204)
    await client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a', 'b'] }))
    const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceArn }))
    expect(Tags).toEqual({ c: '3' })
  })

  it('choose the engine at creation, and stay as they are', async () => {
    const tags = { 'sluice:engine': 'apache-kafka' }
    const ResourceArn = await create({ ...provisioned('orders'), Tags: tags })
    expect([service.engine.running, service.replicating.running]).toEqual([0, 3])
    expect((await describeV1(ResourceArn))?.StateInfo).toBeUndefined()
    for (const call of [
      client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['sluice:engine'] })),
      client.send(new TagResourceCommand({ ResourceArn, Tags: { 'sluice:engine': 'embedded' } })),
    ])
      await expect(call).rejects.toMatchObject({ name: 'BadRequestException', InvalidParameter: 'tags' })
  })

  it('that set broker properties stay as they are', async () => {
    const tags = { 'sluice:set:num.partitions': '4' }
    const ResourceArn = await create({ ...provisioned('orders'), Tags: tags })
    await expect(
      client.send(new UntagResourceCommand({ ResourceArn, TagKeys: Object.keys(tags) })),
    ).rejects.toMatchObject({ name: 'BadRequestException' })
    await expect(
      client.send(new TagResourceCommand({ ResourceArn, Tags: { 'sluice:set:num.partitions': '5' } })),
    ).rejects.toMatchObject({ name: 'BadRequestException' })
  })
})

import {
  CreateClusterCommand,
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

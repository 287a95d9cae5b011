import {
  CreateClusterCommand,
  DescribeClusterV2Command,
  GetBootstrapBrokersCommand,
  ListNodesCommand,
} from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { provisioned } from '../testing/test-service.ts'
import { TestClusters } from './testing/test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

describe('a cluster with all its brokers', () => {
  const tagged = { Tags: { 'sluice:engine': 'apache-kafka' } }

  it('has the replication factors of MSK, by its zones', async () => {
    await clusters.createFrom({ ...provisioned('three'), ...tagged })
    const group = { ...provisioned('two').BrokerNodeGroupInfo, ClientSubnets: ['a', 'b'] }
    await clusters.createFrom({
      ...provisioned('two'),
      ...tagged,
      NumberOfBrokerNodes: 2,
      BrokerNodeGroupInfo: group,
    })
    expect(clusters.service.replicating.plans[0]?.properties).toMatchObject({
      'default.replication.factor': '3',
      'min.insync.replicas': '2',
      'offsets.topic.replication.factor': '3',
      'transaction.state.log.min.isr': '2',
    })
    expect(clusters.service.replicating.plans.at(-1)?.properties).toMatchObject({
      'default.replication.factor': '2',
      'min.insync.replicas': '1',
    })
  })

  it('may set them, since its brokers replicate', async () => {
    const Tags = { ...tagged.Tags, 'sluice:set:default.replication.factor': '2' }
    await clusters.createFrom({ ...provisioned('orders'), Tags })
    expect(clusters.service.replicating.plans[0]?.properties).toMatchObject({
      'default.replication.factor': '2',
    })
  })

  it('is found by one broker in each zone', async () => {
    const ClusterArn = await clusters.createFrom({
      ...provisioned('orders'),
      ...tagged,
      NumberOfBrokerNodes: 6,
    })
    const { BootstrapBrokerString = '' } = await clusters.client.send(
      new GetBootstrapBrokersCommand({ ClusterArn }),
    )
    const ports = clusters.service.fleet.status()[0]?.brokers.map(({ listeners }) => listeners[0]?.port) ?? []
    expect(ports).toHaveLength(6)
    expect(BootstrapBrokerString.split(',')).toEqual(ports.slice(0, 3).map((port) => `127.0.0.1:${port}`))
  })

  it('of two zones, by two', async () => {
    const group = { ...provisioned('two').BrokerNodeGroupInfo, ClientSubnets: ['a', 'b'] }
    const request = { ...provisioned('two'), ...tagged, NumberOfBrokerNodes: 4, BrokerNodeGroupInfo: group }
    const ClusterArn = await clusters.createFrom(request)
    const { BootstrapBrokerString = '' } = await clusters.client.send(
      new GetBootstrapBrokersCommand({ ClusterArn }),
    )
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
    const ClusterArn = await clusters.createFrom(request)
    const first = await clusters.client.send(new ListNodesCommand({ ClusterArn, MaxResults: 4 }))
    const rest = await clusters.client.send(new ListNodesCommand({ ClusterArn, NextToken: first.NextToken }))
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
    clusters.service.replicating.gate = new Promise(() => {})
    const held = await clusters.client.send(new CreateClusterCommand({ ...request, ClusterName: 'held' }))
    expect(await clusters.info(held.ClusterArn ?? '')).not.toHaveProperty('ZookeeperConnectString')
    clusters.service.replicating.gate = null
    const ClusterArn = await clusters.createFrom(request)
    const quorum = clusters.service.fleet.status().find(({ arn }) => arn === ClusterArn)?.quorum ?? []
    const addresses = quorum.map(({ listeners }) => `127.0.0.1:${listeners[0]?.port}`)
    expect(addresses).toHaveLength(3)
    expect(await clusters.info(ClusterArn)).toMatchObject({ ZookeeperConnectString: addresses.join(',') })
    const { ClusterInfo } = await clusters.client.send(new DescribeClusterV2Command({ ClusterArn }))
    expect(ClusterInfo?.Provisioned?.ZookeeperConnectString).toBe(addresses.join(','))
  })

  it('has no such address with KRaft', async () => {
    const info = await clusters.info(await clusters.createFrom({ ...request, KafkaVersion: '3.9.x.kraft' }))
    expect(info).not.toHaveProperty('ZookeeperConnectString')
  })
})

import { ListNodesCommand, UpdateBrokerCountCommand } from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { provisioned } from '../../testing/test-service.ts'
import { refused, TestClusters } from '../testing/test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

describe('UpdateBrokerCount', () => {
  const updateCount = async (ClusterArn: string, TargetNumberOfBrokerNodes: number) => {
    const { CurrentVersion } = await clusters.info(ClusterArn)
    const input = { ClusterArn, CurrentVersion, TargetNumberOfBrokerNodes }
    return clusters.client.send(new UpdateBrokerCountCommand(input))
  }

  it('adds brokers over the zones, and takes one of each zone away', async () => {
    const ClusterArn = await clusters.create()
    const grown = await updateCount(ClusterArn, 6)
    await clusters.settled(ClusterArn)
    expect(clusters.service.replicating.running).toBe(6)
    expect(await clusters.info(ClusterArn)).toMatchObject({ NumberOfBrokerNodes: 6, State: 'ACTIVE' })
    expect(await clusters.operation(grown.ClusterOperationArn)).toMatchObject({
      OperationType: 'INCREASE_BROKER_COUNT',
      OperationState: 'UPDATE_COMPLETE',
      SourceClusterInfo: { NumberOfBrokerNodes: 3 },
      TargetClusterInfo: {
        NumberOfBrokerNodes: 6,
        BrokerCountUpdateInfo: { CreatedBrokerIds: [4, 5, 6], DeletedBrokerIds: [] },
      },
    })
    const { NodeInfoList = [] } = await clusters.client.send(new ListNodesCommand({ ClusterArn }))
    expect(NodeInfoList.flatMap((node) => node.BrokerNodeInfo?.ClientSubnet ?? [])).toEqual([
      ...['subnet-a', 'subnet-b', 'subnet-c'],
      ...['subnet-a', 'subnet-b', 'subnet-c'],
    ])
    const shrunk = await updateCount(ClusterArn, 3)
    await clusters.settled(ClusterArn)
    expect(clusters.service.replicating.running).toBe(3)
    expect(await clusters.operation(shrunk.ClusterOperationArn)).toMatchObject({
      OperationType: 'DECREASE_BROKER_COUNT',
      OperationState: 'UPDATE_COMPLETE',
      TargetClusterInfo: { BrokerCountUpdateInfo: { CreatedBrokerIds: [], DeletedBrokerIds: [4, 5, 6] } },
    })
  })

  it('fails with a sentence where a broker that leaves holds partitions, and takes itself back', async () => {
    const ClusterArn = await clusters.create({ NumberOfBrokerNodes: 6 })
    clusters.service.replicating.partitions.set(5, 2)
    const { ClusterOperationArn } = await updateCount(ClusterArn, 3)
    await clusters.settled(ClusterArn)
    expect(clusters.service.replicating.running).toBe(6)
    expect(await clusters.info(ClusterArn)).toMatchObject({ NumberOfBrokerNodes: 6, State: 'ACTIVE' })
    expect(await clusters.operation(ClusterOperationArn)).toMatchObject({
      OperationState: 'UPDATE_FAILED',
      ErrorInfo: { ErrorCode: expect.any(String), ErrorString: expect.stringMatching(/Broker 5 holds 2/) },
    })
  })

  it.each([
    ['as many as there are', 3, /has 3 broker nodes already/],
    ['what does not fit the zones', 7, /must be a multiple of Availability Zones/],
    ['none', 0, /at least 1/],
    ['more than the quota', 63, /between 1 and 60/],
  ])('refuses %s', async (_what, target, message) => {
    await expect(updateCount(await clusters.create(), target)).rejects.toMatchObject(
      refused(message, 'targetNumberOfBrokerNodes'),
    )
  })

  it('refuses more than 30 with ZooKeeper', async () => {
    const ClusterArn = await clusters.create({ KafkaVersion: '3.9.x' })
    await expect(updateCount(ClusterArn, 33)).rejects.toMatchObject(refused(/between 1 and 30/))
  })

  it('refuses to remove two brokers of a zone at once, and small brokers', async () => {
    const ClusterArn = await clusters.create({ NumberOfBrokerNodes: 9 })
    await expect(updateCount(ClusterArn, 3)).rejects.toMatchObject(refused(/next smaller number is 6/))
    const group = { ...provisioned('x').BrokerNodeGroupInfo, InstanceType: 'kafka.t3.small' }
    const small = await clusters.create({
      ClusterName: 'small',
      NumberOfBrokerNodes: 6,
      BrokerNodeGroupInfo: group,
    })
    await expect(updateCount(small, 3)).rejects.toMatchObject(refused(/t3\.small cannot be removed/))
  })

  it('counts the brokers of all clusters of the account', async () => {
    const request = { ...provisioned('first'), NumberOfBrokerNodes: 60 }
    await clusters.createFrom(request)
    const ClusterArn = await clusters.create({ NumberOfBrokerNodes: 27 })
    await updateCount(ClusterArn, 30)
    await clusters.settled(ClusterArn)
    const tooMany = { name: 'TooManyRequestsException', message: expect.stringMatching(/at most 90 brokers/) }
    await expect(updateCount(ClusterArn, 33)).rejects.toMatchObject(tooMany)
    await expect(clusters.createFrom(provisioned('third'))).rejects.toMatchObject(tooMany)
    await clusters.settled(ClusterArn)
    await updateCount(ClusterArn, 27)
    await clusters.createFrom(provisioned('third'))
  })
})

import { ListNodesCommand } from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { provisioned } from '../../testing/test-service.ts'
import { TestClusters } from '../testing/test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

describe('ListNodes', () => {
  it('lists the brokers over the zones, and the controller', async () => {
    const arn = await clusters.createFrom(provisioned('orders'))
    const { NodeInfoList = [] } = await clusters.client.send(new ListNodesCommand({ ClusterArn: arn }))
    const [broker, , , controller, ...more] = NodeInfoList
    expect(more).toEqual([])
    expect(
      NodeInfoList.slice(0, 3).map(({ BrokerNodeInfo }) => [
        BrokerNodeInfo?.BrokerId,
        BrokerNodeInfo?.ClientSubnet,
      ]),
    ).toEqual([
      [1, 'subnet-a'],
      [2, 'subnet-b'],
      [3, 'subnet-c'],
    ])
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
    const ClusterArn = await clusters.createFrom(provisioned('orders'))
    const first = await clusters.client.send(new ListNodesCommand({ ClusterArn, MaxResults: 3 }))
    expect(first.NodeInfoList).toHaveLength(3)
    const second = await clusters.client.send(
      new ListNodesCommand({ ClusterArn, NextToken: first.NextToken }),
    )
    expect(second.NodeInfoList?.[0]).toHaveProperty('ControllerNodeInfo')
    expect(second.NextToken).toBeUndefined()
  })
})

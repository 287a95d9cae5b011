import { CreateClusterV2Command, DescribeClusterV2Command } from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { provisioned } from '../../testing/test-service.ts'
import { TestClusters } from '../testing/test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

describe('CreateClusterV2', () => {
  it('makes a cluster that both versions describe', async () => {
    const { ClusterName, ...rest } = provisioned('orders')
    const answer = await clusters.client.send(
      new CreateClusterV2Command({ ClusterName, Tags: { team: 'a' }, Provisioned: rest }),
    )
    expect(answer).toMatchObject({ ClusterName: 'orders', State: 'CREATING', ClusterType: 'PROVISIONED' })
    await clusters.settled(answer.ClusterArn ?? '')
    const { ClusterInfo: v2 } = await clusters.client.send(
      new DescribeClusterV2Command({ ClusterArn: answer.ClusterArn }),
    )
    const v1 = await clusters.info(answer.ClusterArn ?? '')
    expect(v2).toMatchObject({ ClusterType: 'PROVISIONED', State: 'ACTIVE', Tags: { team: 'a' } })
    expect(v2?.Provisioned?.BrokerNodeGroupInfo).toEqual(v1?.BrokerNodeGroupInfo)
    expect(v2?.Provisioned?.NumberOfBrokerNodes).toBe(3)
    expect(v2?.CurrentVersion).toBe(v1?.CurrentVersion)
    expect(v2?.StateInfo).toEqual(v1?.StateInfo)
  })

  it('takes exactly one of its two kinds', async () => {
    const { ClusterName, ...rest } = provisioned('orders')
    const serverless = { VpcConfigs: [{ SubnetIds: ['a'] }] }
    await expect(clusters.client.send(new CreateClusterV2Command({ ClusterName }))).rejects.toMatchObject({
      name: 'BadRequestException',
    })
    await expect(
      clusters.client.send(
        new CreateClusterV2Command({ ClusterName, Provisioned: rest, Serverless: serverless }),
      ),
    ).rejects.toMatchObject({ name: 'BadRequestException' })
  })
})

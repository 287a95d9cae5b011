import { ListNodesCommand, UpdateBrokerTypeCommand } from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { refused, TestClusters } from '../testing/test-clusters.ts'

let clusters: TestClusters
let ClusterArn: string

beforeEach(async () => {
  clusters = await TestClusters.start()
  ClusterArn = await clusters.create()
})

async function update(TargetInstanceType: string) {
  const { CurrentVersion } = await clusters.info(ClusterArn)
  return clusters.client.send(new UpdateBrokerTypeCommand({ ClusterArn, CurrentVersion, TargetInstanceType }))
}

describe('UpdateBrokerType', () => {
  it('gives all brokers the size, and starts none of them anew', async () => {
    const { ClusterOperationArn } = await update('kafka.m5.2xlarge')
    await clusters.settled(ClusterArn)
    const { BrokerNodeGroupInfo } = await clusters.info(ClusterArn)
    expect(BrokerNodeGroupInfo?.InstanceType).toBe('kafka.m5.2xlarge')
    const { NodeInfoList } = await clusters.client.send(new ListNodesCommand({ ClusterArn }))
    expect(NodeInfoList?.[0]?.InstanceType).toBe('m5.2xlarge')
    const operation = await clusters.operation(ClusterOperationArn)
    expect(operation).toMatchObject({
      OperationType: 'UPDATE_BROKER_TYPE',
      OperationState: 'UPDATE_COMPLETE',
    })
    expect(operation.SourceClusterInfo).toEqual({ InstanceType: 'm7g.large' })
    expect(operation.TargetClusterInfo).toEqual({ InstanceType: 'm5.2xlarge' })
    expect(clusters.service.replicating.log).toEqual([])
  })

  it('refuses sizes that MSK has not, and the one that is there', async () => {
    for (const type of ['kafka.m7g.24xlarge', 'express.m7g.large', 'large'])
      await expect(update(type)).rejects.toMatchObject(
        refused(
          /^Unsupported InstanceType \[.*\]\. Valid values: \[kafka\.t3\.small, /,
          'targetInstanceType',
        ),
      )
    await expect(update('kafka.m7g.large')).rejects.toMatchObject(refused(/already/, 'targetInstanceType'))
  })

  it('refuses one for fewer partitions than a broker has', async () => {
    const partitions = Array.from({ length: 301 }, (_, partition) => ({
      partition,
      leader: 1,
      replicas: [1, 1 + (partition % 2)],
      isr: [1],
    }))
    clusters.service.replicating.topics.topics.push({ name: 'wide', partitions: partitions.slice(0, 300) })
    await expect(update('kafka.t3.small')).rejects.toMatchObject(refused(/at most 300 partitions/))
    clusters.service.replicating.topics.topics.splice(0, 1, {
      name: 'wide',
      partitions: partitions.slice(0, 300).map((one) => ({ ...one, replicas: [1] })),
    })
    await update('kafka.t3.small')
  })

  it('is not taken in hand where nobody can say how many partitions there are', async () => {
    clusters.service.replicating.topics.failure = new Error('no broker answers')
    await expect(update('kafka.m5.large')).rejects.toMatchObject({ name: 'InternalServerErrorException' })
  })
})

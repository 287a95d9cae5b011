import { RebootBrokerCommand } from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { refused, TestClusters } from '../testing/test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

describe('RebootBroker', () => {
  it('restarts that broker, and the version of the cluster stays', async () => {
    const ClusterArn = await clusters.create()
    const before = await clusters.info(ClusterArn)
    const { ClusterOperationArn } = await clusters.client.send(
      new RebootBrokerCommand({ ClusterArn, BrokerIds: ['2'] }),
    )
    await clusters.settled(ClusterArn)
    expect(clusters.service.replicating.log).toEqual(['stop broker 2', 'start broker 2'])
    expect(await clusters.info(ClusterArn)).toEqual(before)
    expect(await clusters.operation(ClusterOperationArn)).toMatchObject({
      ClusterArn,
      OperationArn: ClusterOperationArn,
      OperationType: 'REBOOT_NODE',
      OperationState: 'REBOOT_COMPLETE',
      SourceClusterInfo: {},
      TargetClusterInfo: {},
      CreationTime: expect.any(Date),
      EndTime: expect.any(Date),
    })
  })

  it.each([
    ['none', [], /exactly one/],
    ['two', ['1', '2'], /exactly one/],
    ['one that is not there', ['4'], /no broker 4 that runs\. Valid values: \[1, 2, 3\]/],
    ['a text', ['one'], /no broker one/],
    ['a controller', ['10001'], /no broker 10001/],
  ])('refuses %s', async (_what, BrokerIds, message) => {
    const ClusterArn = await clusters.create()
    await expect(
      clusters.client.send(new RebootBrokerCommand({ ClusterArn, BrokerIds })),
    ).rejects.toMatchObject(refused(message, 'brokerIds'))
  })
})

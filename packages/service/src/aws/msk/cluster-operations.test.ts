import {
  DeleteClusterCommand,
  DescribeClusterOperationCommand,
  DescribeClusterOperationV2Command,
  ListClusterOperationsCommand,
  ListClusterOperationsV2Command,
  RebootBrokerCommand,
  UpdateBrokerCountCommand,
} from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { startTestService } from '../testing/test-service.ts'
import { refused, TestClusters, unknownArn } from './testing/test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

describe('cluster operations', () => {
  const reboot = async (ClusterArn: string, times: number) => {
    const arns: string[] = []
    for (let at = 0; at < times; at++) {
      const answer = await clusters.client.send(new RebootBrokerCommand({ ClusterArn, BrokerIds: ['1'] }))
      arns.push(answer.ClusterOperationArn ?? '')
      await clusters.settled(ClusterArn)
    }
    return arns
  }

  it('are listed in both versions, in pages, each once', async () => {
    const ClusterArn = await clusters.create()
    const arns = await reboot(ClusterArn, 5)
    const first = await clusters.client.send(new ListClusterOperationsCommand({ ClusterArn, MaxResults: 3 }))
    const rest = await clusters.client.send(
      new ListClusterOperationsCommand({ ClusterArn, NextToken: first.NextToken }),
    )
    const v1 = [...(first.ClusterOperationInfoList ?? []), ...(rest.ClusterOperationInfoList ?? [])]
    expect(v1.map(({ OperationArn }) => OperationArn).sort()).toEqual([...arns].sort())
    expect(v1[0]?.OperationSteps).toHaveLength(3)
    const times = v1.map(({ CreationTime }) => CreationTime?.getTime() ?? 0)
    expect(times).toEqual([...times].sort((a, b) => b - a))
    const v2 = await clusters.client.send(new ListClusterOperationsV2Command({ ClusterArn }))
    expect(v2.ClusterOperationInfoList?.map(({ OperationArn }) => OperationArn)).toEqual(
      v1.map(({ OperationArn }) => OperationArn),
    )
    expect(v2.ClusterOperationInfoList?.[0]).toEqual({
      ClusterArn,
      ClusterType: 'PROVISIONED',
      StartTime: v1[0]?.CreationTime,
      EndTime: v1[0]?.EndTime,
      OperationArn: v1[0]?.OperationArn,
      OperationState: 'REBOOT_COMPLETE',
      OperationType: 'REBOOT_NODE',
    })
  })

  it('are described in both versions, by an ARN with encoded and with plain slashes', async () => {
    const ClusterArn = await clusters.create()
    const { ClusterOperationArn = '', $metadata } = await clusters.client.send(
      new UpdateBrokerCountCommand({
        ClusterArn,
        CurrentVersion: (await clusters.info(ClusterArn)).CurrentVersion,
        TargetNumberOfBrokerNodes: 6,
      }),
    )
    await clusters.settled(ClusterArn)
    const v1 = await clusters.operation(ClusterOperationArn)
    expect(v1.ClientRequestId).toBe($metadata.requestId)
    const { ClusterOperationInfo: v2 } = await clusters.client.send(
      new DescribeClusterOperationV2Command({ ClusterOperationArn }),
    )
    expect(v2).toEqual({
      ClusterArn,
      ClusterType: 'PROVISIONED',
      StartTime: v1.CreationTime,
      EndTime: v1.EndTime,
      OperationArn: ClusterOperationArn,
      OperationState: 'UPDATE_COMPLETE',
      OperationType: 'INCREASE_BROKER_COUNT',
      Provisioned: {
        OperationSteps: v1.OperationSteps,
        SourceClusterInfo: v1.SourceClusterInfo,
        TargetClusterInfo: v1.TargetClusterInfo,
      },
    })
    const open = await startTestService({ acceptAnySignature: true })
    const { status, body } = await open.handle({
      method: 'GET',
      target: `/v1/operations/${ClusterOperationArn}`,
      headers: [],
      body: Buffer.alloc(0),
    })
    // Another service: its own answer, and not that of a path that nobody knows.
    expect([status, JSON.parse(String(body)).message]).toEqual([404, 'The cluster operation does not exist.'])
  })

  it('that are unknown are not found; ARNs of other things are bad requests', async () => {
    const ClusterArn = await clusters.create()
    const [arn = ''] = await reboot(ClusterArn, 1)
    const describeBoth = (ClusterOperationArn: string) => [
      clusters.client.send(new DescribeClusterOperationCommand({ ClusterOperationArn })),
      clusters.client.send(new DescribeClusterOperationV2Command({ ClusterOperationArn })),
    ]
    for (const call of describeBoth(`${arn.slice(0, -4)}0000`))
      await expect(call).rejects.toMatchObject({ name: 'NotFoundException' })
    for (const call of [...describeBoth(ClusterArn), ...describeBoth('x')])
      await expect(call).rejects.toMatchObject(refused(/not the ARN of a cluster operation/))
    for (const call of [
      clusters.client.send(new ListClusterOperationsCommand({ ClusterArn: unknownArn })),
      clusters.client.send(new ListClusterOperationsV2Command({ ClusterArn: unknownArn })),
    ])
      await expect(call).rejects.toMatchObject({ name: 'NotFoundException' })
  })

  it('go with their cluster', async () => {
    const ClusterArn = await clusters.create()
    const [arn] = await reboot(ClusterArn, 1)
    await clusters.client.send(new DeleteClusterCommand({ ClusterArn }))
    await clusters.settled(ClusterArn)
    await expect(clusters.operation(arn)).rejects.toMatchObject({ name: 'NotFoundException' })
  })
})

import {
  DeleteClusterCommand,
  DescribeClusterCommand,
  DescribeClusterV2Command,
  GetBootstrapBrokersCommand,
  ListNodesCommand,
} from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { TestClusters } from './testing/test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

describe('a cluster ARN', () => {
  const unknown = 'arn:aws:kafka:us-east-1:000000000000:cluster/x/6d8b5f5e-1111-4222-8333-944444444444-1'
  it('that names nothing is not found', async () => {
    const input = { ClusterArn: unknown }
    for (const call of [
      clusters.client.send(new DescribeClusterCommand(input)),
      clusters.client.send(new DescribeClusterV2Command(input)),
      clusters.client.send(new GetBootstrapBrokersCommand(input)),
      clusters.client.send(new ListNodesCommand(input)),
      clusters.client.send(new DeleteClusterCommand(input)),
    ])
      await expect(call).rejects.toMatchObject({
        name: 'NotFoundException',
        $metadata: { httpStatusCode: 404 },
      })
  })

  it('that is none is a bad request', async () => {
    for (const ClusterArn of ['orders', `${unknown}/more`, 'arn:aws:kafka:us-east-1:1:topic/a/b/c', '../..'])
      await expect(clusters.info(ClusterArn)).rejects.toMatchObject({
        name: 'BadRequestException',
        InvalidParameter: 'clusterArn',
      })
  })
})

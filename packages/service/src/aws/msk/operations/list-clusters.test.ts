import {
  DeleteClusterCommand,
  ListClustersCommand,
  ListClustersV2Command,
  paginateListClusters,
} from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { provisioned } from '../../testing/test-service.ts'
import { TestClusters } from '../testing/test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

describe('ListClusters', () => {
  beforeEach(async () => {
    for (const name of ['orders-1', 'orders-2', 'bills', 'orders-3'])
      await clusters.createFrom(provisioned(name))
  })

  it('filters by the beginning of the name, in both versions', async () => {
    const v1 = await clusters.client.send(new ListClustersCommand({ ClusterNameFilter: 'orders' }))
    const v2 = await clusters.client.send(new ListClustersV2Command({ ClusterNameFilter: 'orders' }))
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
    const provisionedOnes = await clusters.client.send(
      new ListClustersV2Command({ ClusterTypeFilter: 'PROVISIONED' }),
    )
    const serverlessOnes = await clusters.client.send(
      new ListClustersV2Command({ ClusterTypeFilter: 'SERVERLESS' }),
    )
    expect(provisionedOnes.ClusterInfoList).toHaveLength(4)
    expect(serverlessOnes.ClusterInfoList).toEqual([])
  })

  it('gives pages, each cluster once, also when one is deleted in between', async () => {
    const names: string[] = []
    for await (const shown of paginateListClusters({ client: clusters.client, pageSize: 3 }, {}))
      names.push(...(shown.ClusterInfoList ?? []).map((cluster) => cluster.ClusterName ?? ''))
    expect([...names].sort()).toEqual(['bills', 'orders-1', 'orders-2', 'orders-3'])

    const first = await clusters.client.send(new ListClustersCommand({ MaxResults: 1 }))
    const gone = first.ClusterInfoList?.[0]?.ClusterArn ?? ''
    await clusters.client.send(new DeleteClusterCommand({ ClusterArn: gone }))
    await clusters.settled(gone)
    const rest = await clusters.client.send(new ListClustersCommand({ NextToken: first.NextToken }))
    expect(rest.ClusterInfoList).toHaveLength(3)
  })

  it('refuses page sizes and tokens that are not valid', async () => {
    for (const [input, parameter] of [
      [{ MaxResults: 0 }, 'maxResults'],
      [{ MaxResults: 101 }, 'maxResults'],
      [{ NextToken: 'made-up' }, 'nextToken'],
    ] as const)
      await expect(clusters.client.send(new ListClustersCommand(input))).rejects.toMatchObject({
        name: 'BadRequestException',
        InvalidParameter: parameter,
      })
  })
})

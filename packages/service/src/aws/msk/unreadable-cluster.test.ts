import {
  DeleteClusterCommand,
  DescribeClusterCommand,
  DescribeClusterV2Command,
  ListClustersCommand,
  ListClustersV2Command,
} from '@aws-sdk/client-kafka'
import { MemoryDisk } from '@sluice/effects'
import { expect, it } from 'vitest'
import { provisioned } from '../testing/test-service.ts'
import { TestClusters } from './testing/test-clusters.ts'

it('a cluster whose record cannot be read is told as FAILED, and nothing is done to it', async () => {
  const disk = new MemoryDisk()
  const before = await TestClusters.start({ disk })
  const arn = await before.createFrom(provisioned('broken'))
  await before.createFrom(provisioned('whole'))
  await before.service.fleet.stop()
  const file = `/data/clusters/${arn.slice(arn.lastIndexOf('/') + 1)}/cluster.json`
  const text = disk.readFileSync(file).toString().slice(0, 500)
  disk.writeFileAtomicSync(file, text)

  const { client, service } = await TestClusters.start({ disk })
  const told = {
    ClusterArn: arn,
    ClusterName: 'broken',
    State: 'FAILED',
    StateInfo: { Code: 'CLUSTER_RECORD_CORRUPT', Message: expect.stringContaining(file) },
  }
  const v1 = await client.send(new ListClustersCommand({}))
  expect(v1.ClusterInfoList).toMatchObject([{ ClusterName: 'whole' }, told])
  const v2 = await client.send(new ListClustersV2Command({ ClusterNameFilter: 'br' }))
  expect(v2.ClusterInfoList).toMatchObject([told])
  expect((await client.send(new DescribeClusterCommand({ ClusterArn: arn }))).ClusterInfo).toMatchObject(told)
  expect((await client.send(new DescribeClusterV2Command({ ClusterArn: arn }))).ClusterInfo).toMatchObject(
    told,
  )
  await expect(client.send(new DeleteClusterCommand({ ClusterArn: arn }))).rejects.toThrow(/Repair the file/)
  await service.fleet.stop()
  expect(disk.readFileSync(file).toString()).toBe(text)
})

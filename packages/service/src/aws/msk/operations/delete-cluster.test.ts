import { DeleteClusterCommand } from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { provisioned } from '../../testing/test-service.ts'
import { TestClusters } from '../testing/test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

describe('DeleteCluster', () => {
  it('answers DELETING, then the cluster and its data are gone and its name is free', async () => {
    const arn = await clusters.createFrom(provisioned('orders'))
    const directory = clusters.service.fleet.status()[0]?.directory ?? ''
    expect(clusters.service.disk.existsSync(`${directory}/broker-1/volume-1/data`)).toBe(true)
    const answer = await clusters.client.send(new DeleteClusterCommand({ ClusterArn: arn }))
    expect(answer).toMatchObject({ ClusterArn: arn, State: 'DELETING' })
    await clusters.settled(arn)
    await expect(clusters.info(arn)).rejects.toMatchObject({ name: 'NotFoundException' })
    expect(clusters.service.disk.existsSync(directory)).toBe(false)
    expect(clusters.service.engine.running).toBe(0)
    await clusters.createFrom(provisioned('orders'))
  })

  it('takes the current version, and no other', async () => {
    const arn = await clusters.createFrom(provisioned('orders'))
    await expect(
      clusters.client.send(new DeleteClusterCommand({ ClusterArn: arn, CurrentVersion: 'KOLDVERSION1' })),
    ).rejects.toMatchObject({ name: 'BadRequestException', InvalidParameter: 'currentVersion' })
    const { CurrentVersion } = (await clusters.info(arn)) ?? {}
    await clusters.client.send(new DeleteClusterCommand({ ClusterArn: arn, CurrentVersion }))
  })

  it('is refused while the cluster is being made', async () => {
    const ClusterArn = await clusters.createHeld()
    await expect(clusters.client.send(new DeleteClusterCommand({ ClusterArn }))).rejects.toMatchObject({
      name: 'BadRequestException',
    })
  })
})

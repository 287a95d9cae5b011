import { GetCompatibleKafkaVersionsCommand } from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { TestClusters, unknownArn } from '../testing/test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

describe('GetCompatibleKafkaVersions', () => {
  it('of a cluster is one entry, by the engine that runs it', async () => {
    const ClusterArn = await clusters.create()
    expect(await clusters.client.send(new GetCompatibleKafkaVersionsCommand({ ClusterArn }))).toMatchObject({
      CompatibleKafkaVersions: [
        { SourceVersion: '3.9.x.kraft', TargetVersions: ['4.1.x.kraft', '4.4.x.kraft'] },
      ],
    })
  })

  it('of none are all pairs', async () => {
    const { CompatibleKafkaVersions = [] } = await clusters.client.send(
      new GetCompatibleKafkaVersionsCommand({}),
    )
    expect(CompatibleKafkaVersions.map(({ SourceVersion }) => SourceVersion)).toEqual(
      clusters.service.engine.kafkaVersions.map(({ version }) => version),
    )
    expect(CompatibleKafkaVersions.at(-1)).toEqual({ SourceVersion: '4.4.x.kraft', TargetVersions: [] })
  })

  it('of an unknown cluster are not found', async () => {
    await expect(
      clusters.client.send(new GetCompatibleKafkaVersionsCommand({ ClusterArn: unknownArn })),
    ).rejects.toMatchObject({ name: 'NotFoundException' })
  })
})

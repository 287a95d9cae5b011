import { ListConfigurationsCommand, paginateListConfigurations } from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { TestClusters } from '../testing/test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

describe('ListConfigurations', () => {
  it('gives each once, in pages', async () => {
    for (const Name of ['a', 'b', 'c', 'd']) await clusters.createOurs({ Name })
    const shown: (string | undefined)[] = []
    for await (const { Configurations = [] } of paginateListConfigurations(
      { client: clusters.client, pageSize: 3 },
      {},
    ))
      shown.push(...Configurations.map((one) => one.Name))
    expect(shown.sort()).toEqual(['a', 'b', 'c', 'd'])
    const { Configurations = [] } = await clusters.client.send(new ListConfigurationsCommand({}))
    expect(Configurations[0]).toMatchObject({
      Description: '',
      KafkaVersions: [],
      LatestRevision: { Revision: 1 },
      State: 'ACTIVE',
    })
  })
})

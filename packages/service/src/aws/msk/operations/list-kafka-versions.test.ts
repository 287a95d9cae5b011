import { ListKafkaVersionsCommand } from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { TestClusters } from '../testing/test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

describe('ListKafkaVersions', () => {
  it('gives what the default engine runs, in its order, in pages', async () => {
    const first = await clusters.client.send(new ListKafkaVersionsCommand({ MaxResults: 3 }))
    const rest = await clusters.client.send(new ListKafkaVersionsCommand({ NextToken: first.NextToken }))
    expect(first.KafkaVersions).toHaveLength(3)
    expect(rest.NextToken).toBeUndefined()
    expect([...(first.KafkaVersions ?? []), ...(rest.KafkaVersions ?? [])]).toEqual(
      clusters.service.engine.kafkaVersions.map(({ version }) => ({ Version: version, Status: 'ACTIVE' })),
    )
  })
})

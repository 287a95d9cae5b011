import type { ListKafkaVersionsRequest, ListKafkaVersionsResponse } from '@aws-sdk/client-kafka'
import { page, sortable } from '../pagination.ts'
import type { Services } from '../services.ts'

/** The versions of the engine that runs clusters that do not ask for another, ACTIVE or DEPRECATED. */
export const listKafkaVersions =
  ({ clusters }: Pick<Services, 'clusters'>) =>
  (input: ListKafkaVersionsRequest): ListKafkaVersionsResponse => {
    const { kafkaVersions } = clusters.engines.default
    // The order of the engine: that of the texts is not that of the versions.
    const positions = new Map(kafkaVersions.map(({ version }, at) => [version, sortable(at)]))
    const { items, nextToken } = page(kafkaVersions, ({ version }) => positions.get(version) ?? '', input)
    return {
      KafkaVersions: items.map(({ version, status }) => ({ Version: version, Status: status })),
      NextToken: nextToken,
    }
  }

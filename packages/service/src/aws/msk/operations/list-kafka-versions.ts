import type { ListKafkaVersionsRequest, ListKafkaVersionsResponse } from '@aws-sdk/client-kafka'
import { page } from '../pagination.ts'
import type { Services } from '../services.ts'

/** The versions of the engine that runs clusters that do not ask for another. */
export const listKafkaVersions =
  ({ clusters }: Pick<Services, 'clusters'>) =>
  (input: ListKafkaVersionsRequest): ListKafkaVersionsResponse => {
    const { kafkaVersions } = clusters.engines.default
    const { items, nextToken } = page(kafkaVersions, ({ version }) => version, input)
    return {
      KafkaVersions: items.map(({ version, status }) => ({ Version: version, Status: status })),
      NextToken: nextToken,
    }
  }

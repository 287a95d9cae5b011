import type { ListKafkaVersionsRequest, ListKafkaVersionsResponse } from '@aws-sdk/client-kafka'
import { kafkaVersions } from '../../../fleet/kafka-versions.ts'
import { page } from '../pagination.ts'

export const listKafkaVersions =
  () =>
  (input: ListKafkaVersionsRequest): ListKafkaVersionsResponse => {
    const { items, nextToken } = page(kafkaVersions, ({ version }) => version, input)
    return {
      KafkaVersions: items.map(({ version, status }) => ({ Version: version, Status: status })),
      NextToken: nextToken,
    }
  }

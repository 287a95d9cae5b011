import type { ListTopicsRequest, ListTopicsResponse } from '@aws-sdk/client-kafka'
import type { TopicDescription } from '../../../fleet/engines/cluster-view.ts'
import { page } from '../pagination.ts'
import type { Services } from '../services.ts'
import { countsOf, reading, topicArn, topicsOf } from '../topics.ts'

/** The topics whose name begins with `topicNameFilter`, by name; Kafka's own among them. */
export const listTopics =
  (services: Pick<Services, 'clusters'>) =>
  async (input: ListTopicsRequest): Promise<ListTopicsResponse> => {
    const { record, topics } = topicsOf(services, input.ClusterArn)
    const all = await reading(topics.list())
    const wanted = all.filter(({ name }) => name.startsWith(input.TopicNameFilter ?? ''))
    const { items, nextToken } = page(wanted, ({ name }) => name, input)
    return {
      Topics: items.map((topic) => ({
        TopicArn: topicArn(record, topic.name),
        TopicName: topic.name,
        ...countsOf(topic),
        OutOfSyncReplicaCount: outOfSync(topic),
      })),
      NextToken: nextToken,
    }
  }

function outOfSync({ partitions }: TopicDescription): number {
  return partitions.reduce((sum, { replicas, isr }) => sum + replicas.length - isr.length, 0)
}

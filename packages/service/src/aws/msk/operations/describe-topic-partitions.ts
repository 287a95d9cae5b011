import type { DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse } from '@aws-sdk/client-kafka'
import { page, sortable } from '../pagination.ts'
import type { Services } from '../services.ts'
import { topicOf, topicsOf } from '../topics.ts'

/** Where each partition of a topic is, by number; who leads none has the id -1, as in Kafka. */
export const describeTopicPartitions =
  (services: Pick<Services, 'clusters'>) =>
  async (input: DescribeTopicPartitionsRequest): Promise<DescribeTopicPartitionsResponse> => {
    const { partitions } = await topicOf(topicsOf(services, input.ClusterArn).topics, input.TopicName)
    const { items, nextToken } = page(partitions, ({ partition }) => sortable(partition), input)
    return {
      Partitions: items.map(({ partition, leader, replicas, isr }) => ({
        Partition: partition,
        Leader: leader,
        Replicas: replicas,
        Isr: isr,
      })),
      NextToken: nextToken,
    }
  }

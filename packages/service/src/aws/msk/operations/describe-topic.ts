import type { DescribeTopicRequest, DescribeTopicResponse } from '@aws-sdk/client-kafka'
import type { Services } from '../services.ts'
import { configsText } from '../topic-configs.ts'
import { countsOf, reading, topicArn, topicOf, topicsOf } from '../topics.ts'

/** A topic with all its configs, also those that it has by default. 404 where there is none. */
export const describeTopic =
  (services: Pick<Services, 'clusters'>) =>
  async (input: DescribeTopicRequest): Promise<DescribeTopicResponse> => {
    const { record, topics } = topicsOf(services, input.ClusterArn)
    const topic = await topicOf(topics, input.TopicName)
    return {
      TopicArn: topicArn(record, topic.name),
      TopicName: topic.name,
      ...countsOf(topic),
      Configs: configsText(await reading(topics.configs(topic.name))),
      Status: 'ACTIVE',
    }
  }

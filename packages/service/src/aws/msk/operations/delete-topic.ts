import type { DeleteTopicRequest, DeleteTopicResponse } from '@aws-sdk/client-kafka'
import type { Services } from '../services.ts'
import { changing, topicArn, topicOf, topicsOf } from '../topics.ts'

/**
 * Has the brokers delete a topic with all its records, and answers DELETING.
 *
 * Refuses, in this order: the ARN, an older Kafka and a cluster that is not ACTIVE; a topic that is not there (404); then
 * what Kafka refuses, with its words.
 */
export const deleteTopic =
  (services: Pick<Services, 'clusters'>) =>
  async (input: DeleteTopicRequest): Promise<DeleteTopicResponse> => {
    const { record, topics } = topicsOf(services, input.ClusterArn)
    const { name } = await topicOf(topics, input.TopicName)
    await changing(topics.delete(name))
    return { TopicArn: topicArn(record, name), TopicName: name, Status: 'DELETING' }
  }

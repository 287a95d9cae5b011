import type { DeleteTopicRequest, DeleteTopicResponse } from '@aws-sdk/client-kafka'
import type { ChannelSpec } from '../../../fleet/channels/channels.ts'
import { badRequest } from '../exceptions.ts'
import type { Services } from '../services.ts'
import { changing, topicArn, topicOf, topicsOf } from '../topics.ts'

/**
 * Has the brokers delete a topic with all its records, and answers DELETING.
 *
 * Refuses, in this order: the ARN, an older Kafka and a cluster that is not ACTIVE; a topic that is not there (404); one
 * that a channel reads; then what Kafka refuses, with its words.
 */
export const deleteTopic =
  (services: Pick<Services, 'channels' | 'clusters'>) =>
  async (input: DeleteTopicRequest): Promise<DeleteTopicResponse> => {
    const { record, topics } = topicsOf(services, input.ClusterArn)
    const { name } = await topicOf(topics, input.TopicName)
    const arn = topicArn(record, name)
    if (services.channels.of(record.arn).some(({ spec }) => isOf(spec, arn)))
      throw badRequest(`The topic has an associated Channel. Delete the channel and try again.`, 'topicName')
    await changing(topics.delete(name))
    return { TopicArn: arn, TopicName: name, Status: 'DELETING' }
  }

function isOf({ TopicConfigurationList: topics = [] }: ChannelSpec, arn: string): boolean {
  return topics.some(({ TopicArn }) => TopicArn === arn)
}

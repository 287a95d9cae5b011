import type { UpdateTopicRequest, UpdateTopicResponse } from '@aws-sdk/client-kafka'
import { badRequest } from '../exceptions.ts'
import type { Services } from '../services.ts'
import { configsOf } from '../topic-configs.ts'
import { changing, topicArn, topicOf, topicsOf } from '../topics.ts'

/**
 * Gives a topic more partitions, or other configs: those of its own become the ones that are sent, so that `{}` takes all of
 * them back, as Terraform means it.
 *
 * Refuses, in this order: the ARN, an older Kafka and a cluster that is not ACTIVE; both at once and neither; configs that
 * cannot be read; a topic that is not there (404); fewer partitions, or as many; then what Kafka refuses, with its words.
 */
export const updateTopic =
  (services: Pick<Services, 'clusters'>) =>
  async (input: UpdateTopicRequest): Promise<UpdateTopicResponse> => {
    const { record, topics } = topicsOf(services, input.ClusterArn)
    const { Configs, PartitionCount: count } = input
    if ((Configs === undefined) === (count === undefined))
      throw badRequest('You must specify either configs or partitionCount to update.')
    const configs = Configs === undefined ? undefined : configsOf(Configs)
    const { name, partitions } = await topicOf(topics, input.TopicName)
    if (count !== undefined && count <= partitions.length)
      throw badRequest(
        `The number of partitions can only be increased: the topic has ${partitions.length}.`,
        'partitionCount',
      )
    if (configs) await changing(topics.setConfigs(name, configs))
    if (count !== undefined) await changing(topics.setPartitionCount(name, count))
    return { TopicArn: topicArn(record, name), TopicName: name, Status: 'UPDATING' }
  }

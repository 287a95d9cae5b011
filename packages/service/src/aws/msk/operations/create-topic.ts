import type { CreateTopicRequest, CreateTopicResponse } from '@aws-sdk/client-kafka'
import { badRequest } from '../exceptions.ts'
import type { Services } from '../services.ts'
import { configsOf } from '../topic-configs.ts'
import { changing, topicArn, topicsOf } from '../topics.ts'

/**
 * Has the brokers make a topic, and answers CREATING; they have it a moment later.
 *
 * Refuses, in this order: the ARN, an older Kafka and a cluster that is not ACTIVE; the name; configs that cannot be read;
 * then what Kafka refuses, with its words: a name that is taken, too many replicas, configs that it does not know.
 */
export const createTopic =
  (services: Pick<Services, 'clusters'>) =>
  async (input: CreateTopicRequest): Promise<CreateTopicResponse> => {
    const { record, topics } = topicsOf(services, input.ClusterArn)
    const { TopicName: name = '', PartitionCount: partitions = 0, ReplicationFactor = 0, Configs } = input
    if (!isTopicName(name))
      throw badRequest(
        `The topic name '${name.slice(0, nameLengthMax)}' is not valid: 1 to ${nameLengthMax} letters, digits and . _ - are.`,
        'topicName',
      )
    const configs = Configs === undefined ? {} : configsOf(Configs)
    await changing(topics.create({ name, partitions, replicationFactor: ReplicationFactor, configs }))
    return { TopicArn: topicArn(record, name), TopicName: name, Status: 'CREATING' }
  }

/** Kafka's rule. */
const nameLengthMax = 249

function isTopicName(name: string): boolean {
  return name.length <= nameLengthMax && /^[\w.-]+$/.test(name) && name !== '.' && name !== '..'
}

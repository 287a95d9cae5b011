import { KafkaError } from '@sluice/client'
import { ErrorCode } from '@sluice/wire'
import type { ClusterRecord } from '../../fleet/clusters/cluster-record.ts'
import { isBefore } from '../../fleet/kafka-releases.ts'
import type { ClusterTopics, TopicDescription } from '../../fleet/engines/cluster-view.ts'
import { AwsException } from '../exceptions.ts'
import { badRequest, notFound } from './exceptions.ts'
import { clusterOf } from './operation.ts'
import type { Services } from './services.ts'

/** MSK Developer Guide, "Topic operations". */
const oldestRelease = '3.6'

/**
 * What the operations on topics share: the cluster, and its topics as the brokers know them. Refuses, in this order: the
 * ARN; a Kafka without these operations; a cluster that is not ACTIVE.
 */
export function topicsOf(
  services: Pick<Services, 'clusters'>,
  arn: string | undefined,
): { record: ClusterRecord; topics: ClusterTopics } {
  const record = clusterOf(services, arn)
  const { kafkaVersion } = record.spec
  if (isBefore(kafkaVersion, oldestRelease))
    throw badRequest(
      `Operations on topics need Apache Kafka ${oldestRelease}.0 or later; the cluster has ${kafkaVersion}.`,
      'clusterArn',
    )
  const topics = services.clusters.topics(record)
  if (record.state !== 'ACTIVE' || !topics)
    throw badRequest(`You can't use the topics of a cluster in ${record.state} state.`, 'clusterArn')
  return { record, topics }
}

/** The topic of this name, or the exception of the model. */
export async function topicOf(topics: ClusterTopics, name = ''): Promise<TopicDescription> {
  const topic = await reading(topics.describe(name))
  if (!topic) throw notFound('The topic does not exist.', 'topicName')
  return topic
}

/** `…:topic/<cluster name>/<cluster uuid>/<topic name>`. */
export function topicArn({ arn }: Pick<ClusterRecord, 'arn'>, name: string): string {
  return `${arn.replace(':cluster/', ':topic/')}/${name}`
}

/** The two counts by which a topic is described and listed; every partition has as many replicas, but for one that moves. */
export function countsOf({ partitions }: TopicDescription) {
  return {
    PartitionCount: partitions.length,
    ReplicationFactor: Math.min(...partitions.map(({ replicas }) => replicas.length)),
  }
}

/** An answer that changes nothing: MSK's model has no exceptions of Kafka's for it. */
export function reading<Answer>(answer: Promise<Answer>): Promise<Answer> {
  return answer.catch((error: Error) => {
    throw new AwsException(
      'InternalServerErrorException',
      500,
      `The brokers do not answer: ${error.message}.`,
    )
  })
}

/** A change of a topic, with the exceptions by which the model tells what Kafka says of it. */
export function changing(answer: Promise<void>): Promise<void> {
  return answer.catch((error: Error) => {
    throw kafkaException(error)
  })
}

const kafkaExceptions: Readonly<Record<number, readonly [name: string, status: number]>> = {
  [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]: ['UnknownTopicOrPartitionException', 404],
  [ErrorCode.REQUEST_TIMED_OUT]: ['KafkaTimeoutException', 409],
  [ErrorCode.STALE_CONTROLLER_EPOCH]: ['ControllerMovedException', 409],
  [ErrorCode.TOPIC_ALREADY_EXISTS]: ['TopicExistsException', 409],
  [ErrorCode.NOT_CONTROLLER]: ['NotControllerException', 409],
  [ErrorCode.REASSIGNMENT_IN_PROGRESS]: ['ReassignmentInProgressException', 409],
  [ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC]: ['GroupSubscribedToTopicException', 409],
}

function kafkaException(error: Error): AwsException {
  if (!(error instanceof KafkaError))
    return new AwsException(
      'ClusterConnectivityException',
      409,
      `The brokers do not answer: ${error.message}.`,
    )
  const [name, status] = kafkaExceptions[error.code] ?? ['KafkaRequestException', 400]
  return new AwsException(name, status, error.message)
}

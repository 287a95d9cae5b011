/*
 * Metadata, versions 0 to 13.
 *
 * - All topics, or those named, or (from version 12 on) those with the given ids (KIP-516).
 * - A missing topic is created where both the client and auto.create.topics.enable allow it (KIP-204). The answer
 *   waits for the creation, so that the first one already names the leader.
 * - The controller that is named is a broker that forwards to it, as on every KRaft cluster.
 */
import { ErrorCode, Metadata, zeroUuid, type Input, type RequestOf, type ResponseOf } from '@sluice/wire'
import { isValidTopicName } from '../../metadata/topic-name.ts'
import type { TopicImage } from '../../metadata/image.ts'
import { each } from '../access.ts'
import { allClusterOperations, allTopicOperations, operationsNotAsked } from '../authorized-operations.ts'
import { describedPartition } from '../described-partition.ts'
import { endpointsFor } from '../endpoints.ts'
import { handler, type RequestContext } from '../handler.ts'
import { isInternalTopic } from '../internal-topics.ts'

const nullMeansAllVersionMin = 1
const autoCreationFlagVersionMin = 4
const topicIdVersionMin = 12

type Topics = NonNullable<Input<ResponseOf<typeof Metadata>>['topics']>

export const metadata = handler(
  Metadata,
  [
    each('describe', 'topic'),
    each('create', 'topic', {
      when: 'to create what is missing',
      unless: { operation: 'create', resource: 'cluster' },
    }),
    each('describe', 'cluster', { when: 'for authorized operations' }),
  ],
  async (request, context) => {
    const { broker, session } = context
    const topics = await describeTopics(request, context)
    return {
      brokers: endpointsFor(session, broker.metadata),
      clusterId: broker.clusterId,
      controllerId: broker.nodeId,
      topics,
      clusterAuthorizedOperations: request.includeClusterAuthorizedOperations
        ? allClusterOperations
        : operationsNotAsked,
    }
  },
)

async function describeTopics(request: RequestOf<typeof Metadata>, context: RequestContext): Promise<Topics> {
  const { broker, apiVersion } = context
  const operations = request.includeTopicAuthorizedOperations ? allTopicOperations : operationsNotAsked
  const wanted = request.topics
  const all = wanted === null || (apiVersion < nullMeansAllVersionMin && wanted.length === 0)
  if (all) return [...broker.metadata.topics()].map((topic) => described(topic, operations, context))
  const byId = wanted.some(({ topicId }) => topicId !== zeroUuid)
  if (wanted.some(({ name, topicId }) => !isAsked(name, topicId, byId, apiVersion)))
    return wanted.map(({ name, topicId }) => ({
      errorCode: ErrorCode.INVALID_REQUEST,
      name: name ?? '',
      topicId,
    }))
  if (byId)
    return wanted.map(({ topicId }) => {
      const topic = broker.metadata.topicById(topicId)
      return topic
        ? described(topic, operations, context)
        : { errorCode: ErrorCode.UNKNOWN_TOPIC_ID, name: null, topicId }
    })
  const mayCreate =
    (apiVersion < autoCreationFlagVersionMin || request.allowAutoTopicCreation) &&
    broker.config.boolean('auto.create.topics.enable')
  const names = [...new Set(wanted.map(({ name }) => name as string))]
  return Promise.all(names.map((name) => byName(name, mayCreate, operations, context)))
}

/** Ids and names do not mix, and ids are for newer versions. */
function isAsked(name: string | null, topicId: string, byId: boolean, apiVersion: number): boolean {
  if (byId) return apiVersion >= topicIdVersionMin && topicId !== zeroUuid
  return name !== null
}

async function byName(
  name: string,
  mayCreate: boolean,
  operations: number,
  context: RequestContext,
): Promise<Topics[number]> {
  const { metadata, topicCreation } = context.broker
  const known = metadata.topic(name)
  if (known) return described(known, operations, context)
  const missing = { name, isInternal: isInternalTopic(name), topicId: zeroUuid }
  if (!isValidTopicName(name)) return { ...missing, errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION }
  if (!mayCreate) return { ...missing, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION }
  const error = await topicCreation.ensure(name)
  const created = metadata.topic(name)
  if (created) return described(created, operations, context)
  return { ...missing, errorCode: error === ErrorCode.NONE ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : error }
}

function described(topic: TopicImage, operations: number, { broker }: RequestContext): Topics[number] {
  return {
    errorCode: ErrorCode.NONE,
    name: topic.name,
    topicId: topic.id,
    isInternal: isInternalTopic(topic.name),
    topicAuthorizedOperations: operations,
    partitions: topic.partitions.map((partition, index) =>
      describedPartition(partition, index, broker.metadata),
    ),
  }
}

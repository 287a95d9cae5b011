/*
 * Metadata, versions 0 to 13.
 *
 * - All topics, or those named, or (from version 12 on) those with the given ids (KIP-516).
 * - A missing topic is created where both the client and auto.create.topics.enable allow it (KIP-204). The answer
 *   waits for the creation, so that the first one already names the leader.
 * - The controller that is named is a broker that forwards to it, as on every KRaft cluster.
 */
import { ErrorCode, Metadata, zeroUuid, type Input, type RequestOf, type ResponseOf } from '@sluice/wire'
import {
  authorizedClusterOperations,
  authorizedOperations,
  operationsNotAsked,
} from '../../authorizer/permissions.ts'
import { isInternalTopic, isValidTopicName } from '../../metadata/topic-name.ts'
import { noLeader } from '../../metadata/topics-image.ts'
import type { MetadataImage, PartitionImage, TopicImage } from '../../metadata/image.ts'
import { byKeyInSteps, eachInSteps, type Steps } from '../../storage/slices.ts'
import { each } from '../../authorizer/access.ts'
import { describedPartition, isReachable } from '../described-partition.ts'
import { endpointsFor } from '../endpoints.ts'
import { handler, type RequestContext } from '../handler.ts'
import { createsTopics, isAboutAll, isById, isWellAsked } from '../metadata-request.ts'
import { metadataScreen } from '../screens/metadata.ts'

/** Before it, replicas that are not there are left out, and the partition has an error for them. */
const offlineReplicasAreNamedVersionMin = 1
const listenerNotFoundVersionMin = 6

type Request = RequestOf<typeof Metadata>
type Topics = NonNullable<Input<ResponseOf<typeof Metadata>>['topics']>
type Partition = NonNullable<Topics[number]['partitions']>[number]

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
  function* (request, context) {
    const { topics } = request
    if (!isWellAsked(request, context.apiVersion)) return yield* answered(refused(request), request, context)
    if (topics === null || isAboutAll(request, context.apiVersion) || topics.some(isById))
      return yield* answered(known(request, context), request, context)
    // What is named more than once is described once, as on Apache Kafka.
    const names = yield* byKeyInSteps(topics, ({ name }) => name as string)
    const creating = createMissing([...names.keys()], request, context)
    const describe = (errors: CreationErrors) =>
      answered(named(names, errors, request, context), request, context)
    return creating ? creating.then(describe) : yield* describe(new Map())
  },
  { screen: metadataScreen },
)

function* answered(
  topics: Steps<Topics>,
  request: Request,
  { broker, session }: RequestContext,
): Steps<Input<ResponseOf<typeof Metadata>>> {
  return {
    brokers: endpointsFor(session, broker.metadata),
    clusterId: broker.clusterId,
    controllerId: broker.nodeId,
    topics: yield* topics,
    clusterAuthorizedOperations: request.includeClusterAuthorizedOperations
      ? authorizedClusterOperations(session.permissions)
      : operationsNotAsked,
  }
}

function refused({ topics }: Request): Steps<Topics> {
  const errorCode = ErrorCode.INVALID_REQUEST
  return eachInSteps(topics ?? [], ({ name, topicId }) => ({ errorCode, name: name ?? '', topicId }))
}

/** All topics, or those with the ids that are asked for. */
function* known(request: Request, context: RequestContext): Steps<Topics> {
  const { metadata } = context.broker
  const wanted = request.topics ?? []
  if (wanted.length === 0)
    return yield* eachInSteps(context.topics(), (topic) => described(topic, request, context))
  const ids = yield* byKeyInSteps(wanted, ({ topicId }) => topicId)
  return yield* eachInSteps(ids.keys(), (topicId) => {
    const topic = metadata.topicById(topicId)
    return topic
      ? described(topic, request, context)
      : { errorCode: ErrorCode.UNKNOWN_TOPIC_ID, name: null, topicId }
  })
}

type CreationErrors = ReadonlyMap<string, number>

function named(
  names: ReadonlyMap<string, unknown>,
  errors: CreationErrors,
  request: Request,
  context: RequestContext,
): Steps<Topics> {
  return eachInSteps(names.keys(), (name) => {
    const topic = context.broker.metadata.topic(name)
    return topic ? described(topic, request, context) : missing(name, request, context, errors.get(name))
  })
}

function operationsOn(name: string, request: Request, { session }: RequestContext): number {
  return request.includeTopicAuthorizedOperations
    ? authorizedOperations(session.permissions, 'topic', name)
    : operationsNotAsked
}

function missing(
  name: string,
  request: Request,
  context: RequestContext,
  creationError: number = ErrorCode.NONE,
): Topics[number] {
  const missing = {
    name,
    isInternal: isInternalTopic(name),
    topicId: zeroUuid,
    topicAuthorizedOperations: operationsOn(name, request, context),
  }
  if (!isValidTopicName(name)) return { ...missing, errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION }
  return { ...missing, errorCode: creationError || ErrorCode.UNKNOWN_TOPIC_OR_PARTITION }
}

/** Creates what is not there, where it may be; null where there is nothing to create. */
function createMissing(
  names: readonly string[],
  request: Request,
  context: RequestContext,
): Promise<CreationErrors> | null {
  if (!createsTopics(request, context)) return null
  const { broker } = context
  const wanted = names.filter((name) => !broker.metadata.topic(name) && isValidTopicName(name))
  return wanted.length === 0 ? null : broker.topicCreation.ensureAll(wanted)
}

function described(topic: TopicImage, request: Request, context: RequestContext): Topics[number] {
  return {
    errorCode: ErrorCode.NONE,
    name: topic.name,
    topicId: topic.id,
    isInternal: isInternalTopic(topic.name),
    topicAuthorizedOperations: operationsOn(topic.name, request, context),
    partitions: topic.partitions.map((partition, index) => ofPartition(partition, index, context)),
  }
}

function ofPartition(
  partition: PartitionImage,
  index: number,
  { broker, session, apiVersion }: RequestContext,
): Partition {
  const { metadata } = broker
  const { name } = session.listener
  const described = describedPartition(partition, index, metadata, name)
  const errorCode = described.leaderId === noLeader ? unled(partition, apiVersion, metadata) : ErrorCode.NONE
  if (apiVersion >= offlineReplicasAreNamedVersionMin) return { ...described, errorCode }
  const isThere = (id: number) => isReachable(id, metadata, name)
  const replicaNodes = partition.replicas.filter(isThere)
  const isrNodes = partition.isr.filter(isThere)
  const isWhole =
    replicaNodes.length === partition.replicas.length && isrNodes.length === partition.isr.length
  const missing = isWhole ? ErrorCode.NONE : ErrorCode.REPLICA_NOT_AVAILABLE
  return { ...described, replicaNodes, isrNodes, errorCode: errorCode || missing }
}

/** A leader that is registered may have no address by this listener. */
function unled({ leader }: PartitionImage, apiVersion: number, metadata: MetadataImage): ErrorCode {
  const isRegistered = metadata.broker(leader) !== undefined
  return isRegistered && apiVersion >= listenerNotFoundVersionMin
    ? ErrorCode.LISTENER_NOT_FOUND
    : ErrorCode.LEADER_NOT_AVAILABLE
}

import { ErrorCode, type Input, Metadata, type RequestOf, type ResponseOf, zeroUuid } from '@sluice/wire'
import { isInternalTopic } from '../../metadata/topic-name.ts'
import { clusterResource } from '../../authorizer/permissions.ts'
import type { Screened } from '../../server/authorization.ts'
import { eachInSteps, type Steps } from '../../storage/slices.ts'
import type { RequestContext } from '../handler.ts'
import { createsTopics, isAboutAll, isWellAsked } from '../metadata-request.ts'

type Request = RequestOf<typeof Metadata>
type Asked = NonNullable<Request['topics']>[number]
type Topic = NonNullable<Input<ResponseOf<typeof Metadata>>['topics']>[number]

/**
 * Of a topic that is named nobody learns whether it is there who may not describe it. Where it is not there and would be
 * made, that needs a right of its own.
 */
export function* metadataScreen(request: Request, context: RequestContext): Steps<Screened<typeof Metadata>> {
  const { topics } = request
  // Of all topics the handler lists those that may be described.
  if (topics === null || isAboutAll(request, context.apiVersion) || !isWellAsked(request, context.apiVersion))
    return { request, complete: (answer) => answer }
  const refusals = yield* eachInSteps(topics, (topic) => refusal(topic, request, context))
  const refused = refusals.filter((one) => one !== null)
  const left = topics.filter((_, at) => refusals[at] === null)
  if (left.length > 0 || context.apiVersion > 0)
    return {
      request: { ...request, topics: left },
      complete: (answer) => ({ ...answer, topics: [...(answer.topics ?? []), ...distinct(refused)] }),
    }
  // Version 0 cannot name none: its empty list means all, which nobody has asked for.
  return {
    request: { ...request, topics: null },
    complete: (answer) => ({ ...answer, topics: distinct(refused) }),
  }
}

function refusal({ name, topicId }: Asked, request: Request, context: RequestContext): Topic | null {
  const { permissions } = context.session
  const { metadata } = context.broker
  const errorCode = ErrorCode.TOPIC_AUTHORIZATION_FAILED
  if (topicId !== zeroUuid) {
    const known = metadata.topicNameOf(topicId)
    // An id tells nothing of its topic.
    const isSeen = known === undefined || permissions.allows('describe', 'topic', known)
    return isSeen ? null : { errorCode, name: null, topicId }
  }
  const named = name ?? ''
  if (!permissions.allows('describe', 'topic', named)) return { errorCode, name: named }
  const mayStand =
    metadata.topic(named) ||
    !createsTopics(request, context) ||
    permissions.allows('create', 'cluster', clusterResource) ||
    permissions.allows('create', 'topic', named)
  return mayStand ? null : { errorCode, name: named, isInternal: isInternalTopic(named) }
}

/** What is named more than once is told of once. */
function distinct(topics: readonly Topic[]): Topic[] {
  return [...new Map(topics.map((topic) => [`${topic.name} ${topic.topicId}`, topic])).values()]
}

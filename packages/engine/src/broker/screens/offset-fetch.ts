import { ErrorCode, type Input, OffsetFetch, type RequestOf, type ResponseOf } from '@sluice/wire'
import { refusals, type Screened, screenItems } from '../../server/authorization.ts'
import { errorAnswer } from '../../server/error-answer.ts'
import { eachInSteps, type Steps } from '../../storage/slices.ts'
import type { RequestContext } from '../handler.ts'

type Request = RequestOf<typeof OffsetFetch>
type Response = Input<ResponseOf<typeof OffsetFetch>>
type Group = Request['groups'][number]
type Topic = Pick<NonNullable<Group['topics']>[number], 'name' | 'topicId' | 'partitionIndexes'>
type AnsweredGroup = NonNullable<Response['groups']>[number]
type AnsweredTopic = NonNullable<AnsweredGroup['topics']>[number]

const batchedVersionMin = 8

/** Of a group that may be described, topics that may not be are refused where they are named, and not listed. */
export function* offsetFetchScreen(
  request: Request,
  context: RequestContext,
): Steps<Screened<typeof OffsetFetch>> {
  const { session, apiVersion } = context
  const isGroupRefused = (groupId: string) => !session.permissions.allows('describe', 'group', groupId)
  if (apiVersion >= batchedVersionMin) {
    const screened = yield* screenItems(OffsetFetch, request, context, ({ groupId }: Group) =>
      isGroupRefused(groupId) ? refusals.group : null,
    )
    return yield* screenTopics(screened, context)
  }
  if (isGroupRefused(request.groupId))
    return {
      request: null,
      complete: () => errorAnswer(OffsetFetch, apiVersion, request, refusals.group) as Response,
    }
  return yield* screenTopicsOfOne(request, context)
}

function* screenTopics(
  screened: Screened<typeof OffsetFetch>,
  context: RequestContext,
): Steps<Screened<typeof OffsetFetch>> {
  if (!screened.request) return screened
  const refusedOf = new Map<string, Topic[]>()
  const groups: Group[] = []
  for (const group of screened.request.groups) {
    const { left, refused } = yield* divided(group.topics, context)
    refusedOf.set(group.groupId, refused)
    groups.push({ ...group, topics: left as Group['topics'] })
  }
  const complete = (answer: Response) =>
    screened.complete({
      ...answer,
      groups: answer.groups?.map((group) => completed(group, refusedOf.get(group.groupId ?? ''), context)),
    })
  return { request: { ...screened.request, groups }, complete }
}

function* screenTopicsOfOne(request: Request, context: RequestContext): Steps<Screened<typeof OffsetFetch>> {
  const asked = request.topics?.map((topic) => ({ ...topic, topicId: '' })) ?? null
  const { left, refused } = yield* divided(asked, context)
  const complete = (answer: Response): Response => {
    const { topics } = completed(answer as AnsweredGroup, refused, context)
    return { ...answer, topics: topics as Response['topics'] }
  }
  return { request: { ...request, topics: left as Request['topics'] }, complete }
}

/** Null topics are all that there are. */
function* divided(
  topics: readonly Topic[] | null,
  context: RequestContext,
): Steps<{ left: readonly Topic[] | null; refused: Topic[] }> {
  if (topics === null) return { left: null, refused: [] }
  const isHidden = yield* eachInSteps(topics, (topic) => isRefused(topic, context))
  return {
    left: topics.filter((_, at) => !isHidden[at]),
    refused: topics.filter((_, at) => isHidden[at]),
  }
}

/** An id that no topic has is the coordinator's to answer. */
function isRefused(
  { name, topicId }: Pick<AnsweredTopic, 'name' | 'topicId'>,
  { session, broker }: RequestContext,
): boolean {
  const known = name || broker.metadata.topicNameOf(topicId ?? '')
  return known !== undefined && !session.permissions.allows('describe', 'topic', known)
}

function completed(
  group: AnsweredGroup,
  refused: readonly Topic[] = [],
  context: RequestContext,
): AnsweredGroup {
  if (group.errorCode) return group
  const seen = (group.topics ?? []).filter((topic) => !isRefused(topic, context))
  return { ...group, topics: [...seen, ...refused.map(refusedTopic)] }
}

function refusedTopic({ name, topicId, partitionIndexes }: Topic): AnsweredTopic {
  return {
    name,
    topicId,
    partitions: partitionIndexes.map((partitionIndex) => ({
      partitionIndex,
      committedOffset: -1,
      metadata: '',
      errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED,
    })),
  }
}

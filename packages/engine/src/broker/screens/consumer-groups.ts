import {
  ConsumerGroupDescribe,
  ConsumerGroupHeartbeat,
  ErrorCode,
  type Input,
  type RequestOf,
  type ResponseOf,
} from '@sluice/wire'
import { asItIs, refusals, type Screened, screenItems } from '../../server/authorization.ts'
import { errorAnswer } from '../../server/error-answer.ts'
import type { Steps } from '../../storage/slices.ts'
import type { RequestContext } from '../handler.ts'

/** Of the topics that a member names it must be allowed to know of all. */
export function* consumerGroupHeartbeatScreen(
  request: RequestOf<typeof ConsumerGroupHeartbeat>,
  context: RequestContext,
): Steps<Screened<typeof ConsumerGroupHeartbeat>> {
  const { session, apiVersion } = context
  for (const topic of request.subscribedTopicNames ?? []) {
    yield
    if (session.permissions.allows('describe', 'topic', topic)) continue
    const answer = errorAnswer(ConsumerGroupHeartbeat, apiVersion, request, refusals.topic)
    return { request: null, complete: () => answer as Input<ResponseOf<typeof ConsumerGroupHeartbeat>> }
  }
  return asItIs(request)
}

type Described = NonNullable<Input<ResponseOf<typeof ConsumerGroupDescribe>>['groups']>[number]

/** Of a group that may be described nothing is told where one of its topics may not be. */
export function* consumerGroupDescribeScreen(
  request: RequestOf<typeof ConsumerGroupDescribe>,
  context: RequestContext,
): Steps<Screened<typeof ConsumerGroupDescribe>> {
  const { permissions } = context.session
  const screened = yield* screenItems(ConsumerGroupDescribe, request, context, (groupId: string) =>
    permissions.allows('describe', 'group', groupId) ? null : refusals.group,
  )
  const isSeen = (topic = '') => permissions.allows('describe', 'topic', topic)
  const complete = (answer: Input<ResponseOf<typeof ConsumerGroupDescribe>>) => {
    const { groups = [], ...others } = screened.complete(answer)
    return {
      ...others,
      groups: groups.map((group) => (topicsOf(group).every(isSeen) ? group : hidden(group))),
    }
  }
  return { request: screened.request, complete }
}

function topicsOf({ members = [] }: Described): (string | undefined)[] {
  return members.flatMap(({ assignment, targetAssignment }) =>
    [assignment, targetAssignment].flatMap(
      (each) => each?.topicPartitions?.map(({ topicName }) => topicName) ?? [],
    ),
  )
}

function hidden({ groupId }: Described): Described {
  const errorMessage = 'The group has described topic(s) that the client is not authorized to describe.'
  return { groupId, errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED, errorMessage }
}

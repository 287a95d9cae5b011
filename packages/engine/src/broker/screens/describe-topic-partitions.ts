import { DescribeTopicPartitions, type RequestOf } from '@sluice/wire'
import { asItIs, refusals, type Screened, screenItems } from '../../server/authorization.ts'
import type { Steps } from '../../storage/slices.ts'
import type { RequestContext } from '../handler.ts'

type Request = RequestOf<typeof DescribeTopicPartitions>
type Named = Request['topics'][number]

/** What is refused stands behind the last page, and before the cursor no more. */
export function* describeTopicPartitionsScreen(
  request: Request,
  context: RequestContext,
): Steps<Screened<typeof DescribeTopicPartitions>> {
  const mayDescribe = (name: string) => context.session.permissions.allows('describe', 'topic', name)
  const { cursor } = request
  // All topics: the handler lists those that may be described.
  if (request.topics.length === 0) return asItIs(request)
  const isAsked = ({ name }: Named) => !cursor || name >= cursor.topicName
  const asked: Request = {
    ...request,
    topics: request.topics.filter(isAsked),
    cursor: cursor && mayDescribe(cursor.topicName) ? cursor : null,
  }
  const screened = yield* screenItems(DescribeTopicPartitions, asked, context, ({ name }: Named) =>
    mayDescribe(name) ? null : refusals.topic,
  )
  // None would mean all.
  const isNothingLeft = screened.request?.topics.length === 0 && asked.cursor === null
  return isNothingLeft ? { ...screened, request: null } : screened
}

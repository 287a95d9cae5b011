import {
  CreateTopics,
  ErrorCode,
  type Input,
  metadataTopic,
  type RequestOf,
  type ResponseOf,
} from '@sluice/wire'
import { clusterResource } from '../../authorizer/permissions.ts'
import { type AskingContext, refusals, type Screened, screenItems } from '../authorization.ts'
import type { Steps } from '../../storage/slices.ts'

type Named = RequestOf<typeof CreateTopics>['topics'][number]
type Topic = NonNullable<Input<ResponseOf<typeof CreateTopics>>['topics']>[number]

/** Of a topic that was made whoever may not see its configs is told that it was made, and nothing more (KIP-525). */
export function* createTopicsScreen(
  request: RequestOf<typeof CreateTopics>,
  context: AskingContext,
): Steps<Screened<typeof CreateTopics>> {
  const { permissions } = context.session
  const mayCreateAll = permissions.allows('create', 'cluster', clusterResource)
  // Nobody makes the metadata log: that is not a matter of rights.
  const screened = yield* screenItems(CreateTopics, request, context, ({ name }: Named) =>
    mayCreateAll || name === metadataTopic || permissions.allows('create', 'topic', name)
      ? null
      : refusals.topic,
  )
  const isWithheld = ({ errorCode, name }: Topic) =>
    !errorCode && !permissions.allows('describeConfigs', 'topic', name ?? '')
  return {
    request: screened.request,
    complete: (answer) => {
      const completed = screened.complete(answer)
      const topics = completed.topics?.map((topic) => (isWithheld(topic) ? withheld(topic) : topic))
      return { ...completed, topics }
    },
  }
}

function withheld({ name, topicId }: Topic): Topic {
  return { name, topicId, topicConfigErrorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED, errorMessage: null }
}

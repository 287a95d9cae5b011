import { DeleteTopics, type RequestOf, zeroUuid } from '@sluice/wire'
import { clusterResource } from '../../authorizer/permissions.ts'
import { type AskingContext, asItIs, refusals, type Screened, screenItems } from '../authorization.ts'
import type { Failure, Named } from '../named-items.ts'
import type { Steps } from '../../storage/slices.ts'

type Item = string | RequestOf<typeof DeleteTopics>['topics'][number]

/**
 * Who may not describe a topic does not learn from its name whether it is there, nor its name from its id. Who may, and
 * may not delete, is told by its name alone that there is none.
 */
export function* deleteTopicsScreen(
  request: RequestOf<typeof DeleteTopics>,
  context: AskingContext,
): Steps<Screened<typeof DeleteTopics>> {
  const { permissions } = context.session
  const { metadata } = context.node
  if (permissions.allows('delete', 'cluster', clusterResource)) return asItIs(request)
  const may = (operation: 'describe' | 'delete', name: string) => permissions.allows(operation, 'topic', name)
  const byName = (name: string): Failure | null => {
    const isRefused = !may('describe', name) || (metadata.topic(name) && !may('delete', name))
    return isRefused ? refusals.topic : null
  }
  const byId = (topicId: string): Failure | null => {
    const name = metadata.topicNameOf(topicId)
    return name === undefined || may('delete', name) ? null : refusals.topic
  }
  const screened = yield* screenItems(DeleteTopics, request, context, (item: Item, named) => {
    if (namesTwice(item)) return null
    return typeof named === 'string' ? byName(named) : byId(idOf(named))
  })
  return {
    request: screened.request,
    complete: (answer) => {
      const completed = screened.complete(answer)
      const responses = completed.responses?.map((one) => {
        if (one.errorCode !== refusals.topic.errorCode || one.name !== null) return one
        const name = metadata.topicNameOf(one.topicId ?? '') ?? ''
        return may('describe', name) ? { ...one, name } : one
      })
      return { ...completed, responses }
    },
  }
}

/** By name and by id: that is refused, whoever asks. */
function namesTwice(item: Item): boolean {
  return typeof item !== 'string' && item.name !== null && item.topicId !== zeroUuid
}

function idOf(named: Exclude<Named, string>): string {
  return 'topicId' in named ? named.topicId : zeroUuid
}

import { FindCoordinator, type RequestOf } from '@sluice/wire'
import { asItIs, refusals, type Screened, screenItems } from '../../server/authorization.ts'
import type { Steps } from '../../storage/slices.ts'
import { coordinatorKeyType } from '../coordinators.ts'
import type { RequestContext } from '../handler.ts'

const batchedVersionMin = 4

/** What a key names, by its type. A key of any other type is no resource. */
const resources = new Map<number, 'group' | 'transactionalId'>([
  [coordinatorKeyType.group, 'group'],
  [coordinatorKeyType.transaction, 'transactionalId'],
])

export function* findCoordinatorScreen(
  request: RequestOf<typeof FindCoordinator>,
  context: RequestContext,
): Steps<Screened<typeof FindCoordinator>> {
  const resource = resources.get(request.keyType)
  if (!resource) return asItIs(request)
  const isRefused = (key: string) => !context.session.permissions.allows('describe', resource, key)
  if (context.apiVersion >= batchedVersionMin)
    return yield* screenItems(FindCoordinator, request, context, (key: string) =>
      isRefused(key) ? refusals[resource] : null,
    )
  if (!isRefused(request.key)) return asItIs(request)
  return { request: null, complete: () => ({ ...refusals[resource], nodeId: -1, port: -1 }) }
}

/*
 * ListGroups, versions 0 to 5: the groups that this broker coordinates.
 *
 * States can be filtered from version 4 on (KIP-518), types from version 5 on (KIP-848); both ignore case.
 */
import { ListGroups } from '@sluice/wire'
import { each } from '../../authorizer/access.ts'
import { listsOnly } from '../../server/authorization.ts'
import { handler } from '../handler.ts'

const mayBeListed = each('describe', 'group', { unless: { operation: 'describe', resource: 'cluster' } })

export const listGroups = handler(
  ListGroups,
  [mayBeListed],
  (request, context) => context.broker.groups.listGroups(request.statesFilter, request.typesFilter),
  { screen: listsOnly<typeof ListGroups, 'groups'>(mayBeListed, 'groups', ({ groupId }) => groupId) },
)

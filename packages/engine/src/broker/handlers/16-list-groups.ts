/*
 * ListGroups, versions 0 to 5: the groups that this broker coordinates.
 *
 * States can be filtered from version 4 on (KIP-518), types from version 5 on (KIP-848); both ignore case. All
 * groups that are served are of type "classic".
 */
import { ListGroups } from '@sluice/wire'
import { each } from '../access.ts'
import { handler } from '../handler.ts'

export const listGroups = handler(
  ListGroups,
  [each('describe', 'group', { unless: { operation: 'describe', resource: 'cluster' } })],
  (request, context) => context.broker.groups.listGroups(request.statesFilter, request.typesFilter),
)

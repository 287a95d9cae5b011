/*
 * DeleteGroups, versions 0 to 3 (KIP-229): empty groups with all their offsets. A group with members gets 68, an
 * unknown one 69. The message of version 3 stays null, as on Apache Kafka: it is for streams groups.
 */
import { DeleteGroups } from '@sluice/wire'
import { askedInSteps, byKeyInSteps } from '../../storage/slices.ts'
import { each } from '../../authorizer/access.ts'
import { handler } from '../handler.ts'

export const deleteGroups = handler(DeleteGroups, [each('delete', 'group')], function* (request, { broker }) {
  // Results stand under their group's id, so a name that comes twice has one.
  const groupIds = yield* byKeyInSteps(request.groupsNames, (groupId) => groupId)
  const deleted = yield* askedInSteps(groupIds.keys(), (groupId) => broker.groups.deleteGroup(groupId))
  return deleted.then((results) => ({ results }))
})

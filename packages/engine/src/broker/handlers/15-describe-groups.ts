/*
 * DescribeGroups, versions 0 to 6: groups of the classic protocol with members and assignments.
 *
 * - An unknown group is Dead up to version 5 and 69 with a message from version 6 on (KIP-1043).
 * - Protocol and metadata are shown of stable groups only. A group that is named twice is described once.
 */
import { DescribeGroups } from '@sluice/wire'
import { authorizedOperations, operationsNotAsked } from '../../authorizer/permissions.ts'
import { askedInSteps, byKeyInSteps } from '../../storage/slices.ts'
import { each } from '../../authorizer/access.ts'
import { handler } from '../handler.ts'

export const describeGroups = handler(
  DescribeGroups,
  [each('describe', 'group')],
  function* (request, { apiVersion, broker, session }) {
    const groupIds = yield* byKeyInSteps(request.groups, (groupId) => groupId)
    const described = yield* askedInSteps(groupIds.keys(), async (groupId) => {
      const group = await broker.groups.classic.describe(apiVersion, groupId)
      const operations =
        request.includeAuthorizedOperations && !group.errorCode
          ? authorizedOperations(session.permissions, 'group', groupId)
          : operationsNotAsked
      return { ...group, authorizedOperations: operations }
    })
    return described.then((groups) => ({ groups }))
  },
)

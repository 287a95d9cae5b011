/*
 * DescribeGroups, versions 0 to 6: groups of the classic protocol with members and assignments.
 *
 * - An unknown group is Dead up to version 5 and 69 with a message from version 6 on (KIP-1043).
 * - Protocol and metadata are shown of stable groups only.
 */
import { DescribeGroups } from '@sluice/wire'
import { each } from '../access.ts'
import { allGroupOperations, operationsNotAsked } from '../authorized-operations.ts'
import { handler } from '../handler.ts'

export const describeGroups = handler(
  DescribeGroups,
  [each('describe', 'group')],
  async (request, context) => {
    const authorizedOperations = request.includeAuthorizedOperations ? allGroupOperations : operationsNotAsked
    const groups = await context.broker.groups.describeGroups(context.apiVersion, request.groups)
    return {
      groups: groups.map((group) => ({
        ...group,
        authorizedOperations: group.errorCode ? operationsNotAsked : authorizedOperations,
      })),
    }
  },
)

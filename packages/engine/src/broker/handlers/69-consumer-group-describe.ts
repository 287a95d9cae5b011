/*
 * ConsumerGroupDescribe, versions 0 and 1: groups of the consumer protocol (KIP-848), with their members, what these have
 * and what they are to have.
 *
 * - 69 for groups that are not there, and for those of other protocols. From version 1 on it is told which protocol a
 *   member speaks (KIP-1099).
 * - A group that is named twice is described once.
 * - Where its client may not describe one of the group's topics, it is told nothing of the group.
 */
import { ConsumerGroupDescribe, ErrorCode } from '@sluice/wire'
import { each } from '../../authorizer/access.ts'
import { authorizedOperations, operationsNotAsked } from '../../authorizer/permissions.ts'
import { askedInSteps, byKeyInSteps, eachInSteps } from '../../storage/slices.ts'
import { servesConsumerGroups } from '../consumer-groups.ts'
import { handler } from '../handler.ts'
import { consumerGroupDescribeScreen } from '../screens/consumer-groups.ts'

export const consumerGroupDescribe = handler(
  ConsumerGroupDescribe,
  [each('describe', 'group'), each('describe', 'topic')],
  function* (request, { broker, session }) {
    if (!servesConsumerGroups(broker)) {
      const errorCode = ErrorCode.UNSUPPORTED_VERSION
      return { groups: yield* eachInSteps(request.groupIds, (groupId) => ({ groupId, errorCode })) }
    }
    const groupIds = yield* byKeyInSteps(request.groupIds, (groupId) => groupId)
    const described = yield* askedInSteps(groupIds.keys(), async (groupId) => {
      const group = await broker.groups.describeConsumerGroup(groupId)
      const operations =
        request.includeAuthorizedOperations && !group.errorCode
          ? authorizedOperations(session.permissions, 'group', groupId)
          : operationsNotAsked
      return { ...group, authorizedOperations: operations }
    })
    return described.then((groups) => ({ groups }))
  },
  { screen: consumerGroupDescribeScreen },
)

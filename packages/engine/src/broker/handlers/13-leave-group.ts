/*
 * LeaveGroup, versions 0 to 5.
 *
 * - One member up to version 2, whose error is the request's; several from version 3 on (KIP-345), also removed
 *   by an administrator who knows only their instance ids. Reasons from version 5 on (KIP-800) go to the log.
 */
import { ErrorCode, LeaveGroup } from '@sluice/wire'
import { whole } from '../../authorizer/access.ts'
import { handler } from '../handler.ts'

const batchedVersionMin = 3

export const leaveGroup = handler(LeaveGroup, [whole('read', 'group')], async (request, context) => {
  const isBatched = context.apiVersion >= batchedVersionMin
  const members = isBatched
    ? request.members
    : [{ memberId: request.memberId, groupInstanceId: null, reason: null }]
  const result = await context.broker.groups.classic.leave({ ...request, members })
  if (!Array.isArray(result)) return { errorCode: result }
  return isBatched ? { members: result } : { errorCode: result[0]?.errorCode ?? ErrorCode.NONE }
})

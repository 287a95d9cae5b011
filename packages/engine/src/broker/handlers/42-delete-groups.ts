/*
 * DeleteGroups, versions 0 to 3 (KIP-229): empty groups with all their offsets. A group with members gets 68, an
 * unknown one 69; from version 3 on with a message.
 */
import { DeleteGroups, ErrorCode } from '@sluice/wire'
import { handler } from '../handler.ts'

const messages = new Map<number, string>([
  [ErrorCode.GROUP_ID_NOT_FOUND, 'not found.'],
  [ErrorCode.NON_EMPTY_GROUP, 'is not empty.'],
])

export const deleteGroups = handler(DeleteGroups, async (request, context) => {
  const results = await context.broker.groups.deleteGroups(request.groupsNames)
  return {
    results: results.map((result) => {
      const message = messages.get(result.errorCode ?? ErrorCode.NONE)
      return { ...result, errorMessage: message ? `Group ${result.groupId} ${message}` : null }
    }),
  }
})

import { ErrorCode } from '@sluice/wire'
import type { ClassicGroup } from './classic-group.ts'

interface Committer {
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly apiVersion: number
}

/** First version of OffsetCommit that knows groups of the consumer protocol (KIP-848), and says so. */
const consumerProtocolVersionMin = 9

/**
 * Who may commit: a member of the current generation; and, while the group is empty, whoever names neither
 * member nor generation (a consumer that assigns itself, an administrator).
 */
export function validateOffsetCommit(group: ClassicGroup | undefined, committer: Committer): ErrorCode {
  const { generationId, memberId, groupInstanceId, apiVersion } = committer
  if (!group) {
    if (generationId < 0) return ErrorCode.NONE
    return apiVersion >= consumerProtocolVersionMin
      ? ErrorCode.GROUP_ID_NOT_FOUND
      : ErrorCode.ILLEGAL_GENERATION
  }
  if (generationId < 0 && group.state === 'Empty') return ErrorCode.NONE
  if (generationId < 0 && memberId === '' && groupInstanceId === null) return ErrorCode.UNKNOWN_MEMBER_ID
  const error = group.validateMember(memberId, groupInstanceId)
  if (error !== ErrorCode.NONE) return error
  if (generationId !== group.generationId) return ErrorCode.ILLEGAL_GENERATION
  // The member knows its generation, but nobody knows yet what it is to read.
  return group.state === 'CompletingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE
}

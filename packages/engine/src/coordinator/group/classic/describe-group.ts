import { type DescribeGroups, ErrorCode, type Input, type ResponseOf } from '@sluice/wire'
import { eachInSteps, type Steps } from '../../../storage/slices.ts'
import type { ClassicGroup } from './classic-group.ts'

export type DescribedGroup = Input<ResponseOf<typeof DescribeGroups>['groups'][number]>

/** First version that says GROUP_ID_NOT_FOUND; before it an unknown group is dead (KIP-1043). */
const groupNotFoundVersionMin = 6

export function* describeGroup(
  group: ClassicGroup | undefined,
  groupId: string,
  apiVersion: number,
  isOfOtherProtocol: boolean,
): Steps<DescribedGroup> {
  if (!group) {
    const dead = { groupId, groupState: 'Dead' }
    if (apiVersion < groupNotFoundVersionMin) return dead
    return {
      ...dead,
      errorCode: ErrorCode.GROUP_ID_NOT_FOUND,
      errorMessage: isOfOtherProtocol
        ? `Group ${groupId} is not a classic group.`
        : `Group ${groupId} not found.`,
    }
  }
  const isStable = group.state === 'Stable'
  const protocolName = isStable ? (group.protocolName ?? '') : ''
  return {
    groupId,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: protocolName,
    members: yield* eachInSteps(group.members.values(), (member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      // During a rebalance nobody knows yet which protocol will hold; the assignment is the last one.
      memberMetadata: isStable ? member.metadata(protocolName) : Buffer.alloc(0),
      memberAssignment: member.assignment,
    })),
  }
}

import {
  ErrorCode,
  Heartbeat,
  type Input,
  JoinGroup,
  LeaveGroup,
  type RequestOf,
  SyncGroup,
} from '@sluice/wire'
import type { Peer } from './peer.ts'

/** What a member of a classic group sends, as a client library does. */

export type JoinRequest = Input<RequestOf<typeof JoinGroup>>

export const protocols = [{ name: 'range', metadata: Buffer.from('subscription') }]
export const joinRequest = (groupId: string, memberId: string, more: JoinRequest = {}): JoinRequest => ({
  groupId,
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 10_000,
  memberId,
  protocolType: 'consumer',
  protocols,
  ...more,
})

/** Joins as a client does: where a member id is required, once more with the id given. */
export const join = async (on: Peer, groupId: string, memberId = '', more: JoinRequest = {}, version = 9) => {
  const first = await on.send(JoinGroup, version, joinRequest(groupId, memberId, more))
  if (first.errorCode !== ErrorCode.MEMBER_ID_REQUIRED) return first
  return on.send(JoinGroup, version, joinRequest(groupId, first.memberId, more))
}

export const sync = (
  on: Peer,
  groupId: string,
  member: { memberId: string; generationId: number },
  assignments: Record<string, string> = {},
  version = 5,
) =>
  on.send(SyncGroup, version, {
    groupId,
    generationId: member.generationId,
    memberId: member.memberId,
    ...(version >= 5 ? { protocolType: 'consumer', protocolName: 'range' } : {}),
    assignments: Object.entries(assignments).map(([memberId, assignment]) => ({
      memberId,
      assignment: Buffer.from(assignment),
    })),
  })

export const heartbeat = async (
  on: Peer,
  groupId: string,
  member: { memberId: string; generationId: number },
  groupInstanceId: string | null = null,
  version = 4,
) =>
  (
    await on.send(Heartbeat, version, {
      groupId,
      generationId: member.generationId,
      memberId: member.memberId,
      ...(version >= 3 ? { groupInstanceId } : {}),
    })
  ).errorCode

export const leave = (on: Peer, groupId: string, memberId: string, version = 5) =>
  on.send(LeaveGroup, version, version >= 3 ? { groupId, members: [{ memberId }] } : { groupId, memberId })

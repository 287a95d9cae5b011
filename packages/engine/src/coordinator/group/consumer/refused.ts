import { ErrorCode, type ConsumerGroupHeartbeat, type Input, type ResponseOf } from '@sluice/wire'

export type HeartbeatAnswer = Input<ResponseOf<typeof ConsumerGroupHeartbeat>>

/** Why a group does not do what it was asked for. */
export class Refused {
  readonly errorCode: ErrorCode
  readonly errorMessage: string

  constructor(errorCode: ErrorCode, errorMessage: string) {
    this.errorCode = errorCode
    this.errorMessage = errorMessage
  }

  get answer(): HeartbeatAnswer {
    return { errorCode: this.errorCode, errorMessage: this.errorMessage }
  }
}

export const refusals = {
  invalid: (message: string) => new Refused(ErrorCode.INVALID_REQUEST, message),
  noGroup: (groupId: string) =>
    new Refused(ErrorCode.GROUP_ID_NOT_FOUND, `Consumer group ${groupId} not found.`),
  groupNotFound: (groupId: string) =>
    new Refused(ErrorCode.GROUP_ID_NOT_FOUND, `Group ${groupId} not found.`),
  otherGroup: (groupId: string) =>
    new Refused(ErrorCode.GROUP_ID_NOT_FOUND, `Group ${groupId} is not a consumer group.`),
  noMember: (memberId: string, groupId: string) =>
    new Refused(ErrorCode.UNKNOWN_MEMBER_ID, `Member ${memberId} is not a member of group ${groupId}.`),
  noInstance: (instanceId: string) =>
    new Refused(ErrorCode.UNKNOWN_MEMBER_ID, `Instance id ${instanceId} is unknown.`),
  fencedInstance: (memberId: string, instanceId: string, holder: string) =>
    new Refused(
      ErrorCode.FENCED_INSTANCE_ID,
      `Static member ${memberId} with instance id ${instanceId} was fenced by member ${holder}.`,
    ),
}

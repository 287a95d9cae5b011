import { api, field, int16, int32, message, string, structArray } from './language.ts'

export const LeaveGroup = api(13, 'LeaveGroup', {
  listeners: ['broker'],
  request: message('LeaveGroupRequest', { versions: '0-5', flexible: '4+' }, () => [
    field('groupId', string, '0+', { entityType: 'groupId' }),
    field('memberId', string, '0-2'),
    structArray('members', 'MemberIdentity', '3+', [
      field('memberId', string, '3+'),
      field('groupInstanceId', string, '3+', { nullable: '3+', default: null }),
      field('reason', string, '5+', { nullable: '5+', default: null, ignorable: true }),
    ]),
  ]),
  response: message('LeaveGroupResponse', { versions: '0-5', flexible: '4+' }, () => [
    field('throttleTimeMs', int32, '1+', { ignorable: true }),
    field('errorCode', int16, '0+'),
    structArray('members', 'MemberResponse', '3+', [
      field('memberId', string, '3+'),
      field('groupInstanceId', string, '3+', { nullable: '3+' }),
      field('errorCode', int16, '3+'),
    ]),
  ]),
})

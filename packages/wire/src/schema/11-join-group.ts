import { api, bool, bytes, field, int16, int32, message, string, structArray } from './language.ts'

export const JoinGroup = api(11, 'JoinGroup', {
  listeners: ['broker'],
  request: message('JoinGroupRequest', { versions: '0-9', flexible: '6+' }, () => [
    field('groupId', string, '0+', { entityType: 'groupId' }),
    field('sessionTimeoutMs', int32, '0+'),
    field('rebalanceTimeoutMs', int32, '1+', { default: -1, ignorable: true }),
    field('memberId', string, '0+'),
    field('groupInstanceId', string, '5+', { nullable: '5+', default: null }),
    field('protocolType', string, '0+'),
    structArray('protocols', 'JoinGroupRequestProtocol', '0+', [
      field('name', string, '0+', { mapKey: true }),
      field('metadata', bytes, '0+'),
    ]),
    field('reason', string, '8+', { nullable: '8+', default: null, ignorable: true }),
  ]),
  response: message('JoinGroupResponse', { versions: '0-9', flexible: '6+' }, () => [
    field('throttleTimeMs', int32, '2+', { ignorable: true }),
    field('errorCode', int16, '0+'),
    field('generationId', int32, '0+', { default: -1 }),
    field('protocolType', string, '7+', { nullable: '7+', default: null, ignorable: true }),
    field('protocolName', string, '0+', { nullable: '7+' }),
    field('leader', string, '0+'),
    field('skipAssignment', bool, '9+', { default: false }),
    field('memberId', string, '0+'),
    structArray('members', 'JoinGroupResponseMember', '0+', [
      field('memberId', string, '0+'),
      field('groupInstanceId', string, '5+', { nullable: '5+', default: null, ignorable: true }),
      field('metadata', bytes, '0+'),
    ]),
  ]),
})

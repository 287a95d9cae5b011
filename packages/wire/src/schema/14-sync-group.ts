import { api, bytes, field, int16, int32, message, string, structArray } from './language.ts'

export const SyncGroup = api(14, 'SyncGroup', {
  listeners: ['broker'],
  request: message('SyncGroupRequest', { versions: '0-5', flexible: '4+' }, () => [
    field('groupId', string, '0+', { entityType: 'groupId' }),
    field('generationId', int32, '0+'),
    field('memberId', string, '0+'),
    field('groupInstanceId', string, '3+', { nullable: '3+', default: null }),
    field('protocolType', string, '5+', { nullable: '5+', default: null, ignorable: true }),
    field('protocolName', string, '5+', { nullable: '5+', default: null, ignorable: true }),
    structArray('assignments', 'SyncGroupRequestAssignment', '0+', [
      field('memberId', string, '0+'),
      field('assignment', bytes, '0+'),
    ]),
  ]),
  response: message('SyncGroupResponse', { versions: '0-5', flexible: '4+' }, () => [
    field('throttleTimeMs', int32, '1+', { ignorable: true }),
    field('errorCode', int16, '0+'),
    field('protocolType', string, '5+', { nullable: '5+', default: null, ignorable: true }),
    field('protocolName', string, '5+', { nullable: '5+', default: null, ignorable: true }),
    field('assignment', bytes, '0+'),
  ]),
})

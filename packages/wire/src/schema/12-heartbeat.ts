import { api, field, int16, int32, message, string } from './language.ts'

export const Heartbeat = api(12, 'Heartbeat', {
  listeners: ['broker'],
  request: message('HeartbeatRequest', { versions: '0-4', flexible: '4+' }, () => [
    field('groupId', string, '0+', { entityType: 'groupId' }),
    field('generationId', int32, '0+'),
    field('memberId', string, '0+'),
    field('groupInstanceId', string, '3+', { nullable: '3+', default: null }),
  ]),
  response: message('HeartbeatResponse', { versions: '0-4', flexible: '4+' }, () => [
    field('throttleTimeMs', int32, '1+', { ignorable: true }),
    field('errorCode', int16, '0+'),
  ]),
})

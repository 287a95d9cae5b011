import { api, array, field, int16, int32, int8, message, string, structArray } from './language.ts'

export const FindCoordinator = api(10, 'FindCoordinator', {
  listeners: ['broker'],
  request: message('FindCoordinatorRequest', { versions: '0-6', flexible: '3+' }, () => [
    field('key', string, '0-3'),
    field('keyType', int8, '1+', { default: 0 }),
    field('coordinatorKeys', array(string), '4+'),
  ]),
  response: message('FindCoordinatorResponse', { versions: '0-6', flexible: '3+' }, () => [
    field('throttleTimeMs', int32, '1+', { ignorable: true }),
    field('errorCode', int16, '0-3'),
    field('errorMessage', string, '1-3', { nullable: '1-3', ignorable: true }),
    field('nodeId', int32, '0-3', { entityType: 'brokerId' }),
    field('host', string, '0-3'),
    field('port', int32, '0-3'),
    structArray('coordinators', 'Coordinator', '4+', [
      field('key', string, '4+'),
      field('nodeId', int32, '4+', { entityType: 'brokerId' }),
      field('host', string, '4+'),
      field('port', int32, '4+'),
      field('errorCode', int16, '4+'),
      field('errorMessage', string, '4+', { nullable: '4+', ignorable: true }),
    ]),
  ]),
})

import { api, bool, field, int16, int32, message, string, structArray, uint16, uuid } from './language.ts'

export const AddRaftVoter = api(80, 'AddRaftVoter', {
  listeners: ['controller', 'broker'],
  forwardable: true,
  request: message('AddRaftVoterRequest', { versions: '0-1', flexible: '0+' }, () => [
    field('clusterId', string, '0+', { nullable: '0+' }),
    field('timeoutMs', int32, '0+'),
    field('voterId', int32, '0+'),
    field('voterDirectoryId', uuid, '0+'),
    structArray('listeners', 'Listener', '0+', [
      field('name', string, '0+', { mapKey: true }),
      field('host', string, '0+'),
      field('port', uint16, '0+'),
    ]),
    field('ackWhenCommitted', bool, '1+', { default: true }),
  ]),
  response: message('AddRaftVoterResponse', { versions: '0-1', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    field('errorMessage', string, '0+', { nullable: '0+', ignorable: true }),
  ]),
})

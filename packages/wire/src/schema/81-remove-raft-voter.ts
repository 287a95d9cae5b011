import { api, field, int16, int32, message, string, uuid } from './language.ts'

export const RemoveRaftVoter = api(81, 'RemoveRaftVoter', {
  listeners: ['controller', 'broker'],
  forwardable: true,
  request: message('RemoveRaftVoterRequest', { versions: '0', flexible: '0+' }, () => [
    field('clusterId', string, '0+', { nullable: '0+' }),
    field('voterId', int32, '0+'),
    field('voterDirectoryId', uuid, '0+'),
  ]),
  response: message('RemoveRaftVoterResponse', { versions: '0', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    field('errorMessage', string, '0+', { nullable: '0+', ignorable: true }),
  ]),
})

import {
  api,
  field,
  int16,
  int32,
  message,
  string,
  structArray,
  structField,
  uint16,
  uuid,
} from './language.ts'

export const UpdateRaftVoter = api(82, 'UpdateRaftVoter', {
  listeners: ['controller'],
  request: message('UpdateRaftVoterRequest', { versions: '0', flexible: '0+' }, () => [
    field('clusterId', string, '0+', { nullable: '0+' }),
    field('currentLeaderEpoch', int32, '0+'),
    field('voterId', int32, '0+'),
    field('voterDirectoryId', uuid, '0+'),
    structArray('listeners', 'Listener', '0+', [
      field('name', string, '0+', { mapKey: true }),
      field('host', string, '0+'),
      field('port', uint16, '0+'),
    ]),
    structField('kRaftVersionFeature', 'KRaftVersionFeature', '0+', [
      field('minSupportedVersion', int16, '0+'),
      field('maxSupportedVersion', int16, '0+'),
    ]),
  ]),
  response: message('UpdateRaftVoterResponse', { versions: '0', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    structField('currentLeader', 'CurrentLeader', '0+', { tagged: '0+', tag: 0 }, [
      field('leaderId', int32, '0+', { default: -1, entityType: 'brokerId' }),
      field('leaderEpoch', int32, '0+', { default: -1 }),
      field('host', string, '0+'),
      field('port', int32, '0+'),
    ]),
  ]),
})

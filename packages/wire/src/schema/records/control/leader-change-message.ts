import { array, field, int16, int32, message, struct, uuid } from '../../language.ts'

const voter = struct('Voter', [field('voterId', int32, '0+'), field('voterDirectoryId', uuid, '1+')])

export const LeaderChangeMessage = message('LeaderChangeMessage', { versions: '0-1', flexible: '0+' }, () => [
  field('version', int16, '0+'),
  field('leaderId', int32, '0+', { entityType: 'brokerId' }),
  field('voters', array(voter), '0+'),
  field('grantingVoters', array(voter), '0+'),
])

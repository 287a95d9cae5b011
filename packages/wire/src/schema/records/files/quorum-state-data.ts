import { field, int32, int64, message, string, structArray, uuid } from '../../language.ts'

export const QuorumStateData = message('QuorumStateData', { versions: '0-1', flexible: '0+' }, () => [
  field('clusterId', string, '0'),
  field('leaderId', int32, '0+', { default: -1 }),
  field('leaderEpoch', int32, '0+', { default: -1 }),
  field('votedId', int32, '0+', { default: -1 }),
  field('votedDirectoryId', uuid, '1+'),
  field('appliedOffset', int64, '0'),
  structArray('currentVoters', 'Voter', '0', { nullable: '0' }, [field('voterId', int32, '0')]),
])

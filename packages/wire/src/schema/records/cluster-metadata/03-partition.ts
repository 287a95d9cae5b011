import { array, field, int32, int8, typedRecord, uuid } from '../../language.ts'

export const PartitionRecord = typedRecord(3, 'PartitionRecord', { versions: '0-2', flexible: '0+' }, () => [
  field('partitionId', int32, '0+', { default: -1 }),
  field('topicId', uuid, '0+'),
  field('replicas', array(int32), '0+', { entityType: 'brokerId' }),
  field('isr', array(int32), '0+'),
  field('removingReplicas', array(int32), '0+', { entityType: 'brokerId' }),
  field('addingReplicas', array(int32), '0+', { entityType: 'brokerId' }),
  field('leader', int32, '0+', { default: -1, entityType: 'brokerId' }),
  field('leaderRecoveryState', int8, '0+', { default: 0, tagged: '0+', tag: 0 }),
  field('leaderEpoch', int32, '0+', { default: -1 }),
  field('partitionEpoch', int32, '0+', { default: -1 }),
  field('directories', array(uuid), '1+'),
  field('eligibleLeaderReplicas', array(int32), '2+', {
    nullable: '2+',
    default: null,
    entityType: 'brokerId',
    tagged: '2+',
    tag: 1,
  }),
  field('lastKnownElr', array(int32), '2+', {
    nullable: '2+',
    default: null,
    entityType: 'brokerId',
    tagged: '2+',
    tag: 2,
  }),
])

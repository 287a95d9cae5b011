import { array, field, int32, int8, typedRecord, uuid } from '../../language.ts'

export const PartitionChangeRecord = typedRecord(
  5,
  'PartitionChangeRecord',
  { versions: '0-2', flexible: '0+' },
  () => [
    field('partitionId', int32, '0+', { default: -1 }),
    field('topicId', uuid, '0+'),
    field('isr', array(int32), '0+', {
      nullable: '0+',
      default: null,
      entityType: 'brokerId',
      tagged: '0+',
      tag: 0,
    }),
    field('leader', int32, '0+', { default: -2, entityType: 'brokerId', tagged: '0+', tag: 1 }),
    field('replicas', array(int32), '0+', {
      nullable: '0+',
      default: null,
      entityType: 'brokerId',
      tagged: '0+',
      tag: 2,
    }),
    field('removingReplicas', array(int32), '0+', {
      nullable: '0+',
      default: null,
      entityType: 'brokerId',
      tagged: '0+',
      tag: 3,
    }),
    field('addingReplicas', array(int32), '0+', {
      nullable: '0+',
      default: null,
      entityType: 'brokerId',
      tagged: '0+',
      tag: 4,
    }),
    field('leaderRecoveryState', int8, '0+', { default: -1, tagged: '0+', tag: 5 }),
    field('directories', array(uuid), '1+', { nullable: '1+', default: null, tagged: '1+', tag: 8 }),
    field('eligibleLeaderReplicas', array(int32), '2+', {
      nullable: '2+',
      default: null,
      entityType: 'brokerId',
      tagged: '2+',
      tag: 6,
    }),
    field('lastKnownElr', array(int32), '2+', {
      nullable: '2+',
      default: null,
      entityType: 'brokerId',
      tagged: '2+',
      tag: 7,
    }),
  ],
)

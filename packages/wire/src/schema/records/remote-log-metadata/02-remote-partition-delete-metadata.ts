import { field, int32, int64, int8, string, structField, typedRecord, uuid } from '../../language.ts'

export const RemotePartitionDeleteMetadataRecord = typedRecord(
  2,
  'RemotePartitionDeleteMetadataRecord',
  { versions: '0', flexible: '0+' },
  () => [
    structField('topicIdPartition', 'TopicIdPartitionEntry', '0+', [
      field('name', string, '0+'),
      field('id', uuid, '0+'),
      field('partition', int32, '0+'),
    ]),
    field('brokerId', int32, '0+'),
    field('eventTimestampMs', int64, '0+'),
    field('remotePartitionDeleteState', int8, '0+'),
  ],
)

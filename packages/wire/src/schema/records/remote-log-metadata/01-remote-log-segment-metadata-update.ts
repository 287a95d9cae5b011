import { bytes, field, int32, int64, int8, string, structField, typedRecord, uuid } from '../../language.ts'

export const RemoteLogSegmentMetadataUpdateRecord = typedRecord(
  1,
  'RemoteLogSegmentMetadataUpdateRecord',
  { versions: '0', flexible: '0+' },
  () => [
    structField('remoteLogSegmentId', 'RemoteLogSegmentIdEntry', '0+', [
      structField('topicIdPartition', 'TopicIdPartitionEntry', '0+', [
        field('name', string, '0+'),
        field('id', uuid, '0+'),
        field('partition', int32, '0+'),
      ]),
      field('id', uuid, '0+'),
    ]),
    field('brokerId', int32, '0+'),
    field('eventTimestampMs', int64, '0+'),
    field('customMetadata', bytes, '0+', { nullable: '0+', default: null }),
    field('remoteLogSegmentState', int8, '0+'),
  ],
)

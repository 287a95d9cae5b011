import {
  bool,
  bytes,
  field,
  int32,
  int64,
  int8,
  string,
  structArray,
  structField,
  typedRecord,
  uuid,
} from '../../language.ts'

export const RemoteLogSegmentMetadataRecord = typedRecord(
  0,
  'RemoteLogSegmentMetadataRecord',
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
    field('startOffset', int64, '0+'),
    field('endOffset', int64, '0+'),
    field('brokerId', int32, '0+'),
    field('maxTimestampMs', int64, '0+'),
    field('eventTimestampMs', int64, '0+'),
    structArray('segmentLeaderEpochs', 'SegmentLeaderEpochEntry', '0+', [
      field('leaderEpoch', int32, '0+'),
      field('offset', int64, '0+'),
    ]),
    field('segmentSizeInBytes', int32, '0+'),
    field('customMetadata', bytes, '0+', { nullable: '0+', default: null }),
    field('remoteLogSegmentState', int8, '0+'),
    field('txnIndexEmpty', bool, '0+', { tagged: '0+', tag: 0 }),
  ],
)

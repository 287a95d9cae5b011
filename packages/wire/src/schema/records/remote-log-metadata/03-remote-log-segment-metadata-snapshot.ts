import { bool, bytes, field, int32, int64, int8, structArray, typedRecord, uuid } from '../../language.ts'

export const RemoteLogSegmentMetadataSnapshotRecord = typedRecord(
  3,
  'RemoteLogSegmentMetadataSnapshotRecord',
  { versions: '0', flexible: '0+' },
  () => [
    field('segmentId', uuid, '0+'),
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

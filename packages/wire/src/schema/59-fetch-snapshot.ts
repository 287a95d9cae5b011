import {
  api,
  field,
  int16,
  int32,
  int64,
  message,
  records,
  string,
  structArray,
  structField,
  uint16,
  uuid,
} from './language.ts'

export const FetchSnapshot = api(59, 'FetchSnapshot', {
  listeners: ['controller'],
  request: message('FetchSnapshotRequest', { versions: '0-1', flexible: '0+' }, () => [
    field('clusterId', string, '0+', { nullable: '0+', default: null, tagged: '0+', tag: 0 }),
    field('replicaId', int32, '0+', { default: -1, entityType: 'brokerId' }),
    field('maxBytes', int32, '0+', { default: 0x7fffffff }),
    structArray('topics', 'TopicSnapshot', '0+', [
      field('name', string, '0+', { entityType: 'topicName' }),
      structArray('partitions', 'PartitionSnapshot', '0+', [
        field('partition', int32, '0+'),
        field('currentLeaderEpoch', int32, '0+'),
        structField('snapshotId', 'SnapshotId', '0+', [
          field('endOffset', int64, '0+'),
          field('epoch', int32, '0+'),
        ]),
        field('position', int64, '0+'),
        field('replicaDirectoryId', uuid, '1+', { ignorable: true, tagged: '1+', tag: 0 }),
      ]),
    ]),
  ]),
  response: message('FetchSnapshotResponse', { versions: '0-1', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+', { ignorable: true }),
    field('errorCode', int16, '0+'),
    structArray('topics', 'TopicSnapshot', '0+', [
      field('name', string, '0+', { entityType: 'topicName' }),
      structArray('partitions', 'PartitionSnapshot', '0+', [
        field('index', int32, '0+'),
        field('errorCode', int16, '0+'),
        structField('snapshotId', 'SnapshotId', '0+', [
          field('endOffset', int64, '0+'),
          field('epoch', int32, '0+'),
        ]),
        structField('currentLeader', 'LeaderIdAndEpoch', '0+', { tagged: '0+', tag: 0 }, [
          field('leaderId', int32, '0+', { entityType: 'brokerId' }),
          field('leaderEpoch', int32, '0+'),
        ]),
        field('size', int64, '0+'),
        field('position', int64, '0+'),
        field('unalignedRecords', records, '0+'),
      ]),
    ]),
    structArray('nodeEndpoints', 'NodeEndpoint', '1+', { tagged: '1+', tag: 0 }, [
      field('nodeId', int32, '1+', { mapKey: true, entityType: 'brokerId' }),
      field('host', string, '1+'),
      field('port', uint16, '1+'),
    ]),
  ]),
})

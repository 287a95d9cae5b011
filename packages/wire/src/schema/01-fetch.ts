import { Int64 } from '../int64.ts'
import {
  api,
  array,
  field,
  int16,
  int32,
  int64,
  int8,
  message,
  records,
  string,
  structArray,
  structField,
  uuid,
} from './language.ts'

export const Fetch = api(1, 'Fetch', {
  listeners: ['broker', 'controller'],
  request: message('FetchRequest', { versions: '4-18', flexible: '12+' }, () => [
    field('clusterId', string, '12+', {
      nullable: '12+',
      default: null,
      ignorable: true,
      tagged: '12+',
      tag: 0,
    }),
    field('replicaId', int32, '0-14', { default: -1, entityType: 'brokerId' }),
    structField('replicaState', 'ReplicaState', '15+', { tagged: '15+', tag: 1 }, [
      field('replicaId', int32, '15+', { default: -1, entityType: 'brokerId' }),
      field('replicaEpoch', int64, '15+', { default: -1 }),
    ]),
    field('maxWaitMs', int32, '0+'),
    field('minBytes', int32, '0+'),
    field('maxBytes', int32, '3+', { default: 0x7fffffff, ignorable: true }),
    field('isolationLevel', int8, '4+', { default: 0, ignorable: true }),
    field('sessionId', int32, '7+', { default: 0, ignorable: true }),
    field('sessionEpoch', int32, '7+', { default: -1, ignorable: true }),
    structArray('topics', 'FetchTopic', '0+', [
      field('topic', string, '0-12', { ignorable: true, entityType: 'topicName' }),
      field('topicId', uuid, '13+', { ignorable: true }),
      structArray('partitions', 'FetchPartition', '0+', [
        field('partition', int32, '0+'),
        field('currentLeaderEpoch', int32, '9+', { default: -1, ignorable: true }),
        field('fetchOffset', int64, '0+'),
        field('lastFetchedEpoch', int32, '12+', { default: -1 }),
        field('logStartOffset', int64, '5+', { default: -1, ignorable: true }),
        field('partitionMaxBytes', int32, '0+'),
        field('replicaDirectoryId', uuid, '17+', { ignorable: true, tagged: '17+', tag: 0 }),
        field('highWatermark', int64, '18+', { default: Int64.MAX, ignorable: true, tagged: '18+', tag: 1 }),
      ]),
    ]),
    structArray('forgottenTopicsData', 'ForgottenTopic', '7+', [
      field('topic', string, '7-12', { ignorable: true, entityType: 'topicName' }),
      field('topicId', uuid, '13+', { ignorable: true }),
      field('partitions', array(int32), '7+'),
    ]),
    field('rackId', string, '11+', { default: '', ignorable: true }),
  ]),
  response: message('FetchResponse', { versions: '4-18', flexible: '12+' }, () => [
    field('throttleTimeMs', int32, '1+', { ignorable: true }),
    field('errorCode', int16, '7+', { ignorable: true }),
    field('sessionId', int32, '7+', { default: 0 }),
    structArray('responses', 'FetchableTopicResponse', '0+', [
      field('topic', string, '0-12', { ignorable: true, entityType: 'topicName' }),
      field('topicId', uuid, '13+', { ignorable: true }),
      structArray('partitions', 'PartitionData', '0+', [
        field('partitionIndex', int32, '0+'),
        field('errorCode', int16, '0+'),
        field('highWatermark', int64, '0+'),
        field('lastStableOffset', int64, '4+', { default: -1, ignorable: true }),
        field('logStartOffset', int64, '5+', { default: -1, ignorable: true }),
        structField('divergingEpoch', 'EpochEndOffset', '12+', { tagged: '12+', tag: 0 }, [
          field('epoch', int32, '12+', { default: -1 }),
          field('endOffset', int64, '12+', { default: -1 }),
        ]),
        structField('currentLeader', 'LeaderIdAndEpoch', '12+', { tagged: '12+', tag: 1 }, [
          field('leaderId', int32, '12+', { default: -1, entityType: 'brokerId' }),
          field('leaderEpoch', int32, '12+', { default: -1 }),
        ]),
        structField('snapshotId', 'SnapshotId', '12+', { tagged: '12+', tag: 2 }, [
          field('endOffset', int64, '0+', { default: -1 }),
          field('epoch', int32, '0+', { default: -1 }),
        ]),
        structArray('abortedTransactions', 'AbortedTransaction', '4+', { nullable: '4+', ignorable: true }, [
          field('producerId', int64, '4+', { entityType: 'producerId' }),
          field('firstOffset', int64, '4+'),
        ]),
        field('preferredReadReplica', int32, '11+', { default: -1, entityType: 'brokerId' }),
        field('records', records, '0+', { nullable: '0+' }),
      ]),
    ]),
    structArray('nodeEndpoints', 'NodeEndpoint', '16+', { tagged: '16+', tag: 0 }, [
      field('nodeId', int32, '16+', { mapKey: true, entityType: 'brokerId' }),
      field('host', string, '16+'),
      field('port', int32, '16+'),
      field('rack', string, '16+', { nullable: '16+', default: null }),
    ]),
  ]),
})

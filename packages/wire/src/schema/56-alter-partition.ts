import { api, array, field, int16, int32, int64, int8, message, structArray, uuid } from './language.ts'

export const AlterPartition = api(56, 'AlterPartition', {
  listeners: ['controller'],
  clusterAction: true,
  request: message('AlterPartitionRequest', { versions: '2-3', flexible: '0+' }, () => [
    field('brokerId', int32, '0+', { entityType: 'brokerId' }),
    field('brokerEpoch', int64, '0+', { default: -1 }),
    structArray('topics', 'TopicData', '0+', [
      field('topicId', uuid, '2+', { ignorable: true }),
      structArray('partitions', 'PartitionData', '0+', [
        field('partitionIndex', int32, '0+'),
        field('leaderEpoch', int32, '0+'),
        field('newIsr', array(int32), '0-2', { entityType: 'brokerId' }),
        structArray('newIsrWithEpochs', 'BrokerState', '3+', [
          field('brokerId', int32, '3+', { entityType: 'brokerId' }),
          field('brokerEpoch', int64, '3+', { default: -1 }),
        ]),
        field('leaderRecoveryState', int8, '1+', { default: 0 }),
        field('partitionEpoch', int32, '0+'),
      ]),
    ]),
  ]),
  response: message('AlterPartitionResponse', { versions: '2-3', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    structArray('topics', 'TopicData', '0+', [
      field('topicId', uuid, '2+', { ignorable: true }),
      structArray('partitions', 'PartitionData', '0+', [
        field('partitionIndex', int32, '0+'),
        field('errorCode', int16, '0+'),
        field('leaderId', int32, '0+', { entityType: 'brokerId' }),
        field('leaderEpoch', int32, '0+'),
        field('isr', array(int32), '0+', { entityType: 'brokerId' }),
        field('leaderRecoveryState', int8, '1+', { default: 0, ignorable: true }),
        field('partitionEpoch', int32, '0+'),
      ]),
    ]),
  ]),
})

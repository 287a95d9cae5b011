import { api, field, int16, int32, int64, message, structArray, uuid } from './language.ts'

export const AssignReplicasToDirs = api(73, 'AssignReplicasToDirs', {
  listeners: ['controller'],
  request: message('AssignReplicasToDirsRequest', { versions: '0', flexible: '0+' }, () => [
    field('brokerId', int32, '0+', { entityType: 'brokerId' }),
    field('brokerEpoch', int64, '0+', { default: -1 }),
    structArray('directories', 'DirectoryData', '0+', [
      field('id', uuid, '0+'),
      structArray('topics', 'TopicData', '0+', [
        field('topicId', uuid, '0+'),
        structArray('partitions', 'PartitionData', '0+', [field('partitionIndex', int32, '0+')]),
      ]),
    ]),
  ]),
  response: message('AssignReplicasToDirsResponse', { versions: '0', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    structArray('directories', 'DirectoryData', '0+', [
      field('id', uuid, '0+'),
      structArray('topics', 'TopicData', '0+', [
        field('topicId', uuid, '0+'),
        structArray('partitions', 'PartitionData', '0+', [
          field('partitionIndex', int32, '0+'),
          field('errorCode', int16, '0+'),
        ]),
      ]),
    ]),
  ]),
})

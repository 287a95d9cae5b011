import { api, array, field, int16, int32, message, string, structArray } from './language.ts'

export const AlterReplicaLogDirs = api(34, 'AlterReplicaLogDirs', {
  listeners: ['broker'],
  request: message('AlterReplicaLogDirsRequest', { versions: '1-2', flexible: '2+' }, () => [
    structArray('dirs', 'AlterReplicaLogDir', '0+', [
      field('path', string, '0+', { mapKey: true }),
      structArray('topics', 'AlterReplicaLogDirTopic', '0+', [
        field('name', string, '0+', { mapKey: true, entityType: 'topicName' }),
        field('partitions', array(int32), '0+'),
      ]),
    ]),
  ]),
  response: message('AlterReplicaLogDirsResponse', { versions: '1-2', flexible: '2+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    structArray('results', 'AlterReplicaLogDirTopicResult', '0+', [
      field('topicName', string, '0+', { entityType: 'topicName' }),
      structArray('partitions', 'AlterReplicaLogDirPartitionResult', '0+', [
        field('partitionIndex', int32, '0+'),
        field('errorCode', int16, '0+'),
      ]),
    ]),
  ]),
})

import { api, field, int16, int32, message, string, structArray, uuid } from './language.ts'

export const DeleteShareGroupState = api(86, 'DeleteShareGroupState', {
  listeners: ['broker'],
  clusterAction: true,
  request: message('DeleteShareGroupStateRequest', { versions: '0', flexible: '0+' }, () => [
    field('groupId', string, '0+'),
    structArray('topics', 'DeleteStateData', '0+', [
      field('topicId', uuid, '0+'),
      structArray('partitions', 'PartitionData', '0+', [field('partition', int32, '0+')]),
    ]),
  ]),
  response: message('DeleteShareGroupStateResponse', { versions: '0', flexible: '0+' }, () => [
    structArray('results', 'DeleteStateResult', '0+', [
      field('topicId', uuid, '0+'),
      structArray('partitions', 'PartitionResult', '0+', [
        field('partition', int32, '0+'),
        field('errorCode', int16, '0+'),
        field('errorMessage', string, '0+', { nullable: '0+', default: null }),
      ]),
    ]),
  ]),
})

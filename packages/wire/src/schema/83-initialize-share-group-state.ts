import { api, field, int16, int32, int64, message, string, structArray, uuid } from './language.ts'

export const InitializeShareGroupState = api(83, 'InitializeShareGroupState', {
  listeners: ['broker'],
  clusterAction: true,
  request: message('InitializeShareGroupStateRequest', { versions: '0', flexible: '0+' }, () => [
    field('groupId', string, '0+'),
    structArray('topics', 'InitializeStateData', '0+', [
      field('topicId', uuid, '0+'),
      structArray('partitions', 'PartitionData', '0+', [
        field('partition', int32, '0+'),
        field('stateEpoch', int32, '0+'),
        field('startOffset', int64, '0+'),
      ]),
    ]),
  ]),
  response: message('InitializeShareGroupStateResponse', { versions: '0', flexible: '0+' }, () => [
    structArray('results', 'InitializeStateResult', '0+', [
      field('topicId', uuid, '0+'),
      structArray('partitions', 'PartitionResult', '0+', [
        field('partition', int32, '0+'),
        field('errorCode', int16, '0+'),
        field('errorMessage', string, '0+', { nullable: '0+', default: null }),
      ]),
    ]),
  ]),
})

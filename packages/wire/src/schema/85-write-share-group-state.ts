import { api, field, int16, int32, int64, int8, message, string, structArray, uuid } from './language.ts'

export const WriteShareGroupState = api(85, 'WriteShareGroupState', {
  listeners: ['broker'],
  clusterAction: true,
  request: message('WriteShareGroupStateRequest', { versions: '0-1', flexible: '0+' }, () => [
    field('groupId', string, '0+'),
    structArray('topics', 'WriteStateData', '0+', [
      field('topicId', uuid, '0+'),
      structArray('partitions', 'PartitionData', '0+', [
        field('partition', int32, '0+'),
        field('stateEpoch', int32, '0+'),
        field('leaderEpoch', int32, '0+'),
        field('startOffset', int64, '0+'),
        field('deliveryCompleteCount', int32, '1+', { default: -1, ignorable: true }),
        structArray('stateBatches', 'StateBatch', '0+', [
          field('firstOffset', int64, '0+'),
          field('lastOffset', int64, '0+'),
          field('deliveryState', int8, '0+'),
          field('deliveryCount', int16, '0+'),
        ]),
      ]),
    ]),
  ]),
  response: message('WriteShareGroupStateResponse', { versions: '0-1', flexible: '0+' }, () => [
    structArray('results', 'WriteStateResult', '0+', [
      field('topicId', uuid, '0+'),
      structArray('partitions', 'PartitionResult', '0+', [
        field('partition', int32, '0+'),
        field('errorCode', int16, '0+'),
        field('errorMessage', string, '0+', { nullable: '0+', default: null }),
      ]),
    ]),
  ]),
})

import { api, field, int16, int32, int64, int8, message, string, structArray, uuid } from './language.ts'

export const ReadShareGroupState = api(84, 'ReadShareGroupState', {
  listeners: ['broker'],
  clusterAction: true,
  request: message('ReadShareGroupStateRequest', { versions: '0', flexible: '0+' }, () => [
    field('groupId', string, '0+'),
    structArray('topics', 'ReadStateData', '0+', [
      field('topicId', uuid, '0+'),
      structArray('partitions', 'PartitionData', '0+', [
        field('partition', int32, '0+'),
        field('leaderEpoch', int32, '0+'),
      ]),
    ]),
  ]),
  response: message('ReadShareGroupStateResponse', { versions: '0', flexible: '0+' }, () => [
    structArray('results', 'ReadStateResult', '0+', [
      field('topicId', uuid, '0+'),
      structArray('partitions', 'PartitionResult', '0+', [
        field('partition', int32, '0+'),
        field('errorCode', int16, '0+'),
        field('errorMessage', string, '0+', { nullable: '0+', default: null }),
        field('stateEpoch', int32, '0+'),
        field('startOffset', int64, '0+'),
        structArray('stateBatches', 'StateBatch', '0+', [
          field('firstOffset', int64, '0+'),
          field('lastOffset', int64, '0+'),
          field('deliveryState', int8, '0+'),
          field('deliveryCount', int16, '0+'),
        ]),
      ]),
    ]),
  ]),
})

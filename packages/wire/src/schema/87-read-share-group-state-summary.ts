import { api, field, int16, int32, int64, message, string, structArray, uuid } from './language.ts'

export const ReadShareGroupStateSummary = api(87, 'ReadShareGroupStateSummary', {
  listeners: ['broker'],
  clusterAction: true,
  request: message('ReadShareGroupStateSummaryRequest', { versions: '0-1', flexible: '0+' }, () => [
    field('groupId', string, '0+'),
    structArray('topics', 'ReadStateSummaryData', '0+', [
      field('topicId', uuid, '0+'),
      structArray('partitions', 'PartitionData', '0+', [
        field('partition', int32, '0+'),
        field('leaderEpoch', int32, '0+'),
      ]),
    ]),
  ]),
  response: message('ReadShareGroupStateSummaryResponse', { versions: '0-1', flexible: '0+' }, () => [
    structArray('results', 'ReadStateSummaryResult', '0+', [
      field('topicId', uuid, '0+'),
      structArray('partitions', 'PartitionResult', '0+', [
        field('partition', int32, '0+'),
        field('errorCode', int16, '0+'),
        field('errorMessage', string, '0+', { nullable: '0+', default: null }),
        field('stateEpoch', int32, '0+'),
        field('leaderEpoch', int32, '0+'),
        field('startOffset', int64, '0+'),
        field('deliveryCompleteCount', int32, '1+', { default: -1, ignorable: true }),
      ]),
    ]),
  ]),
})

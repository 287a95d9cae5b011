import { api, array, field, int16, int32, int64, message, string, structArray } from './language.ts'

export const DescribeTransactions = api(65, 'DescribeTransactions', {
  listeners: ['broker'],
  request: message('DescribeTransactionsRequest', { versions: '0', flexible: '0+' }, () => [
    field('transactionalIds', array(string), '0+', { entityType: 'transactionalId' }),
  ]),
  response: message('DescribeTransactionsResponse', { versions: '0', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    structArray('transactionStates', 'TransactionState', '0+', [
      field('errorCode', int16, '0+'),
      field('transactionalId', string, '0+', { entityType: 'transactionalId' }),
      field('transactionState', string, '0+'),
      field('transactionTimeoutMs', int32, '0+'),
      field('transactionStartTimeMs', int64, '0+'),
      field('producerId', int64, '0+', { entityType: 'producerId' }),
      field('producerEpoch', int16, '0+'),
      structArray('topics', 'TopicData', '0+', [
        field('topic', string, '0+', { mapKey: true, entityType: 'topicName' }),
        field('partitions', array(int32), '0+'),
      ]),
    ]),
  ]),
})

import { api, array, field, int16, int32, int64, message, string, structArray } from './language.ts'

export const ListTransactions = api(66, 'ListTransactions', {
  listeners: ['broker'],
  request: message('ListTransactionsRequest', { versions: '0-2', flexible: '0+' }, () => [
    field('stateFilters', array(string), '0+'),
    field('producerIdFilters', array(int64), '0+', { entityType: 'producerId' }),
    field('durationFilter', int64, '1+', { default: -1 }),
    field('transactionalIdPattern', string, '2+', { nullable: '2+', default: null }),
  ]),
  response: message('ListTransactionsResponse', { versions: '0-2', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    field('unknownStateFilters', array(string), '0+'),
    structArray('transactionStates', 'TransactionState', '0+', [
      field('transactionalId', string, '0+', { entityType: 'transactionalId' }),
      field('producerId', int64, '0+', { entityType: 'producerId' }),
      field('transactionState', string, '0+'),
    ]),
  ]),
})

import { api, bool, field, int16, int32, int64, message, string } from './language.ts'

export const EndTxn = api(26, 'EndTxn', {
  listeners: ['broker'],
  request: message('EndTxnRequest', { versions: '0-5', flexible: '3+' }, () => [
    field('transactionalId', string, '0+', { entityType: 'transactionalId' }),
    field('producerId', int64, '0+', { entityType: 'producerId' }),
    field('producerEpoch', int16, '0+'),
    field('committed', bool, '0+'),
  ]),
  response: message('EndTxnResponse', { versions: '0-5', flexible: '3+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    field('producerId', int64, '5+', { default: -1, ignorable: true, entityType: 'producerId' }),
    field('producerEpoch', int16, '5+', { default: -1, ignorable: true }),
  ]),
})

import { api, bool, field, int16, int32, int64, message, string } from './language.ts'

export const InitProducerId = api(22, 'InitProducerId', {
  listeners: ['broker'],
  latestVersionUnstable: true,
  request: message('InitProducerIdRequest', { versions: '0-6', flexible: '2+' }, () => [
    field('transactionalId', string, '0+', { nullable: '0+', entityType: 'transactionalId' }),
    field('transactionTimeoutMs', int32, '0+'),
    field('producerId', int64, '3+', { default: -1, entityType: 'producerId' }),
    field('producerEpoch', int16, '3+', { default: -1 }),
    field('enable2Pc', bool, '6+', { default: false }),
    field('keepPreparedTxn', bool, '6+', { default: false }),
  ]),
  response: message('InitProducerIdResponse', { versions: '0-6', flexible: '2+' }, () => [
    field('throttleTimeMs', int32, '0+', { ignorable: true }),
    field('errorCode', int16, '0+'),
    field('producerId', int64, '0+', { default: -1, entityType: 'producerId' }),
    field('producerEpoch', int16, '0+'),
    field('ongoingTxnProducerId', int64, '6+', { default: -1, entityType: 'producerId' }),
    field('ongoingTxnProducerEpoch', int16, '6+', { default: -1 }),
  ]),
})

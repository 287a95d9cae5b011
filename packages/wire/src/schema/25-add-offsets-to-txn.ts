import { api, field, int16, int32, int64, message, string } from './language.ts'

export const AddOffsetsToTxn = api(25, 'AddOffsetsToTxn', {
  listeners: ['broker'],
  request: message('AddOffsetsToTxnRequest', { versions: '0-4', flexible: '3+' }, () => [
    field('transactionalId', string, '0+', { entityType: 'transactionalId' }),
    field('producerId', int64, '0+', { entityType: 'producerId' }),
    field('producerEpoch', int16, '0+'),
    field('groupId', string, '0+', { entityType: 'groupId' }),
  ]),
  response: message('AddOffsetsToTxnResponse', { versions: '0-4', flexible: '3+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
  ]),
})

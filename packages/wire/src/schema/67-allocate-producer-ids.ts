import { api, field, int16, int32, int64, message } from './language.ts'

export const AllocateProducerIds = api(67, 'AllocateProducerIds', {
  listeners: ['controller'],
  clusterAction: true,
  forwardable: true,
  request: message('AllocateProducerIdsRequest', { versions: '0', flexible: '0+' }, () => [
    field('brokerId', int32, '0+', { entityType: 'brokerId' }),
    field('brokerEpoch', int64, '0+', { default: -1 }),
  ]),
  response: message('AllocateProducerIdsResponse', { versions: '0', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    field('producerIdStart', int64, '0+', { entityType: 'producerId' }),
    field('producerIdLen', int32, '0+'),
  ]),
})

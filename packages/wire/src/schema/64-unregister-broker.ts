import { api, field, int16, int32, message, string } from './language.ts'

export const UnregisterBroker = api(64, 'UnregisterBroker', {
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: message('UnregisterBrokerRequest', { versions: '0', flexible: '0+' }, () => [
    field('brokerId', int32, '0+', { entityType: 'brokerId' }),
  ]),
  response: message('UnregisterBrokerResponse', { versions: '0', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    field('errorMessage', string, '0+', { nullable: '0+' }),
  ]),
})

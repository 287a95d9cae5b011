import { api, bytes, field, int16, message } from './language.ts'

export const Envelope = api(58, 'Envelope', {
  listeners: ['controller'],
  clusterAction: true,
  request: message('EnvelopeRequest', { versions: '0', flexible: '0+' }, () => [
    field('requestData', bytes, '0+', { zeroCopy: true }),
    field('requestPrincipal', bytes, '0+', { nullable: '0+' }),
    field('clientHostAddress', bytes, '0+'),
  ]),
  response: message('EnvelopeResponse', { versions: '0', flexible: '0+' }, () => [
    field('responseData', bytes, '0+', { nullable: '0+', default: null, zeroCopy: true }),
    field('errorCode', int16, '0+'),
  ]),
})

import { api, bytes, field, int16, int32, int64, message } from './language.ts'

export const RenewDelegationToken = api(39, 'RenewDelegationToken', {
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: message('RenewDelegationTokenRequest', { versions: '1-2', flexible: '2+' }, () => [
    field('hmac', bytes, '0+'),
    field('renewPeriodMs', int64, '0+'),
  ]),
  response: message('RenewDelegationTokenResponse', { versions: '1-2', flexible: '2+' }, () => [
    field('errorCode', int16, '0+'),
    field('expiryTimestampMs', int64, '0+'),
    field('throttleTimeMs', int32, '0+'),
  ]),
})

import { api, bytes, field, int16, int64, message, string } from './language.ts'

export const SaslAuthenticate = api(36, 'SaslAuthenticate', {
  listeners: ['broker', 'controller'],
  request: message('SaslAuthenticateRequest', { versions: '0-2', flexible: '2+' }, () => [
    field('authBytes', bytes, '0+'),
  ]),
  response: message('SaslAuthenticateResponse', { versions: '0-2', flexible: '2+' }, () => [
    field('errorCode', int16, '0+'),
    field('errorMessage', string, '0+', { nullable: '0+' }),
    field('authBytes', bytes, '0+'),
    field('sessionLifetimeMs', int64, '1+', { default: 0, ignorable: true }),
  ]),
})

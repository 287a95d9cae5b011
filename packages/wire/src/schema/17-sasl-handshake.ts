import { api, array, field, int16, message, string } from './language.ts'

export const SaslHandshake = api(17, 'SaslHandshake', {
  listeners: ['broker', 'controller'],
  request: message('SaslHandshakeRequest', { versions: '0-1', flexible: 'none' }, () => [
    field('mechanism', string, '0+'),
  ]),
  response: message('SaslHandshakeResponse', { versions: '0-1', flexible: 'none' }, () => [
    field('errorCode', int16, '0+'),
    field('mechanisms', array(string), '0+'),
  ]),
})

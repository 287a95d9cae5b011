import { api, field, int16, int32, message, string } from './language.ts'

export const UnregisterController = api(94, 'UnregisterController', {
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: message('UnregisterControllerRequest', { versions: '0', flexible: '0+' }, () => [
    field('controllerId', int32, '0+'),
  ]),
  response: message('UnregisterControllerResponse', { versions: '0', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    field('errorMessage', string, '0+', { nullable: '0+' }),
  ]),
})

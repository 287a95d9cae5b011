import { api, bool, field, int16, int32, message, string, structArray, uint16, uuid } from './language.ts'

export const ControllerRegistration = api(70, 'ControllerRegistration', {
  listeners: ['controller'],
  request: message('ControllerRegistrationRequest', { versions: '0', flexible: '0+' }, () => [
    field('controllerId', int32, '0+'),
    field('incarnationId', uuid, '0+'),
    field('zkMigrationReady', bool, '0+'),
    structArray('listeners', 'Listener', '0+', [
      field('name', string, '0+', { mapKey: true }),
      field('host', string, '0+'),
      field('port', uint16, '0+'),
      field('securityProtocol', int16, '0+'),
    ]),
    structArray('features', 'Feature', '0+', [
      field('name', string, '0+', { mapKey: true }),
      field('minSupportedVersion', int16, '0+'),
      field('maxSupportedVersion', int16, '0+'),
    ]),
  ]),
  response: message('ControllerRegistrationResponse', { versions: '0', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    field('errorMessage', string, '0+', { nullable: '0+' }),
  ]),
})

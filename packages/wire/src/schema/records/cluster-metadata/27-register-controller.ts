import { bool, field, int16, int32, string, structArray, typedRecord, uint16, uuid } from '../../language.ts'

export const RegisterControllerRecord = typedRecord(
  27,
  'RegisterControllerRecord',
  { versions: '0', flexible: '0+' },
  () => [
    field('controllerId', int32, '0+'),
    field('incarnationId', uuid, '0+'),
    field('zkMigrationReady', bool, '0+'),
    structArray('endPoints', 'ControllerEndpoint', '0+', [
      field('name', string, '0+', { mapKey: true }),
      field('host', string, '0+'),
      field('port', uint16, '0+'),
      field('securityProtocol', int16, '0+'),
    ]),
    structArray('features', 'ControllerFeature', '0+', [
      field('name', string, '0+', { mapKey: true }),
      field('minSupportedVersion', int16, '0+'),
      field('maxSupportedVersion', int16, '0+'),
    ]),
  ],
)

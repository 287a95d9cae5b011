import {
  api,
  array,
  bool,
  field,
  int16,
  int32,
  int64,
  message,
  string,
  structArray,
  uint16,
  uuid,
} from './language.ts'

export const BrokerRegistration = api(62, 'BrokerRegistration', {
  listeners: ['controller'],
  clusterAction: true,
  request: message('BrokerRegistrationRequest', { versions: '0-4', flexible: '0+' }, () => [
    field('brokerId', int32, '0+', { entityType: 'brokerId' }),
    field('clusterId', string, '0+'),
    field('incarnationId', uuid, '0+'),
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
    field('rack', string, '0+', { nullable: '0+' }),
    field('isMigratingZkBroker', bool, '1+', { default: false }),
    field('logDirs', array(uuid), '2+', { ignorable: true }),
    field('previousBrokerEpoch', int64, '3+', { default: -1, ignorable: true }),
  ]),
  response: message('BrokerRegistrationResponse', { versions: '0-4', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    field('brokerEpoch', int64, '0+', { default: -1 }),
  ]),
})

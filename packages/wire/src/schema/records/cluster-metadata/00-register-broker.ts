import {
  array,
  bool,
  field,
  int16,
  int32,
  int64,
  string,
  structArray,
  typedRecord,
  uint16,
  uuid,
} from '../../language.ts'

export const RegisterBrokerRecord = typedRecord(
  0,
  'RegisterBrokerRecord',
  { versions: '0-4', flexible: '0+' },
  () => [
    field('brokerId', int32, '0+', { entityType: 'brokerId' }),
    field('isMigratingZkBroker', bool, '2+', { default: false }),
    field('incarnationId', uuid, '0+'),
    field('brokerEpoch', int64, '0+'),
    structArray('endPoints', 'BrokerEndpoint', '0+', [
      field('name', string, '0+', { mapKey: true }),
      field('host', string, '0+'),
      field('port', uint16, '0+'),
      field('securityProtocol', int16, '0+'),
    ]),
    structArray('features', 'BrokerFeature', '0+', [
      field('name', string, '0+', { mapKey: true }),
      field('minSupportedVersion', int16, '0+'),
      field('maxSupportedVersion', int16, '0+'),
    ]),
    field('rack', string, '0+', { nullable: '0+' }),
    field('fenced', bool, '0+', { default: true }),
    field('inControlledShutdown', bool, '1+', { default: false }),
    field('logDirs', array(uuid), '3+', { tagged: '3+', tag: 0 }),
    field('cordonedLogDirs', array(uuid), '4+', { nullable: '4+', default: null, tagged: '4+', tag: 1 }),
  ],
)

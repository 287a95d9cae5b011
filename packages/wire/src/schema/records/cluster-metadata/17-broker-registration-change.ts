import { array, field, int32, int64, int8, typedRecord, uuid } from '../../language.ts'

export const BrokerRegistrationChangeRecord = typedRecord(
  17,
  'BrokerRegistrationChangeRecord',
  { versions: '0-3', flexible: '0+' },
  () => [
    field('brokerId', int32, '0+', { entityType: 'brokerId' }),
    field('brokerEpoch', int64, '0+'),
    field('fenced', int8, '0+', { tagged: '0+', tag: 0 }),
    field('inControlledShutdown', int8, '1+', { tagged: '1+', tag: 1 }),
    field('logDirs', array(uuid), '2+', { tagged: '2+', tag: 2 }),
    field('cordonedLogDirs', array(uuid), '3+', { nullable: '3+', default: null, tagged: '3+', tag: 3 }),
  ],
)

import { field, int32, int64, typedRecord } from '../../language.ts'

export const UnregisterBrokerRecord = typedRecord(
  1,
  'UnregisterBrokerRecord',
  { versions: '0', flexible: '0+' },
  () => [field('brokerId', int32, '0+', { entityType: 'brokerId' }), field('brokerEpoch', int64, '0+')],
)

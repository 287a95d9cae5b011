import { field, int32, int64, typedRecord } from '../../language.ts'

export const UnfenceBrokerRecord = typedRecord(
  8,
  'UnfenceBrokerRecord',
  { versions: '0', flexible: '0+' },
  () => [field('id', int32, '0+', { entityType: 'brokerId' }), field('epoch', int64, '0+')],
)

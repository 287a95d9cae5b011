import { field, int32, int64, typedRecord } from '../../language.ts'

export const FenceBrokerRecord = typedRecord(
  7,
  'FenceBrokerRecord',
  { versions: '0', flexible: '0+' },
  () => [field('id', int32, '0+', { entityType: 'brokerId' }), field('epoch', int64, '0+')],
)

import { field, int32, int64, typedRecord } from '../../language.ts'

export const ProducerIdsRecord = typedRecord(
  15,
  'ProducerIdsRecord',
  { versions: '0', flexible: '0+' },
  () => [
    field('brokerId', int32, '0+', { entityType: 'brokerId' }),
    field('brokerEpoch', int64, '0+', { default: -1 }),
    field('nextProducerId', int64, '0+'),
  ],
)

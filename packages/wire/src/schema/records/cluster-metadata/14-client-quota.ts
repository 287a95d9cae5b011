import { bool, field, float64, string, structArray, typedRecord } from '../../language.ts'

export const ClientQuotaRecord = typedRecord(
  14,
  'ClientQuotaRecord',
  { versions: '0', flexible: '0+' },
  () => [
    structArray('entity', 'EntityData', '0+', [
      field('entityType', string, '0+'),
      field('entityName', string, '0+', { nullable: '0+' }),
    ]),
    field('key', string, '0+'),
    field('value', float64, '0+'),
    field('remove', bool, '0+'),
  ],
)

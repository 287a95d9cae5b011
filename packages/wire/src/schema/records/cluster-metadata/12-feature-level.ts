import { field, int16, string, typedRecord } from '../../language.ts'

export const FeatureLevelRecord = typedRecord(
  12,
  'FeatureLevelRecord',
  { versions: '0', flexible: '0+' },
  () => [field('name', string, '0+'), field('featureLevel', int16, '0+')],
)

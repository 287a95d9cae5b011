import { field, string, typedRecord } from '../../language.ts'

export const RemoveDelegationTokenRecord = typedRecord(
  26,
  'RemoveDelegationTokenRecord',
  { versions: '0', flexible: '0+' },
  () => [field('tokenId', string, '0+')],
)

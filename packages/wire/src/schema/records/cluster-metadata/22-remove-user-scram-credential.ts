import { field, int8, string, typedRecord } from '../../language.ts'

export const RemoveUserScramCredentialRecord = typedRecord(
  22,
  'RemoveUserScramCredentialRecord',
  { versions: '0', flexible: '0+' },
  () => [field('name', string, '0+'), field('mechanism', int8, '0+')],
)

import { bytes, field, int32, int8, string, typedRecord } from '../../language.ts'

export const UserScramCredentialRecord = typedRecord(
  11,
  'UserScramCredentialRecord',
  { versions: '0', flexible: '0+' },
  () => [
    field('name', string, '0+'),
    field('mechanism', int8, '0+'),
    field('salt', bytes, '0+'),
    field('storedKey', bytes, '0+'),
    field('serverKey', bytes, '0+'),
    field('iterations', int32, '0+'),
  ],
)

import { field, typedRecord, uuid } from '../../language.ts'

export const RemoveAccessControlEntryRecord = typedRecord(
  19,
  'RemoveAccessControlEntryRecord',
  { versions: '0', flexible: '0+' },
  () => [field('id', uuid, '0+')],
)

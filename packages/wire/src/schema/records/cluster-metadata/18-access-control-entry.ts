import { field, int8, string, typedRecord, uuid } from '../../language.ts'

export const AccessControlEntryRecord = typedRecord(
  18,
  'AccessControlEntryRecord',
  { versions: '0', flexible: '0+' },
  () => [
    field('id', uuid, '0+'),
    field('resourceType', int8, '0+'),
    field('resourceName', string, '0+'),
    field('patternType', int8, '0+'),
    field('principal', string, '0+'),
    field('host', string, '0+'),
    field('operation', int8, '0+'),
    field('permissionType', int8, '0+'),
  ],
)

import { field, int8, typedRecord } from '../../language.ts'

export const ZkMigrationStateRecord = typedRecord(
  21,
  'ZkMigrationStateRecord',
  { versions: '0', flexible: '0+' },
  () => [field('zkMigrationState', int8, '0+')],
)

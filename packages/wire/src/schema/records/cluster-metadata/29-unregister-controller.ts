import { field, int32, typedRecord } from '../../language.ts'

export const UnregisterControllerRecord = typedRecord(
  29,
  'UnregisterControllerRecord',
  { versions: '0', flexible: '0+' },
  () => [field('controllerId', int32, '0+')],
)

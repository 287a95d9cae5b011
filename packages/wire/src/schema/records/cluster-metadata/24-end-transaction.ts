import { typedRecord } from '../../language.ts'

export const EndTransactionRecord = typedRecord(
  24,
  'EndTransactionRecord',
  { versions: '0', flexible: '0+' },
  () => [],
)

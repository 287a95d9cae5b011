import { field, string, typedRecord } from '../../language.ts'

export const AbortTransactionRecord = typedRecord(
  25,
  'AbortTransactionRecord',
  { versions: '0', flexible: '0+' },
  () => [field('reason', string, '0+', { nullable: '0+', default: null, tagged: '0+', tag: 0 })],
)

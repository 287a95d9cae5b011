import { field, string, typedRecord } from '../../language.ts'

export const BeginTransactionRecord = typedRecord(
  23,
  'BeginTransactionRecord',
  { versions: '0', flexible: '0+' },
  () => [field('name', string, '0+', { nullable: '0+', default: null, tagged: '0+', tag: 0 })],
)

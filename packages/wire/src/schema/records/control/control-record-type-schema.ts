import { field, int16, message } from '../../language.ts'

export const ControlRecordTypeSchema = message(
  'ControlRecordTypeSchema',
  { versions: '0', flexible: 'none' },
  () => [field('type', int16, '0+')],
)

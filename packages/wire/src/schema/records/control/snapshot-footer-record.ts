import { field, int16, message } from '../../language.ts'

export const SnapshotFooterRecord = message('SnapshotFooterRecord', { versions: '0', flexible: '0+' }, () => [
  field('version', int16, '0+'),
])

import { field, int16, int64, message } from '../../language.ts'

export const SnapshotHeaderRecord = message('SnapshotHeaderRecord', { versions: '0', flexible: '0+' }, () => [
  field('version', int16, '0+'),
  field('lastContainedLogTimestamp', int64, '0+'),
])

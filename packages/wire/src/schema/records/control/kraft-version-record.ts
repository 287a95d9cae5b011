import { field, int16, message } from '../../language.ts'

export const KRaftVersionRecord = message('KRaftVersionRecord', { versions: '0', flexible: '0+' }, () => [
  field('version', int16, '0+'),
  field('kRaftVersion', int16, '0+'),
])

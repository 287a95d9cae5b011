import { field, int64, message } from '../../language.ts'

export const AbortedTxn = message('AbortedTxn', { versions: '0', flexible: 'none' }, () => [
  field('producerId', int64, '0+'),
  field('firstOffset', int64, '0+'),
  field('lastOffset', int64, '0+'),
  field('lastStableOffset', int64, '0+'),
])

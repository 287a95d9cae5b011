import { field, int32, message } from '../../language.ts'

export const EndTxnMarker = message('EndTxnMarker', { versions: '0', flexible: 'none' }, () => [
  field('coordinatorEpoch', int32, '0+'),
])

import { field, int16, int32, int64, message, structArray, uint32 } from '../../language.ts'

export const ProducerSnapshot = message('ProducerSnapshot', { versions: '1', flexible: 'none' }, () => [
  field('crc', uint32, '1'),
  structArray('producerEntries', 'ProducerEntry', '1', [
    field('producerId', int64, '1'),
    field('epoch', int16, '1'),
    field('lastSequence', int32, '1'),
    field('lastOffset', int64, '1'),
    field('offsetDelta', int32, '1'),
    field('timestamp', int64, '1'),
    field('coordinatorEpoch', int32, '1'),
    field('currentTxnFirstOffset', int64, '1'),
  ]),
])

import {
  array,
  field,
  int16,
  int32,
  int64,
  int8,
  keyValueRecord,
  message,
  string,
  structArray,
} from '../../language.ts'

export const TransactionLogKey = message('TransactionLogKey', { versions: '0', flexible: 'none' }, () => [
  field('transactionalId', string, '0'),
])

export const TransactionLogValue = message('TransactionLogValue', { versions: '0-1', flexible: '1+' }, () => [
  field('producerId', int64, '0+'),
  field('previousProducerId', int64, '1+', { default: -1, tagged: '1+', tag: 0 }),
  field('nextProducerId', int64, '1+', { default: -1, tagged: '1+', tag: 1 }),
  field('producerEpoch', int16, '0+'),
  field('nextProducerEpoch', int16, '1+', { default: -1, tagged: '1+', tag: 3 }),
  field('transactionTimeoutMs', int32, '0+'),
  field('transactionStatus', int8, '0+'),
  structArray('transactionPartitions', 'PartitionsSchema', '0+', { nullable: '0+' }, [
    field('topic', string, '0+'),
    field('partitionIds', array(int32), '0+'),
  ]),
  field('transactionLastUpdateTimestampMs', int64, '0+'),
  field('transactionStartTimestampMs', int64, '0+'),
  field('clientTransactionVersion', int16, '1+', { default: 0, tagged: '1+', tag: 2 }),
])

export const TransactionLogRecord = keyValueRecord(
  0,
  'TransactionLog',
  TransactionLogKey,
  TransactionLogValue,
)

import { field, hash64, int32, keyValueRecord, message, string } from '../../language.ts'

export const ConsumerGroupMetadataKey = message(
  'ConsumerGroupMetadataKey',
  { versions: '0', flexible: 'none' },
  () => [field('groupId', string, '0')],
)

export const ConsumerGroupMetadataValue = message(
  'ConsumerGroupMetadataValue',
  { versions: '0', flexible: '0+' },
  () => [
    field('epoch', int32, '0+'),
    field('metadataHash', hash64, '0+', { default: 0n, tagged: '0+', tag: 0 }),
  ],
)

export const ConsumerGroupMetadataRecord = keyValueRecord(
  3,
  'ConsumerGroupMetadata',
  ConsumerGroupMetadataKey,
  ConsumerGroupMetadataValue,
)

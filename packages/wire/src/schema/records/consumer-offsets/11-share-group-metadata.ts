import { field, hash64, int32, keyValueRecord, message, string } from '../../language.ts'

export const ShareGroupMetadataKey = message(
  'ShareGroupMetadataKey',
  { versions: '0', flexible: 'none' },
  () => [field('groupId', string, '0')],
)

export const ShareGroupMetadataValue = message(
  'ShareGroupMetadataValue',
  { versions: '0', flexible: '0+' },
  () => [field('epoch', int32, '0+'), field('metadataHash', hash64, '0+')],
)

export const ShareGroupMetadataRecord = keyValueRecord(
  11,
  'ShareGroupMetadata',
  ShareGroupMetadataKey,
  ShareGroupMetadataValue,
)

import { array, field, keyValueRecord, message, string } from '../../language.ts'

export const ShareGroupMemberMetadataKey = message(
  'ShareGroupMemberMetadataKey',
  { versions: '0', flexible: 'none' },
  () => [field('groupId', string, '0'), field('memberId', string, '0')],
)

export const ShareGroupMemberMetadataValue = message(
  'ShareGroupMemberMetadataValue',
  { versions: '0', flexible: '0+' },
  () => [
    field('rackId', string, '0+', { nullable: '0+' }),
    field('clientId', string, '0+'),
    field('clientHost', string, '0+'),
    field('subscribedTopicNames', array(string), '0+'),
  ],
)

export const ShareGroupMemberMetadataRecord = keyValueRecord(
  10,
  'ShareGroupMemberMetadata',
  ShareGroupMemberMetadataKey,
  ShareGroupMemberMetadataValue,
)

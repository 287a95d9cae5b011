import {
  array,
  bytes,
  field,
  int32,
  keyValueRecord,
  message,
  string,
  structArray,
  structField,
} from '../../language.ts'

export const ConsumerGroupMemberMetadataKey = message(
  'ConsumerGroupMemberMetadataKey',
  { versions: '0', flexible: 'none' },
  () => [field('groupId', string, '0'), field('memberId', string, '0')],
)

export const ConsumerGroupMemberMetadataValue = message(
  'ConsumerGroupMemberMetadataValue',
  { versions: '0', flexible: '0+' },
  () => [
    field('instanceId', string, '0+', { nullable: '0+' }),
    field('rackId', string, '0+', { nullable: '0+' }),
    field('clientId', string, '0+'),
    field('clientHost', string, '0+'),
    field('subscribedTopicNames', array(string), '0+'),
    field('subscribedTopicRegex', string, '0+', { nullable: '0+' }),
    field('rebalanceTimeoutMs', int32, '0+', { default: -1 }),
    field('serverAssignor', string, '0+', { nullable: '0+' }),
    structField(
      'classicMemberMetadata',
      'ClassicMemberMetadata',
      '0+',
      { nullable: '0+', tagged: '0+', tag: 0 },
      [
        field('sessionTimeoutMs', int32, '0+'),
        structArray('supportedProtocols', 'ClassicProtocol', '0+', [
          field('name', string, '0+'),
          field('metadata', bytes, '0+'),
        ]),
      ],
    ),
  ],
)

export const ConsumerGroupMemberMetadataRecord = keyValueRecord(
  5,
  'ConsumerGroupMemberMetadata',
  ConsumerGroupMemberMetadataKey,
  ConsumerGroupMemberMetadataValue,
)

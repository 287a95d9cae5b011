import { array, field, int32, keyValueRecord, message, string, struct, uint16 } from '../../language.ts'

const endpoint = struct('Endpoint', [field('host', string, '0+'), field('port', uint16, '0+')])

const keyValue = struct('KeyValue', [field('key', string, '0+'), field('value', string, '0+')])

export const StreamsGroupMemberMetadataKey = message(
  'StreamsGroupMemberMetadataKey',
  { versions: '0', flexible: 'none' },
  () => [field('groupId', string, '0'), field('memberId', string, '0')],
)

export const StreamsGroupMemberMetadataValue = message(
  'StreamsGroupMemberMetadataValue',
  { versions: '0', flexible: '0+' },
  () => [
    field('instanceId', string, '0+', { nullable: '0+' }),
    field('rackId', string, '0+', { nullable: '0+' }),
    field('clientId', string, '0+'),
    field('clientHost', string, '0+'),
    field('rebalanceTimeoutMs', int32, '0+', { default: -1 }),
    field('topologyEpoch', int32, '0+'),
    field('processId', string, '0+'),
    field('userEndpoint', endpoint, '0+', { nullable: '0+', default: null }),
    field('clientTags', array(keyValue), '0+'),
  ],
)

export const StreamsGroupMemberMetadataRecord = keyValueRecord(
  19,
  'StreamsGroupMemberMetadata',
  StreamsGroupMemberMetadataKey,
  StreamsGroupMemberMetadataValue,
)

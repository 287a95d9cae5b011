import { array, field, hash64, int32, keyValueRecord, message, string, struct } from '../../language.ts'

const lastAssignmentConfig = struct('LastAssignmentConfig', [
  field('key', string, '0+'),
  field('value', string, '0+'),
])

export const StreamsGroupMetadataKey = message(
  'StreamsGroupMetadataKey',
  { versions: '0', flexible: 'none' },
  () => [field('groupId', string, '0')],
)

export const StreamsGroupMetadataValue = message(
  'StreamsGroupMetadataValue',
  { versions: '0', flexible: '0+' },
  () => [
    field('epoch', int32, '0+'),
    field('metadataHash', hash64, '0+'),
    field('validatedTopologyEpoch', int32, '0+', { default: -1, tagged: '0+', tag: 0 }),
    field('lastAssignmentConfigs', array(lastAssignmentConfig), '0+', {
      nullable: '0+',
      tagged: '0+',
      tag: 1,
    }),
    field('storedDescriptionTopologyEpoch', int32, '0+', { default: -1, tagged: '0+', tag: 2 }),
    field('failedDescriptionTopologyEpoch', int32, '0+', { default: -1, tagged: '0+', tag: 3 }),
  ],
)

export const StreamsGroupMetadataRecord = keyValueRecord(
  17,
  'StreamsGroupMetadata',
  StreamsGroupMetadataKey,
  StreamsGroupMetadataValue,
)

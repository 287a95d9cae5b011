import { field, int32, int64, keyValueRecord, message, string } from '../../language.ts'

export const StreamsGroupTargetAssignmentMetadataKey = message(
  'StreamsGroupTargetAssignmentMetadataKey',
  { versions: '0', flexible: 'none' },
  () => [field('groupId', string, '0')],
)

export const StreamsGroupTargetAssignmentMetadataValue = message(
  'StreamsGroupTargetAssignmentMetadataValue',
  { versions: '0', flexible: '0+' },
  () => [
    field('assignmentEpoch', int32, '0+'),
    field('assignmentTimestamp', int64, '0+', { default: 0, ignorable: true, tagged: '0+', tag: 0 }),
  ],
)

export const StreamsGroupTargetAssignmentMetadataRecord = keyValueRecord(
  20,
  'StreamsGroupTargetAssignmentMetadata',
  StreamsGroupTargetAssignmentMetadataKey,
  StreamsGroupTargetAssignmentMetadataValue,
)

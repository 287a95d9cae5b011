import { field, int32, int64, keyValueRecord, message, string } from '../../language.ts'

export const LegacyOffsetCommitKey = message(
  'LegacyOffsetCommitKey',
  { versions: '0', flexible: 'none' },
  () => [field('group', string, '0'), field('topic', string, '0'), field('partition', int32, '0')],
)

export const LegacyOffsetCommitValue = message(
  'LegacyOffsetCommitValue',
  { versions: '0', flexible: 'none' },
  () => [field('offset', int64, '0'), field('metadata', string, '0'), field('commitTimestamp', int64, '0')],
)

export const LegacyOffsetCommitRecord = keyValueRecord(
  0,
  'LegacyOffsetCommit',
  LegacyOffsetCommitKey,
  LegacyOffsetCommitValue,
)

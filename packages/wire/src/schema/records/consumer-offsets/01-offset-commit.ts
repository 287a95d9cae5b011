import { field, int32, int64, keyValueRecord, message, string, uuid } from '../../language.ts'

export const OffsetCommitKey = message('OffsetCommitKey', { versions: '0', flexible: 'none' }, () => [
  field('group', string, '0'),
  field('topic', string, '0'),
  field('partition', int32, '0'),
])

export const OffsetCommitValue = message('OffsetCommitValue', { versions: '0-4', flexible: '4+' }, () => [
  field('offset', int64, '0+'),
  field('leaderEpoch', int32, '3+', { default: -1, ignorable: true }),
  field('metadata', string, '0+'),
  field('commitTimestamp', int64, '0+'),
  field('expireTimestamp', int64, '1', { default: -1, ignorable: true }),
  field('topicId', uuid, '4+', { ignorable: true, tagged: '4+', tag: 0 }),
])

export const OffsetCommitRecord = keyValueRecord(1, 'OffsetCommit', OffsetCommitKey, OffsetCommitValue)

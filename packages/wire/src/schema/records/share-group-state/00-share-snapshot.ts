import {
  field,
  int16,
  int32,
  int64,
  int8,
  keyValueRecord,
  message,
  string,
  structArray,
  uuid,
} from '../../language.ts'

export const ShareSnapshotKey = message('ShareSnapshotKey', { versions: '0', flexible: 'none' }, () => [
  field('groupId', string, '0'),
  field('topicId', uuid, '0'),
  field('partition', int32, '0'),
])

export const ShareSnapshotValue = message('ShareSnapshotValue', { versions: '0', flexible: '0+' }, () => [
  field('snapshotEpoch', int32, '0+'),
  field('stateEpoch', int32, '0+'),
  field('leaderEpoch', int32, '0+'),
  field('startOffset', int64, '0+'),
  field('deliveryCompleteCount', int32, '0+', { default: -1, tagged: '0+', tag: 0 }),
  field('createTimestamp', int64, '0+'),
  field('writeTimestamp', int64, '0+'),
  structArray('stateBatches', 'StateBatch', '0+', [
    field('firstOffset', int64, '0+'),
    field('lastOffset', int64, '0+'),
    field('deliveryState', int8, '0+'),
    field('deliveryCount', int16, '0+'),
  ]),
])

export const ShareSnapshotRecord = keyValueRecord(0, 'ShareSnapshot', ShareSnapshotKey, ShareSnapshotValue)

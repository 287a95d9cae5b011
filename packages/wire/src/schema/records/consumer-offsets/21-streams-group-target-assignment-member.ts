import { array, field, int32, keyValueRecord, message, string, struct } from '../../language.ts'

const taskIds = struct('TaskIds', [
  field('subtopologyId', string, '0+'),
  field('partitions', array(int32), '0+'),
])

export const StreamsGroupTargetAssignmentMemberKey = message(
  'StreamsGroupTargetAssignmentMemberKey',
  { versions: '0', flexible: 'none' },
  () => [field('groupId', string, '0'), field('memberId', string, '0')],
)

export const StreamsGroupTargetAssignmentMemberValue = message(
  'StreamsGroupTargetAssignmentMemberValue',
  { versions: '0', flexible: '0+' },
  () => [
    field('activeTasks', array(taskIds), '0+'),
    field('standbyTasks', array(taskIds), '0+'),
    field('warmupTasks', array(taskIds), '0+'),
  ],
)

export const StreamsGroupTargetAssignmentMemberRecord = keyValueRecord(
  21,
  'StreamsGroupTargetAssignmentMember',
  StreamsGroupTargetAssignmentMemberKey,
  StreamsGroupTargetAssignmentMemberValue,
)

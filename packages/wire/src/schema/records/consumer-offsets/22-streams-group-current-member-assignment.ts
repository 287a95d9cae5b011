import { array, field, int32, int8, keyValueRecord, message, string, struct } from '../../language.ts'

const taskIds = struct('TaskIds', [
  field('subtopologyId', string, '0+'),
  field('partitions', array(int32), '0+'),
  field('assignmentEpochs', array(int32), '0+', { nullable: '0+', tagged: '0+', tag: 0 }),
])

export const StreamsGroupCurrentMemberAssignmentKey = message(
  'StreamsGroupCurrentMemberAssignmentKey',
  { versions: '0', flexible: 'none' },
  () => [field('groupId', string, '0'), field('memberId', string, '0')],
)

export const StreamsGroupCurrentMemberAssignmentValue = message(
  'StreamsGroupCurrentMemberAssignmentValue',
  { versions: '0', flexible: '0+' },
  () => [
    field('memberEpoch', int32, '0+'),
    field('previousMemberEpoch', int32, '0+'),
    field('state', int8, '0+'),
    field('activeTasks', array(taskIds), '0+'),
    field('standbyTasks', array(taskIds), '0+'),
    field('warmupTasks', array(taskIds), '0+'),
    field('activeTasksPendingRevocation', array(taskIds), '0+'),
    field('standbyTasksPendingRevocation', array(taskIds), '0+'),
    field('warmupTasksPendingRevocation', array(taskIds), '0+'),
  ],
)

export const StreamsGroupCurrentMemberAssignmentRecord = keyValueRecord(
  22,
  'StreamsGroupCurrentMemberAssignment',
  StreamsGroupCurrentMemberAssignmentKey,
  StreamsGroupCurrentMemberAssignmentValue,
)

import { field, typedRecord, uuid } from '../../language.ts'

export const RemoveTopicRecord = typedRecord(
  9,
  'RemoveTopicRecord',
  { versions: '0', flexible: '0+' },
  () => [field('topicId', uuid, '0+')],
)

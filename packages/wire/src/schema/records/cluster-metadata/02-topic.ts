import { field, string, typedRecord, uuid } from '../../language.ts'

export const TopicRecord = typedRecord(2, 'TopicRecord', { versions: '0', flexible: '0+' }, () => [
  field('name', string, '0+', { entityType: 'topicName' }),
  field('topicId', uuid, '0+'),
])

import { field, string, typedRecord } from '../../language.ts'

export const ClearElrRecord = typedRecord(28, 'ClearElrRecord', { versions: '0', flexible: '0+' }, () => [
  field('topicName', string, '0+', { entityType: 'topicName' }),
])

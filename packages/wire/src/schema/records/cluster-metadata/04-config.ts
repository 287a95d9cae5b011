import { field, int8, string, typedRecord } from '../../language.ts'

export const ConfigRecord = typedRecord(4, 'ConfigRecord', { versions: '0', flexible: '0+' }, () => [
  field('resourceType', int8, '0+'),
  field('resourceName', string, '0+'),
  field('name', string, '0+'),
  field('value', string, '0+', { nullable: '0+' }),
])

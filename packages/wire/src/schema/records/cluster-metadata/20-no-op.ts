import { typedRecord } from '../../language.ts'

export const NoOpRecord = typedRecord(20, 'NoOpRecord', { versions: '0', flexible: '0+' }, () => [])

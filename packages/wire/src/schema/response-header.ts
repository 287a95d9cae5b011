import { field, int32, message } from './language.ts'

export const ResponseHeader = message('ResponseHeader', { versions: '0-1', flexible: '1+' }, () => [
  field('correlationId', int32, '0+'),
])

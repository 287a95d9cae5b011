import { field, int16, int32, message, string } from './language.ts'

export const RequestHeader = message('RequestHeader', { versions: '1-2', flexible: '2+' }, () => [
  field('requestApiKey', int16, '0+'),
  field('requestApiVersion', int16, '0+'),
  field('correlationId', int32, '0+'),
  field('clientId', string, '1+', { nullable: '1+', flexible: 'none' }),
])

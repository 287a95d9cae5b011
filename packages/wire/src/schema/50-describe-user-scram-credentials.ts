import { api, field, int16, int32, int8, message, string, structArray } from './language.ts'

export const DescribeUserScramCredentials = api(50, 'DescribeUserScramCredentials', {
  listeners: ['broker', 'controller'],
  request: message('DescribeUserScramCredentialsRequest', { versions: '0', flexible: '0+' }, () => [
    structArray('users', 'UserName', '0+', { nullable: '0+' }, [field('name', string, '0+')]),
  ]),
  response: message('DescribeUserScramCredentialsResponse', { versions: '0', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    field('errorMessage', string, '0+', { nullable: '0+' }),
    structArray('results', 'DescribeUserScramCredentialsResult', '0+', [
      field('user', string, '0+'),
      field('errorCode', int16, '0+'),
      field('errorMessage', string, '0+', { nullable: '0+' }),
      structArray('credentialInfos', 'CredentialInfo', '0+', [
        field('mechanism', int8, '0+'),
        field('iterations', int32, '0+'),
      ]),
    ]),
  ]),
})

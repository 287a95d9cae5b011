import { api, bytes, field, int16, int32, int8, message, string, structArray } from './language.ts'

export const AlterUserScramCredentials = api(51, 'AlterUserScramCredentials', {
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: message('AlterUserScramCredentialsRequest', { versions: '0', flexible: '0+' }, () => [
    structArray('deletions', 'ScramCredentialDeletion', '0+', [
      field('name', string, '0+'),
      field('mechanism', int8, '0+'),
    ]),
    structArray('upsertions', 'ScramCredentialUpsertion', '0+', [
      field('name', string, '0+'),
      field('mechanism', int8, '0+'),
      field('iterations', int32, '0+'),
      field('salt', bytes, '0+'),
      field('saltedPassword', bytes, '0+'),
    ]),
  ]),
  response: message('AlterUserScramCredentialsResponse', { versions: '0', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    structArray('results', 'AlterUserScramCredentialsResult', '0+', [
      field('user', string, '0+'),
      field('errorCode', int16, '0+'),
      field('errorMessage', string, '0+', { nullable: '0+' }),
    ]),
  ]),
})

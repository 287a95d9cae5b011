import { api, field, int16, int32, int8, message, string, structArray } from './language.ts'

export const CreateAcls = api(30, 'CreateAcls', {
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: message('CreateAclsRequest', { versions: '1-3', flexible: '2+' }, () => [
    structArray('creations', 'AclCreation', '0+', [
      field('resourceType', int8, '0+'),
      field('resourceName', string, '0+'),
      field('resourcePatternType', int8, '1+', { default: 3 }),
      field('principal', string, '0+'),
      field('host', string, '0+'),
      field('operation', int8, '0+'),
      field('permissionType', int8, '0+'),
    ]),
  ]),
  response: message('CreateAclsResponse', { versions: '1-3', flexible: '2+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    structArray('results', 'AclCreationResult', '0+', [
      field('errorCode', int16, '0+'),
      field('errorMessage', string, '0+', { nullable: '0+' }),
    ]),
  ]),
})

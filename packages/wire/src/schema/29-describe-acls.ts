import { api, field, int16, int32, int8, message, string, structArray } from './language.ts'

export const DescribeAcls = api(29, 'DescribeAcls', {
  listeners: ['broker', 'controller'],
  request: message('DescribeAclsRequest', { versions: '1-3', flexible: '2+' }, () => [
    field('resourceTypeFilter', int8, '0+'),
    field('resourceNameFilter', string, '0+', { nullable: '0+' }),
    field('patternTypeFilter', int8, '1+', { default: 3 }),
    field('principalFilter', string, '0+', { nullable: '0+' }),
    field('hostFilter', string, '0+', { nullable: '0+' }),
    field('operation', int8, '0+'),
    field('permissionType', int8, '0+'),
  ]),
  response: message('DescribeAclsResponse', { versions: '1-3', flexible: '2+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    field('errorMessage', string, '0+', { nullable: '0+' }),
    structArray('resources', 'DescribeAclsResource', '0+', [
      field('resourceType', int8, '0+'),
      field('resourceName', string, '0+'),
      field('patternType', int8, '1+', { default: 3 }),
      structArray('acls', 'AclDescription', '0+', [
        field('principal', string, '0+'),
        field('host', string, '0+'),
        field('operation', int8, '0+'),
        field('permissionType', int8, '0+'),
      ]),
    ]),
  ]),
})

import { api, array, bool, bytes, field, int16, int32, message, string, structArray } from './language.ts'

export const DescribeGroups = api(15, 'DescribeGroups', {
  listeners: ['broker'],
  request: message('DescribeGroupsRequest', { versions: '0-6', flexible: '5+' }, () => [
    field('groups', array(string), '0+', { entityType: 'groupId' }),
    field('includeAuthorizedOperations', bool, '3+'),
  ]),
  response: message('DescribeGroupsResponse', { versions: '0-6', flexible: '5+' }, () => [
    field('throttleTimeMs', int32, '1+', { ignorable: true }),
    structArray('groups', 'DescribedGroup', '0+', [
      field('errorCode', int16, '0+'),
      field('errorMessage', string, '6+', { nullable: '6+', default: null }),
      field('groupId', string, '0+', { entityType: 'groupId' }),
      field('groupState', string, '0+'),
      field('protocolType', string, '0+'),
      field('protocolData', string, '0+'),
      structArray('members', 'DescribedGroupMember', '0+', [
        field('memberId', string, '0+'),
        field('groupInstanceId', string, '4+', { nullable: '4+', default: null, ignorable: true }),
        field('clientId', string, '0+'),
        field('clientHost', string, '0+'),
        field('memberMetadata', bytes, '0+'),
        field('memberAssignment', bytes, '0+'),
      ]),
      field('authorizedOperations', int32, '3+', { default: -2147483648 }),
    ]),
  ]),
})

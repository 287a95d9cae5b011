import { api, array, field, int16, int32, message, string, structArray } from './language.ts'

export const DeleteGroups = api(42, 'DeleteGroups', {
  listeners: ['broker'],
  request: message('DeleteGroupsRequest', { versions: '0-3', flexible: '2+' }, () => [
    field('groupsNames', array(string), '0+', { entityType: 'groupId' }),
  ]),
  response: message('DeleteGroupsResponse', { versions: '0-3', flexible: '2+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    structArray('results', 'DeletableGroupResult', '0+', [
      field('groupId', string, '0+', { mapKey: true, entityType: 'groupId' }),
      field('errorCode', int16, '0+'),
      field('errorMessage', string, '3+', { nullable: '3+', default: null, ignorable: true }),
    ]),
  ]),
})

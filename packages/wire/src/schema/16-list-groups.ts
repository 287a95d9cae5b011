import { api, array, field, int16, int32, message, string, structArray } from './language.ts'

export const ListGroups = api(16, 'ListGroups', {
  listeners: ['broker'],
  request: message('ListGroupsRequest', { versions: '0-5', flexible: '3+' }, () => [
    field('statesFilter', array(string), '4+'),
    field('typesFilter', array(string), '5+'),
  ]),
  response: message('ListGroupsResponse', { versions: '0-5', flexible: '3+' }, () => [
    field('throttleTimeMs', int32, '1+', { ignorable: true }),
    field('errorCode', int16, '0+'),
    structArray('groups', 'ListedGroup', '0+', [
      field('groupId', string, '0+', { entityType: 'groupId' }),
      field('protocolType', string, '0+'),
      field('groupState', string, '4+', { ignorable: true }),
      field('groupType', string, '5+', { ignorable: true }),
    ]),
  ]),
})

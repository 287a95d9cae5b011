import { api, array, field, int16, int32, int8, message, string, structArray } from './language.ts'

export const ListConfigResources = api(74, 'ListConfigResources', {
  listeners: ['broker'],
  request: message('ListConfigResourcesRequest', { versions: '0-1', flexible: '0+' }, () => [
    field('resourceTypes', array(int8), '1+'),
  ]),
  response: message('ListConfigResourcesResponse', { versions: '0-1', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    structArray('configResources', 'ConfigResource', '0+', [
      field('resourceName', string, '0+'),
      field('resourceType', int8, '1+', { default: 16, ignorable: true }),
    ]),
  ]),
})

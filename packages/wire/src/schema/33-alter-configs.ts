import { api, bool, field, int16, int32, int8, message, string, structArray } from './language.ts'

export const AlterConfigs = api(33, 'AlterConfigs', {
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: message('AlterConfigsRequest', { versions: '0-2', flexible: '2+' }, () => [
    structArray('resources', 'AlterConfigsResource', '0+', [
      field('resourceType', int8, '0+', { mapKey: true }),
      field('resourceName', string, '0+', { mapKey: true }),
      structArray('configs', 'AlterableConfig', '0+', [
        field('name', string, '0+', { mapKey: true }),
        field('value', string, '0+', { nullable: '0+' }),
      ]),
    ]),
    field('validateOnly', bool, '0+'),
  ]),
  response: message('AlterConfigsResponse', { versions: '0-2', flexible: '2+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    structArray('responses', 'AlterConfigsResourceResponse', '0+', [
      field('errorCode', int16, '0+'),
      field('errorMessage', string, '0+', { nullable: '0+' }),
      field('resourceType', int8, '0+'),
      field('resourceName', string, '0+'),
    ]),
  ]),
})

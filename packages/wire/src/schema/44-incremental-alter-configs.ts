import { api, bool, field, int16, int32, int8, message, string, structArray } from './language.ts'

export const IncrementalAlterConfigs = api(44, 'IncrementalAlterConfigs', {
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: message('IncrementalAlterConfigsRequest', { versions: '0-1', flexible: '1+' }, () => [
    structArray('resources', 'AlterConfigsResource', '0+', [
      field('resourceType', int8, '0+', { mapKey: true }),
      field('resourceName', string, '0+', { mapKey: true }),
      structArray('configs', 'AlterableConfig', '0+', [
        field('name', string, '0+', { mapKey: true }),
        field('configOperation', int8, '0+', { mapKey: true }),
        field('value', string, '0+', { nullable: '0+' }),
      ]),
    ]),
    field('validateOnly', bool, '0+'),
  ]),
  response: message('IncrementalAlterConfigsResponse', { versions: '0-1', flexible: '1+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    structArray('responses', 'AlterConfigsResourceResponse', '0+', [
      field('errorCode', int16, '0+'),
      field('errorMessage', string, '0+', { nullable: '0+' }),
      field('resourceType', int8, '0+'),
      field('resourceName', string, '0+'),
    ]),
  ]),
})

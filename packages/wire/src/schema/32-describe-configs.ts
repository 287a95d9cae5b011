import { api, array, bool, field, int16, int32, int8, message, string, structArray } from './language.ts'

export const DescribeConfigs = api(32, 'DescribeConfigs', {
  listeners: ['broker', 'controller'],
  request: message('DescribeConfigsRequest', { versions: '1-4', flexible: '4+' }, () => [
    structArray('resources', 'DescribeConfigsResource', '0+', [
      field('resourceType', int8, '0+'),
      field('resourceName', string, '0+'),
      field('configurationKeys', array(string), '0+', { nullable: '0+' }),
    ]),
    field('includeSynonyms', bool, '1+', { default: false }),
    field('includeDocumentation', bool, '3+', { default: false }),
  ]),
  response: message('DescribeConfigsResponse', { versions: '1-4', flexible: '4+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    structArray('results', 'DescribeConfigsResult', '0+', [
      field('errorCode', int16, '0+'),
      field('errorMessage', string, '0+', { nullable: '0+' }),
      field('resourceType', int8, '0+'),
      field('resourceName', string, '0+'),
      structArray('configs', 'DescribeConfigsResourceResult', '0+', [
        field('name', string, '0+'),
        field('value', string, '0+', { nullable: '0+' }),
        field('readOnly', bool, '0+'),
        field('configSource', int8, '1+', { default: -1, ignorable: true }),
        field('isSensitive', bool, '0+'),
        structArray('synonyms', 'DescribeConfigsSynonym', '1+', { ignorable: true }, [
          field('name', string, '1+'),
          field('value', string, '1+', { nullable: '0+' }),
          field('source', int8, '1+'),
        ]),
        field('configType', int8, '3+', { default: 0, ignorable: true }),
        field('documentation', string, '3+', { nullable: '0+', ignorable: true }),
      ]),
    ]),
  ]),
})

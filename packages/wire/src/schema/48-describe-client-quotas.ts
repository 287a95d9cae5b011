import { api, bool, field, float64, int16, int32, int8, message, string, structArray } from './language.ts'

export const DescribeClientQuotas = api(48, 'DescribeClientQuotas', {
  listeners: ['broker'],
  request: message('DescribeClientQuotasRequest', { versions: '0-1', flexible: '1+' }, () => [
    structArray('components', 'ComponentData', '0+', [
      field('entityType', string, '0+'),
      field('matchType', int8, '0+'),
      field('match', string, '0+', { nullable: '0+' }),
    ]),
    field('strict', bool, '0+'),
  ]),
  response: message('DescribeClientQuotasResponse', { versions: '0-1', flexible: '1+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    field('errorMessage', string, '0+', { nullable: '0+' }),
    structArray('entries', 'EntryData', '0+', { nullable: '0+' }, [
      structArray('entity', 'EntityData', '0+', [
        field('entityType', string, '0+'),
        field('entityName', string, '0+', { nullable: '0+' }),
      ]),
      structArray('values', 'ValueData', '0+', [field('key', string, '0+'), field('value', float64, '0+')]),
    ]),
  ]),
})

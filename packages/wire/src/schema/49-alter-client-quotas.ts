import { api, bool, field, float64, int16, int32, message, string, structArray } from './language.ts'

export const AlterClientQuotas = api(49, 'AlterClientQuotas', {
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: message('AlterClientQuotasRequest', { versions: '0-1', flexible: '1+' }, () => [
    structArray('entries', 'EntryData', '0+', [
      structArray('entity', 'EntityData', '0+', [
        field('entityType', string, '0+'),
        field('entityName', string, '0+', { nullable: '0+' }),
      ]),
      structArray('ops', 'OpData', '0+', [
        field('key', string, '0+'),
        field('value', float64, '0+'),
        field('remove', bool, '0+'),
      ]),
    ]),
    field('validateOnly', bool, '0+'),
  ]),
  response: message('AlterClientQuotasResponse', { versions: '0-1', flexible: '1+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    structArray('entries', 'EntryData', '0+', [
      field('errorCode', int16, '0+'),
      field('errorMessage', string, '0+', { nullable: '0+' }),
      structArray('entity', 'EntityData', '0+', [
        field('entityType', string, '0+'),
        field('entityName', string, '0+', { nullable: '0+' }),
      ]),
    ]),
  ]),
})

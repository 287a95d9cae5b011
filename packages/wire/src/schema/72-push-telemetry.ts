import { api, bool, bytes, field, int16, int32, int8, message, uuid } from './language.ts'

export const PushTelemetry = api(72, 'PushTelemetry', {
  listeners: ['broker'],
  request: message('PushTelemetryRequest', { versions: '0', flexible: '0+' }, () => [
    field('clientInstanceId', uuid, '0+'),
    field('subscriptionId', int32, '0+'),
    field('terminating', bool, '0+'),
    field('compressionType', int8, '0+'),
    field('metrics', bytes, '0+', { zeroCopy: true }),
  ]),
  response: message('PushTelemetryResponse', { versions: '0', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
  ]),
})

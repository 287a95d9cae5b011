import { api, array, bool, field, int16, int32, int8, message, string, uuid } from './language.ts'

export const GetTelemetrySubscriptions = api(71, 'GetTelemetrySubscriptions', {
  listeners: ['broker'],
  request: message('GetTelemetrySubscriptionsRequest', { versions: '0', flexible: '0+' }, () => [
    field('clientInstanceId', uuid, '0+'),
  ]),
  response: message('GetTelemetrySubscriptionsResponse', { versions: '0', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    field('clientInstanceId', uuid, '0+'),
    field('subscriptionId', int32, '0+'),
    field('acceptedCompressionTypes', array(int8), '0+'),
    field('pushIntervalMs', int32, '0+'),
    field('telemetryMaxBytes', int32, '0+'),
    field('deltaTemporality', bool, '0+'),
    field('requestedMetrics', array(string), '0+'),
  ]),
})

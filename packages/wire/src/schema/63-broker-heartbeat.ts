import { api, array, bool, field, int16, int32, int64, message, uuid } from './language.ts'

export const BrokerHeartbeat = api(63, 'BrokerHeartbeat', {
  listeners: ['controller'],
  clusterAction: true,
  request: message('BrokerHeartbeatRequest', { versions: '0-2', flexible: '0+' }, () => [
    field('brokerId', int32, '0+', { entityType: 'brokerId' }),
    field('brokerEpoch', int64, '0+', { default: -1 }),
    field('currentMetadataOffset', int64, '0+'),
    field('wantFence', bool, '0+'),
    field('wantShutDown', bool, '0+'),
    field('offlineLogDirs', array(uuid), '1+', { tagged: '1+', tag: 0 }),
    field('cordonedLogDirs', array(uuid), '2+', { nullable: '2+', default: null, tagged: '2+', tag: 1 }),
  ]),
  response: message('BrokerHeartbeatResponse', { versions: '0-2', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    field('isCaughtUp', bool, '0+', { default: false }),
    field('isFenced', bool, '0+', { default: true }),
    field('shouldShutDown', bool, '0+'),
  ]),
})

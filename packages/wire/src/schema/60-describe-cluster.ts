import { api, bool, field, int16, int32, int8, message, string, structArray } from './language.ts'

export const DescribeCluster = api(60, 'DescribeCluster', {
  listeners: ['broker', 'controller'],
  request: message('DescribeClusterRequest', { versions: '0-2', flexible: '0+' }, () => [
    field('includeClusterAuthorizedOperations', bool, '0+'),
    field('endpointType', int8, '1+', { default: 1 }),
    field('includeFencedBrokers', bool, '2+'),
  ]),
  response: message('DescribeClusterResponse', { versions: '0-2', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    field('errorMessage', string, '0+', { nullable: '0+', default: null }),
    field('endpointType', int8, '1+', { default: 1 }),
    field('clusterId', string, '0+'),
    field('controllerId', int32, '0+', { default: -1, entityType: 'brokerId' }),
    structArray('brokers', 'DescribeClusterBroker', '0+', [
      field('brokerId', int32, '0+', { mapKey: true, entityType: 'brokerId' }),
      field('host', string, '0+'),
      field('port', int32, '0+'),
      field('rack', string, '0+', { nullable: '0+', default: null }),
      field('isFenced', bool, '2+'),
    ]),
    field('clusterAuthorizedOperations', int32, '0+', { default: -2147483648 }),
  ]),
})

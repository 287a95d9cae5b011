/*
 * DescribeCluster, versions 0 to 2: the brokers and the controller (KIP-700).
 *
 * Version 1 can ask for controller endpoints (KIP-919): that is for controller listeners, and refused here with
 * 115, as on Apache Kafka's broker listeners. Version 2 can ask for fenced brokers (KIP-1073).
 */
import { DescribeCluster, ErrorCode } from '@sluice/wire'
import { authorizedClusterOperations, operationsNotAsked } from '../../authorizer/permissions.ts'
import { each } from '../../authorizer/access.ts'
import { endpointsFor } from '../endpoints.ts'
import { wrongEndpointType } from '../../server/endpoint-types.ts'
import { handler } from '../handler.ts'
import type { BrokerServices } from '../services.ts'

export const describeCluster = handler(
  DescribeCluster,
  [each('describe', 'cluster', { when: 'for authorized operations' })],
  (request, { broker, session }) => {
    const { endpointType } = request
    const refusal = wrongEndpointType(endpointType, 'broker')
    if (refusal) return refusal
    const alive = endpointsFor(session, broker.metadata).map(({ nodeId, ...address }) => ({
      brokerId: nodeId,
      ...address,
      isFenced: false,
    }))
    return {
      errorCode: ErrorCode.NONE,
      endpointType,
      clusterId: broker.clusterId,
      controllerId: broker.nodeId,
      brokers: request.includeFencedBrokers ? [...alive, ...fencedBrokers(broker)] : alive,
      clusterAuthorizedOperations: request.includeClusterAuthorizedOperations
        ? authorizedClusterOperations(session.permissions)
        : operationsNotAsked,
    }
  },
)

/** Brokers that are registered and not alive, at the address that they registered. */
function fencedBrokers(broker: BrokerServices) {
  return [...broker.metadata.brokers()]
    .filter(({ id }) => !broker.metadata.isBrokerAlive(id))
    .map(({ id, rack, endpoints }) => ({
      brokerId: id,
      host: endpoints[0]?.host ?? '',
      port: endpoints[0]?.port ?? -1,
      rack,
      isFenced: true,
    }))
}

/*
 * DescribeCluster, versions 0 to 2: the controllers and where they are reached, for clients that begin with a controller
 * (KIP-919). Brokers are told of by brokers: whoever asks for them here is refused as on Apache Kafka.
 */
import { DescribeCluster, ErrorCode } from '@sluice/wire'
import { wrongEndpointType } from '../../../server/endpoint-types.ts'
import { controllerHandler } from '../services.ts'

export const describeCluster = controllerHandler(DescribeCluster, ({ endpointType }, { node }) => {
  const refusal = wrongEndpointType(endpointType, 'controller')
  if (refusal) return refusal
  const { nodeId, clusterId, address } = node
  return {
    errorCode: ErrorCode.NONE,
    endpointType,
    clusterId,
    controllerId: nodeId,
    brokers: [{ brokerId: nodeId, ...address, rack: null, isFenced: false }],
  }
})

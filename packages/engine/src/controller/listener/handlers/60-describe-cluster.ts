/*
 * DescribeCluster, versions 0 to 2: the controllers and where they are reached, for clients that begin with a controller
 * (KIP-919). Brokers are told of by brokers: whoever asks for them here is refused as on Apache Kafka.
 */
import { DescribeCluster, ErrorCode } from '@sluice/wire'
import { controllerHandler } from '../services.ts'

const brokerEndpoints = 1
const controllerEndpoints = 2
const operationsNotAsked = -2147483648

export const describeCluster = controllerHandler(DescribeCluster, ({ endpointType }, { node }) => {
  if (endpointType !== controllerEndpoints)
    return {
      errorCode:
        endpointType === brokerEndpoints
          ? ErrorCode.MISMATCHED_ENDPOINT_TYPE
          : ErrorCode.UNSUPPORTED_ENDPOINT_TYPE,
      errorMessage: `Endpoint type ${endpointType} is not served here: this is a controller's listener. Ask for controllers (type 2).`,
      endpointType: controllerEndpoints,
      clusterId: '',
    }
  const { nodeId, clusterId, address } = node
  return {
    errorCode: ErrorCode.NONE,
    endpointType,
    clusterId,
    controllerId: nodeId,
    brokers: [{ brokerId: nodeId, ...address, rack: null, isFenced: false }],
    clusterAuthorizedOperations: operationsNotAsked,
  }
})

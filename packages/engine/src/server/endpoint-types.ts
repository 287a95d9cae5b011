import { ErrorCode } from '@sluice/wire'

/** What DescribeCluster can ask for (KIP-919): each is told of on the listeners of its own kind. */
const EndpointType = { broker: 1, controller: 2 } as const

type EndpointName = keyof typeof EndpointType

/** The answer to whoever asks a node's listener for another kind than it is; null where it is the right one. */
export function wrongEndpointType(asked: number, here: EndpointName) {
  const served = EndpointType[here]
  if (asked === served) return null
  const isKnown = Object.values<number>(EndpointType).includes(asked)
  return {
    errorCode: isKnown ? ErrorCode.MISMATCHED_ENDPOINT_TYPE : ErrorCode.UNSUPPORTED_ENDPOINT_TYPE,
    errorMessage: `Endpoint type ${asked} is not served here: this is a ${here}'s listener. Ask for ${here}s (type ${served}).`,
    endpointType: served,
    clusterId: '',
  }
}

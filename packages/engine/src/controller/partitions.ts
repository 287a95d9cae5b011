import { AlterPartition, ErrorCode, type ResponseOf } from '@sluice/wire'
import { type ControllerRequest, controllerRequest } from './controller-request.ts'

export const partitionRequests: readonly ControllerRequest<unknown>[] = [
  controllerRequest({
    api: AlterPartition,
    // ISR changes come with replication: until then every ISR is of one.
    decide: () => ({ records: [], response: refusedPartitions(ErrorCode.UNSUPPORTED_VERSION) }),
    refuse: (_asked, errorCode) => refusedPartitions(errorCode),
  }),
]

function refusedPartitions(errorCode: ErrorCode): ResponseOf<typeof AlterPartition> {
  return { throttleTimeMs: 0, errorCode, topics: [] }
}

import {
  AddRaftVoter,
  ErrorCode,
  RemoveRaftVoter,
  type RequestOf,
  type ResponseOf,
  zeroUuid,
} from '@sluice/wire'
import { type ControllerRequest, controllerRequest } from './controller-request.ts'
import type { Decision } from './decision.ts'

type AddRequest = RequestOf<typeof AddRaftVoter>
type RemoveRequest = RequestOf<typeof RemoveRaftVoter>
type Response = ResponseOf<typeof AddRaftVoter>

/** The voters are static, and stay what they are: whoever would change them is refused, as with kraft.version 0 (KIP-853). */
export class RaftVotersManager {
  readonly #clusterId: string
  /** The name of the listener that all voters have. */
  readonly #listener: string

  constructor({ clusterId, listener }: { clusterId: string; listener: string }) {
    this.#clusterId = clusterId
    this.#listener = listener
  }

  add(request: AddRequest): Decision<Response> {
    const unfit = this.#unfit(request)
    if (unfit) return unfit
    if (!request.listeners.some(({ name }) => name === this.#listener))
      return refused(ErrorCode.INVALID_REQUEST, 'The voter does not have the listener of controllers.')
    return unsupported
  }

  remove(request: RemoveRequest): Decision<Response> {
    return this.#unfit(request) ?? unsupported
  }

  #unfit({ clusterId, voterId, voterDirectoryId }: AddRequest | RemoveRequest): Decision<Response> | null {
    if (clusterId !== null && clusterId !== this.#clusterId)
      return refused(ErrorCode.INCONSISTENT_CLUSTER_ID, 'This is another cluster.')
    return voterId < 0 || voterDirectoryId === zeroUuid
      ? refused(ErrorCode.INVALID_REQUEST, 'A voter is named by its id and its directory.')
      : null
  }
}

function refused(errorCode: ErrorCode, errorMessage: string): Decision<Response> {
  return { records: [], response: { throttleTimeMs: 0, errorCode, errorMessage } }
}

const unsupported = refused(
  ErrorCode.UNSUPPORTED_VERSION,
  'The voters of this cluster are static: kraft.version is 0.',
)

export const raftVoterRequests: readonly ControllerRequest<RaftVotersManager>[] = [
  controllerRequest({
    api: AddRaftVoter,
    decide: (voters: RaftVotersManager, asked) => voters.add(asked),
    refuse: (_asked, errorCode, errorMessage) => ({ throttleTimeMs: 0, errorCode, errorMessage }),
  }),
  controllerRequest({
    api: RemoveRaftVoter,
    decide: (voters: RaftVotersManager, asked) => voters.remove(asked),
    refuse: (_asked, errorCode, errorMessage) => ({ throttleTimeMs: 0, errorCode, errorMessage }),
  }),
]

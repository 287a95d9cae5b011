import { ErrorCode } from '@sluice/wire'

/** What of a request stands against the one leader that this quorum has: the epoch in which it is asked. */
export function epochError(asked: number, { epoch }: { readonly epoch: number }): ErrorCode {
  if (asked < epoch) return ErrorCode.FENCED_LEADER_EPOCH
  return asked > epoch ? ErrorCode.UNKNOWN_LEADER_EPOCH : ErrorCode.NONE
}

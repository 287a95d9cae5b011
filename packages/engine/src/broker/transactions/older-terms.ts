import { ErrorCode } from '@sluice/wire'

/** Clients of before KIP-588 know no other word for a producer that is fenced. */
export function inOlderTerms(error: ErrorCode, apiVersion: number, fencedVersionMin: number): ErrorCode {
  return error === ErrorCode.PRODUCER_FENCED && apiVersion < fencedVersionMin
    ? ErrorCode.INVALID_PRODUCER_EPOCH
    : error
}

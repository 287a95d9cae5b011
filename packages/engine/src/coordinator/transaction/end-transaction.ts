import { ErrorCode, type Int64 } from '@sluice/wire'
import { type Change, producerIdNeeded, type Supplies } from './init-producer-id.ts'
import {
  ending,
  epochBumpVersion,
  isCompleted,
  isEpochExhausted,
  isPrepared,
  lastClientEpoch,
  noProducerId,
  type Transaction,
  TransactionState,
} from './transaction.ts'

export interface EndRequest {
  readonly transactionalId: string
  readonly producerId: Int64
  readonly producerEpoch: number
  readonly commit: boolean
  /** Of transaction.version, as the version of the request shows it. */
  readonly clientTransactionVersion: number
}

/** A client ends its transaction. `NONE` where that is done already, and its answer was lost. */
export function decideEnd(known: Transaction | undefined, request: EndRequest, supplies: Supplies): Change {
  if (!known) return ErrorCode.INVALID_PRODUCER_ID_MAPPING
  return request.clientTransactionVersion >= epochBumpVersion
    ? decideEndWithBump(known, request, supplies)
    : decideEndWithoutBump(known, request, supplies)
}

function decideEndWithoutBump(known: Transaction, request: EndRequest, { nowMs }: Supplies): Change {
  const { commit, clientTransactionVersion } = request
  if (known.producerId !== request.producerId) return ErrorCode.INVALID_PRODUCER_ID_MAPPING
  if (known.producerEpoch !== request.producerEpoch) return ErrorCode.PRODUCER_FENCED
  if (isPrepared(known)) return ErrorCode.CONCURRENT_TRANSACTIONS
  if (known.state === TransactionState.ongoing)
    return ending(known, { commit, clientTransactionVersion, nextProducerId: noProducerId }, nowMs)
  return isCompleted(known) && hasEndedSo(known, commit) ? ErrorCode.NONE : ErrorCode.INVALID_TXN_STATE
}

/**
 * Each end raises the epoch, so that a request of the epoch before is a retry, and one of the current epoch is about the
 * next transaction. Aborting that raises the epoch also where nothing was written: its client need not know (KIP-890).
 */
function decideEndWithBump(known: Transaction, request: EndRequest, supplies: Supplies): Change {
  const { producerId, producerEpoch, commit, clientTransactionVersion } = request
  // Its client has the next epoch already, and may end a transaction of that before this one's markers are written.
  if (isPrepared(known)) return ErrorCode.CONCURRENT_TRANSACTIONS
  const isRetryOfLast =
    known.previousProducerId === producerId && producerEpoch === lastClientEpoch && known.producerEpoch === 0
  if (known.producerId !== producerId && !isRetryOfLast) return ErrorCode.INVALID_PRODUCER_ID_MAPPING
  const isRetry = isCompleted(known) && (known.producerEpoch === producerEpoch + 1 || isRetryOfLast)
  if (isRetry) return hasEndedSo(known, commit) ? ErrorCode.NONE : ErrorCode.INVALID_TXN_STATE
  if (known.producerEpoch !== producerEpoch) return ErrorCode.PRODUCER_FENCED
  if (commit && known.state !== TransactionState.ongoing) return ErrorCode.INVALID_TXN_STATE
  const isUsedUp = isEpochExhausted(known.producerEpoch)
  if (isUsedUp && supplies.producerId === null) return producerIdNeeded
  const nextProducerId = isUsedUp ? (supplies.producerId ?? noProducerId) : noProducerId
  return ending(known, { commit, clientTransactionVersion, nextProducerId }, supplies.nowMs)
}

function hasEndedSo({ state }: Transaction, commit: boolean): boolean {
  return state === (commit ? TransactionState.completeCommit : TransactionState.completeAbort)
}

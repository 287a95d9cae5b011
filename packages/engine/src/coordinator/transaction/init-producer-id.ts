import { ErrorCode, type Int64 } from '@sluice/wire'
import {
  ending,
  epochBumpVersion,
  fenced,
  initialised,
  initialisedAnew,
  isEpochExhausted,
  isPrepared,
  newTransaction,
  noEpoch,
  noProducerId,
  type Transaction,
  TransactionState,
} from './transaction.ts'

export interface InitRequest {
  readonly transactionalId: string
  readonly timeoutMs: number
  /** What a client has that goes on with its id (KIP-360). */
  readonly expected: { readonly producerId: Int64; readonly producerEpoch: number } | null
}

/** What the coordinator has at hand for a decision. */
export interface Supplies {
  readonly nowMs: number
  /** One that nobody has yet; null until it is known to be needed. */
  readonly producerId: Int64 | null
  /** The cluster's level of transaction.version. */
  readonly transactionVersion: number
}

/** The decision needs a producer id, and is to be asked again with one. */
export const producerIdNeeded = Symbol('a producer id is needed')

/** What becomes of the transaction; an error changes nothing. */
export type Change = Transaction | ErrorCode | typeof producerIdNeeded

/**
 * A client begins with a transactional id. A transaction that its predecessor has left open is aborted first, and the
 * client comes again (51): so nobody is ever told the epoch by which that one is fenced.
 */
export function decideInit(known: Transaction | undefined, request: InitRequest, supplies: Supplies): Change {
  const { expected, timeoutMs } = request
  const { nowMs, producerId } = supplies
  if (!known) {
    if (producerId === null) return producerIdNeeded
    const created = newTransaction(request.transactionalId, producerId, nowMs)
    return initialised(created, timeoutMs, expected && expected.producerEpoch, nowMs)
  }
  if (isPrepared(known)) return ErrorCode.CONCURRENT_TRANSACTIONS
  if (expected && !mayGoOn(known, expected)) return ErrorCode.PRODUCER_FENCED
  if (known.state === TransactionState.ongoing)
    return isEpochExhausted(known.producerEpoch) && producerId === null
      ? producerIdNeeded
      : abortAndFence(known, supplies)
  const isOfNow = !expected || expected.producerEpoch === known.producerEpoch
  if (!isEpochExhausted(known.producerEpoch) || !isOfNow)
    return initialised(known, timeoutMs, expected && expected.producerEpoch, nowMs)
  if (producerId === null) return producerIdNeeded
  return initialisedAnew(known, producerId, timeoutMs, expected !== null, nowMs)
}

/**
 * A transaction that is left open, by a client that is gone or too slow: it ends, and its client is fenced by the epoch
 * that this raises.
 */
export function abortAndFence(
  open: Transaction,
  { nowMs, producerId, transactionVersion }: Supplies,
): Transaction {
  const nextProducerId = isEpochExhausted(open.producerEpoch) ? (producerId ?? noProducerId) : noProducerId
  if (transactionVersion >= epochBumpVersion)
    return ending(
      open,
      { commit: false, clientTransactionVersion: transactionVersion, nextProducerId },
      nowMs,
    )
  return ending(
    fenced(open),
    { commit: false, clientTransactionVersion: 0, nextProducerId: noProducerId },
    nowMs,
  )
}

function mayGoOn(
  { producerEpoch, producerId, previousProducerId }: Transaction,
  expected: NonNullable<InitRequest['expected']>,
): boolean {
  if (producerEpoch === noEpoch || expected.producerId === producerId) return true
  // A retry after a change of the id whose answer was lost.
  return expected.producerId === previousProducerId && isEpochExhausted(expected.producerEpoch)
}

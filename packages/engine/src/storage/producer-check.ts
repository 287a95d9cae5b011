import { ErrorCode, type Int64 } from '@sluice/wire'
import type { ProducerEntry } from './producer-entry.ts'
import type { Verification } from './verification.ts'

/** The facts of a batch that producer state looks at. */
export interface ProducerBatchFacts {
  baseOffset: number
  lastOffset: number
  maxTimestamp: Int64
  /** -1 without one. */
  producerId: Int64
  producerEpoch: number
  baseSequence: number
  lastSequence: number
  isTransactional: boolean
  /** Of a control batch that ends a transaction. */
  marker: TransactionMarker | null
}

/** What is judged of a batch that belongs to a transaction, and comes from a coordinator. */
export type TransactionalFacts = Pick<ProducerBatchFacts, 'producerId' | 'producerEpoch' | 'marker'>

export interface TransactionMarker {
  commit: boolean
  coordinatorEpoch: number
}

/** What whoever appends says of a batch beside its bytes. */
export interface TransactionClaim {
  /** The level of transaction.version under which a marker is written; without it as under 0. */
  readonly transactionVersion?: number
  /**
   * Of a transactional batch whose coordinator was asked (KIP-890): what `verify` has given before it was asked, null
   * for a transaction that was open already. Undefined: nothing is to be proven.
   */
  readonly verification?: Verification | null
}

export type ProducerVerdict =
  | { kind: 'ok' }
  | { kind: 'duplicate'; baseOffset: number; lastOffset: number; timestamp: Int64 }
  | { kind: 'rejected'; error: ErrorCode; message: string }

export const ok: ProducerVerdict = { kind: 'ok' }
/** Of transaction.version. */
const epochBumpVersionMin = 2
const epochMax = 0x7fff

/** May this batch of a client or coordinator enter the log? Kafka's rules since 2.5 (KIP-360), and KIP-890's. */
export function judge(
  known: ProducerEntry | undefined,
  batch: ProducerBatchFacts,
  origin: 'client' | 'coordinator',
  claim: TransactionClaim,
  verification: Verification | undefined,
): ProducerVerdict {
  if (batch.marker) return known ? checkMarker(known, batch, batch.marker, claim) : ok
  const duplicate = origin === 'client' && known ? duplicateOf(known, batch) : null
  if (duplicate) return duplicate
  if (known && batch.producerEpoch < known.epoch) return staleEpoch(known, batch)
  const isOpen = isOpenIn(known, batch.producerEpoch)
  const isProven = claim.verification === undefined || isOpen
  if (batch.isTransactional && !isProven && (!verification || verification !== claim.verification))
    return notVerified(batch)
  if (origin === 'client' && verification && !isOpen) {
    const verdict = checkVerifiedSequence(verification, known, batch)
    if (verdict.kind !== 'ok') return verdict
  }
  return known ? checkBatch(known, batch, origin) : ok
}

function duplicateOf(entry: ProducerEntry, batch: ProducerBatchFacts): ProducerVerdict | null {
  const same = entry.findBatch(batch.producerEpoch, batch.baseSequence, batch.lastSequence)
  if (!same) return null
  const { firstOffset, lastOffset, timestamp } = same
  return { kind: 'duplicate', baseOffset: firstOffset, lastOffset, timestamp }
}

export function isOpenIn(entry: ProducerEntry | undefined, producerEpoch: number): boolean {
  return entry !== undefined && entry.transactionFirstOffset !== null && entry.epoch === producerEpoch
}

function notVerified({ producerId, baseOffset }: ProducerBatchFacts): ProducerVerdict {
  return rejected(
    ErrorCode.INVALID_TXN_STATE,
    `The write of producer ${producerId} at offset ${baseOffset} belongs to no transaction that is open.`,
  )
}

/** While nothing of the transaction stands here, a later batch must not come before one that is tried again. */
function checkVerifiedSequence(
  verification: Verification,
  known: ProducerEntry | undefined,
  { producerId, baseOffset, baseSequence }: ProducerBatchFacts,
): ProducerVerdict {
  const isFirst = !known || known.batches.length === 0
  const mustBeZero = verification.bumpsEpoch && isFirst && baseSequence !== 0
  if (!mustBeZero && baseSequence <= verification.lowestSequence) return ok
  return rejected(
    ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    `Out of order sequence number ${baseSequence} for producer ${producerId} at offset ${baseOffset}: ${mustBeZero ? 0 : verification.lowestSequence} is to come first.`,
  )
}

function checkBatch(
  entry: ProducerEntry,
  batch: ProducerBatchFacts,
  origin: 'client' | 'coordinator',
): ProducerVerdict {
  if (origin === 'client') {
    const newEpoch = batch.producerEpoch !== entry.epoch
    const fits = newEpoch ? batch.baseSequence === 0 : entry.isNextSequence(batch.baseSequence)
    if (!fits && entry.epoch !== -1) {
      const last = newEpoch
        ? `the epoch ${batch.producerEpoch} is new`
        : `the last one was ${entry.lastSequence}`
      return rejected(
        ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
        `Out of order sequence number ${batch.baseSequence} for producer ${batch.producerId} at offset ${batch.baseOffset}: ${last}.`,
      )
    }
  }
  if (entry.transactionFirstOffset !== null && !batch.isTransactional)
    return rejected(
      ErrorCode.INVALID_TXN_STATE,
      `Expected a transactional write from producer ${batch.producerId} at offset ${batch.baseOffset}.`,
    )
  return ok
}

function checkMarker(
  entry: ProducerEntry,
  batch: ProducerBatchFacts,
  marker: TransactionMarker,
  claim: TransactionClaim,
): ProducerVerdict {
  if (isStaleMarker(entry, batch.producerEpoch, claim.transactionVersion ?? 0))
    return staleEpoch(entry, batch)
  if (marker.coordinatorEpoch < entry.coordinatorEpoch)
    return rejected(
      ErrorCode.TRANSACTION_COORDINATOR_FENCED,
      `Coordinator epoch ${marker.coordinatorEpoch} of producer ${batch.producerId} is older than ${entry.coordinatorEpoch}.`,
    )
  return ok
}

/** Where ends of transactions raise the epoch, one of the same epoch only repeats what stands here already (KIP-890). */
function isStaleMarker(entry: ProducerEntry, producerEpoch: number, transactionVersion: number): boolean {
  if (transactionVersion < epochBumpVersionMin || producerEpoch !== entry.epoch)
    return producerEpoch < entry.epoch
  return entry.transactionFirstOffset !== null && producerEpoch !== epochMax
}

function staleEpoch(entry: ProducerEntry, batch: ProducerBatchFacts): ProducerVerdict {
  return rejected(
    ErrorCode.INVALID_PRODUCER_EPOCH,
    `Epoch ${batch.producerEpoch} of producer ${batch.producerId} at offset ${batch.baseOffset} is smaller than the last seen epoch ${entry.epoch}.`,
  )
}

function rejected(error: ErrorCode, message: string): ProducerVerdict {
  return { kind: 'rejected', error, message }
}

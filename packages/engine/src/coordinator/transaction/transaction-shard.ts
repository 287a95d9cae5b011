import type { Clock, Logger } from '@sluice/effects'
import { addInt64, ErrorCode, type Int64, subtractInt64 } from '@sluice/wire'
import type { Steps } from '../../storage/slices.ts'
import { answer, type FinalDecision } from '../decision.ts'
import type { CoordinatorShard } from '../runtime.ts'
import type { CoordinatorTimer } from '../timer.ts'
import { decideEnd, type EndRequest } from './end-transaction.ts'
import {
  abortAndFence,
  type Change,
  decideInit,
  type InitRequest,
  producerIdNeeded,
  type Supplies,
} from './init-producer-id.ts'
import {
  completed,
  hasAll,
  isPrepared,
  noEpoch,
  noProducerId,
  type PartitionsByTopic,
  type Transaction,
  TransactionState,
  withPartitions,
} from './transaction.ts'
import type { TransactionCoordinatorConfig } from './transaction-config.ts'
import type { TransactionRecord } from './transaction-records.ts'

type TransactionDecision<R> = FinalDecision<R, TransactionRecord>

const abortTimer = 'abort transactions that take too long'
const resumeTimer = 'go on with the ends that are decided'
const resumeDelayMs = 100
const expirationTimer = 'forget transactional ids'
/** So many are written in one go. */
const expiredAtOnceMax = 1_000

/** Of a client with a transactional id: what it has now, or why not. */
export interface ProducerResult {
  readonly errorCode: ErrorCode
  readonly producerId: Int64
  readonly producerEpoch: number
}

export function failedProducer(errorCode: ErrorCode): ProducerResult {
  return { errorCode, producerId: noProducerId, producerEpoch: noEpoch }
}

/** Who asks about partitions of a transaction. */
export interface PartitionsRequest {
  readonly transactionalId: string
  readonly producerId: Int64
  readonly producerEpoch: number
  readonly partitions: PartitionsByTopic
  /** Of transaction.version. */
  readonly clientTransactionVersion: number
}

interface ShardOptions {
  readonly config: TransactionCoordinatorConfig
  readonly clock: Clock
  readonly logger: Logger
  readonly timer: CoordinatorTimer<TransactionRecord>
  readonly transactionVersion: () => number
  /** Its end stands in the log: the markers are to be written. */
  readonly prepared: (shard: TransactionShard, transaction: Transaction) => void
}

/** One partition of `__transaction_state`: its transactional ids and their transactions. */
export class TransactionShard implements CoordinatorShard<TransactionRecord> {
  readonly #options: ShardOptions
  readonly #transactions = new Map<string, Transaction>()
  /** Of these, the ones that are open, and since when this is known here, by the monotonic clock. */
  readonly #ongoing = new Map<string, number>()
  #isUnloaded = false

  constructor(options: ShardOptions) {
    this.#options = options
  }

  /** Nobody writes its markers any more: whoever has the partition now does. */
  get isUnloaded(): boolean {
    return this.#isUnloaded
  }

  // ---- what clients and brokers ask

  init(
    request: InitRequest,
    producerId: Int64 | null,
  ): TransactionDecision<ProducerResult | typeof producerIdNeeded> {
    const change = decideInit(
      this.#transactions.get(request.transactionalId),
      request,
      this.#supplies(producerId),
    )
    if (typeof change === 'object' && isPrepared(change))
      return this.#end(change, failedProducer(ErrorCode.CONCURRENT_TRANSACTIONS))
    return this.#answered(change)
  }

  end(
    request: EndRequest,
    producerId: Int64 | null,
  ): TransactionDecision<ProducerResult | typeof producerIdNeeded> {
    const known = this.#transactions.get(request.transactionalId)
    const change = decideEnd(known, request, this.#supplies(producerId))
    if (change === ErrorCode.NONE && known) return answer(resultOf(known))
    return typeof change === 'object' ? this.#end(change, resultAfter(change)) : this.#answered(change)
  }

  addPartitions(request: PartitionsRequest): TransactionDecision<ErrorCode> {
    const known = this.#transactions.get(request.transactionalId)
    // Whoever it is: a client may have a new id from that end on, whose markers are still to be written.
    if (known && isPrepared(known)) return answer(ErrorCode.CONCURRENT_TRANSACTIONS)
    const error = whyNot(known, request)
    if (error !== ErrorCode.NONE || !known) return answer(error)
    const { partitions, clientTransactionVersion } = request
    if (known.state === TransactionState.ongoing && hasAll(known, partitions)) return answer(ErrorCode.NONE)
    const nowMs = this.#options.clock.now()
    return {
      records: [recordOf(withPartitions(known, partitions, clientTransactionVersion, nowMs))],
      response: ErrorCode.NONE,
    }
  }

  /**
   * Whether the partitions belong to the transaction that is open: one by one, or an error of all (KIP-890). Who is fenced
   * hears that first, other than who would add them, and so it is in Apache Kafka: a leader asks for what has come to it.
   */
  verifyPartitions(request: PartitionsRequest): TransactionDecision<ErrorCode | PartitionsByTopic> {
    const known = this.#transactions.get(request.transactionalId)
    const error = whyNot(known, request)
    return answer(error === ErrorCode.NONE && known ? known.partitions : error)
  }

  transaction(transactionalId: string): Transaction | undefined {
    return this.#transactions.get(transactionalId)
  }

  *transactions(): Steps<Transaction[]> {
    const all: Transaction[] = []
    for (const transaction of this.#transactions.values()) {
      all.push(transaction)
      yield
    }
    return all
  }

  /** All its markers are written. */
  complete(prepared: Transaction): TransactionDecision<void> {
    if (this.#transactions.get(prepared.transactionalId) !== prepared) return answer(undefined)
    return { records: [recordOf(completed(prepared, this.#options.clock.now()))], response: undefined }
  }

  #supplies(producerId: Int64 | null): Supplies {
    const { clock, transactionVersion } = this.#options
    return { nowMs: clock.now(), producerId, transactionVersion: transactionVersion() }
  }

  #answered(change: Change): TransactionDecision<ProducerResult | typeof producerIdNeeded> {
    if (change === producerIdNeeded) return answer(change)
    if (typeof change === 'number') return answer(failedProducer(change))
    return { records: [recordOf(change)], response: resultOf(change) }
  }

  #end<R>(prepared: Transaction, response: R): TransactionDecision<R> {
    return {
      records: [recordOf(prepared)],
      response,
      committed: () => this.#options.prepared(this, prepared),
    }
  }

  // ---- the shard of the runtime

  replay({ transactionalId, transaction }: TransactionRecord): void {
    if (transaction) this.#transactions.set(transactionalId, transaction)
    else this.#transactions.delete(transactionalId)
    if (transaction?.state !== TransactionState.ongoing) this.#ongoing.delete(transactionalId)
    else if (!this.#ongoing.has(transactionalId))
      this.#ongoing.set(transactionalId, this.#options.clock.monotonic())
  }

  /** Nobody writes to this topic in a transaction. */
  replayEndTransaction(): void {}

  loaded(): void {
    // Not at once: where the log refuses what is written then, the shard is loaded anew, and the loop would have no end.
    const { timer, prepared } = this.#options
    const undone = [...this.#transactions.values()].filter(isPrepared)
    if (undone.length > 0)
      timer.schedule(resumeTimer, resumeDelayMs, () => {
        for (const transaction of undone) prepared(this, transaction)
        return answer(undefined)
      })
    this.#scheduleAbort()
    this.#scheduleExpiration()
  }

  unloaded(): void {
    this.#isUnloaded = true
  }

  // ---- what is done in time

  #scheduleAbort(): void {
    const { timer, config } = this.#options
    timer.schedule(abortTimer, config.abortTimedOutIntervalMs, () => this.#abortTimedOut())
  }

  #abortTimedOut(): TransactionDecision<void> {
    this.#scheduleAbort()
    const supplies = this.#supplies(null)
    const aborted: Transaction[] = []
    const monotonicMs = this.#options.clock.monotonic()
    for (const [transactionalId, sinceMs] of this.#ongoing) {
      const open = this.#transactions.get(transactionalId)
      if (!open) continue
      // Its start may bear the time of another coordinator, or of a clock that was set back since: then it is in the future.
      const isOver =
        addInt64(open.startMs, open.timeoutMs) < supplies.nowMs || sinceMs + open.timeoutMs < monotonicMs
      if (isOver) aborted.push(abortAndFence(open, supplies))
    }
    for (const { transactionalId } of aborted)
      this.#options.logger.info('a transaction has taken too long and is aborted', { transactionalId })
    return {
      records: aborted.map(recordOf),
      response: undefined,
      atomic: false,
      committed: () => {
        for (const transaction of aborted) this.#options.prepared(this, transaction)
      },
    }
  }

  #scheduleExpiration(delayMs = this.#options.config.removeExpiredIntervalMs): void {
    this.#options.timer.schedule(expirationTimer, delayMs, () => this.#forgetExpired())
  }

  #forgetExpired(): TransactionDecision<void> {
    const { clock, config } = this.#options
    const nowMs = clock.now()
    const records: TransactionRecord[] = []
    for (const transaction of this.#transactions.values()) {
      const { transactionalId, state, lastUpdateMs } = transaction
      const isOver = state !== TransactionState.ongoing && !isPrepared(transaction)
      if (isOver && subtractInt64(nowMs, lastUpdateMs) >= config.idExpirationMs)
        records.push({ transactionalId, transaction: null })
      if (records.length === expiredAtOnceMax) break
    }
    this.#scheduleExpiration(records.length === expiredAtOnceMax ? 0 : undefined)
    return { records, response: undefined, atomic: false }
  }
}

function whyNot(known: Transaction | undefined, request: PartitionsRequest): ErrorCode {
  if (!known || known.producerId !== request.producerId) return ErrorCode.INVALID_PRODUCER_ID_MAPPING
  if (known.producerEpoch !== request.producerEpoch) return ErrorCode.PRODUCER_FENCED
  return isPrepared(known) ? ErrorCode.CONCURRENT_TRANSACTIONS : ErrorCode.NONE
}

function recordOf(transaction: Transaction): TransactionRecord {
  return { transactionalId: transaction.transactionalId, transaction }
}

/** What a client has from the end of its transaction on, of which it hears before the markers are written. */
function resultAfter(prepared: Transaction): ProducerResult {
  const { nextProducerId } = prepared
  return nextProducerId === noProducerId
    ? resultOf(prepared)
    : { errorCode: ErrorCode.NONE, producerId: nextProducerId, producerEpoch: 0 }
}

function resultOf({ producerId, producerEpoch }: Transaction): ProducerResult {
  return { errorCode: ErrorCode.NONE, producerId, producerEpoch }
}

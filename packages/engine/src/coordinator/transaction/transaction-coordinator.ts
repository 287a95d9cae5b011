import { type Clock, Deferred, type Logger, raise } from '@sluice/effects'
import { ErrorCode, type Int64, subtractInt64, transactionState } from '@sluice/wire'
import { Lane } from '../../storage/lane.ts'
import type { CoordinatorLog } from '../coordinator-log.ts'
import { answer, CoordinatorFailure, type Decision } from '../decision.ts'
import type { ConfigReader } from '../config-reader.ts'
import { partitionFor } from '../partition-for.ts'
import type { VersionedEnd } from '../pending-appends.ts'
import { CoordinatorRuntime } from '../runtime.ts'
import type { EndRequest } from './end-transaction.ts'
import { type InitRequest, producerIdNeeded } from './init-producer-id.ts'
import {
  type PartitionsByTopic,
  type Transaction,
  TransactionState,
  transactionStateNames,
} from './transaction.ts'
import { type TransactionCoordinatorConfig, transactionCoordinatorConfig } from './transaction-config.ts'
import { type TransactionRecord, transactionRecordCodec } from './transaction-records.ts'
import {
  failedProducer,
  type PartitionsRequest,
  type ProducerResult,
  TransactionShard,
} from './transaction-shard.ts'

/** Markers that could not be written are tried again this much later. */
const markerRetryMs = 50
/** The batches of this topic: nobody compresses them, and they have no sequence. */
const uncompressed = 0
const noSequence = -1

/** What has come of markers. `left`: where they are to be tried again. */
export interface MarkerOutcome {
  readonly left: PartitionsByTopic
  /** Somebody newer has ended the transaction, or coordinates it. */
  readonly isFenced: boolean
}

interface TransactionCoordinatorOptions {
  readonly config: ConfigReader
  readonly clock: Clock
  /** See CoordinatorRuntime. */
  readonly timerClock?: Clock
  readonly logger: Logger
  readonly log: CoordinatorLog
  /** Undefined while the topic is not there. */
  readonly partitionCount: () => number | undefined
  /** The leader epoch of a partition that is led here: by it later coordinators fence earlier ones. */
  readonly coordinatorEpoch: (partition: number) => number
  /** The cluster's level. */
  readonly transactionVersion: () => number
  readonly nextProducerId: () => Promise<{ producerId: Int64 } | { error: number }>
  readonly writeMarkers: (end: VersionedEnd, partitions: PartitionsByTopic) => Promise<MarkerOutcome>
}

interface ListFilter {
  readonly states: ReadonlySet<string>
  readonly producerIds: ReadonlySet<Int64>
  /** Longer than this; negative: of any duration. */
  readonly durationMs: Int64
}

/**
 * The transactional ids whose partitions of `__transaction_state` this broker leads (KIP-98, KIP-890).
 *
 * 1. A client begins with its id (`init`), its partitions join the transaction (`addPartitions`), it ends it (`end`).
 * 2. Once the decision to end it stands in the log, it is answered; from then on a marker goes to each partition, by
 *    whoever leads that, until all are written. Then the completion is written, and the next transaction may begin.
 * 3. Whoever takes a partition of the topic over goes on with what is decided and not complete.
 */
export class TransactionCoordinator {
  readonly #options: TransactionCoordinatorOptions
  readonly #config: TransactionCoordinatorConfig
  readonly #runtime: CoordinatorRuntime<TransactionShard, TransactionRecord>
  readonly #lane: Lane
  /** Ends that are decided in this turn, and go on when it is over; empty where none is. */
  #decided: (() => Promise<void>)[] = []

  constructor(options: TransactionCoordinatorOptions) {
    const { clock, logger, log, transactionVersion } = options
    const config = transactionCoordinatorConfig(options.config)
    this.#options = options
    this.#config = config
    this.#lane = new Lane(clock)
    this.#runtime = new CoordinatorRuntime({
      name: transactionState.topic,
      clock,
      timerClock: options.timerClock,
      logger,
      log,
      codec: transactionRecordCodec(transactionVersion),
      // Leaders write to a transaction on the word that their partitions are in it.
      awaitsCommit: true,
      commitTimeoutMs: config.commitTimeoutMs,
      compression: uncompressed,
      baseSequence: noSequence,
      createShard: (partition, timer) =>
        new TransactionShard({
          config,
          clock,
          logger,
          timer,
          transactionVersion,
          prepared: (shard, transaction) => this.#prepared(partition, shard, transaction),
        }),
    })
  }

  /** The partition of `__transaction_state` that holds the id. */
  partitionFor(transactionalId: string): number {
    return partitionFor(transactionalId, this.#options.partitionCount() ?? this.#config.logPartitions)
  }

  load(partition: number): Promise<void> {
    return this.#runtime.load(partition)
  }

  unload(partition: number): void {
    this.#runtime.unload(partition)
  }

  close(): void {
    this.#runtime.close()
  }

  init(request: InitRequest): Promise<ProducerResult> {
    const { transactionalId, timeoutMs } = request
    if (transactionalId === '') return Promise.resolve(failedProducer(ErrorCode.INVALID_REQUEST))
    if (timeoutMs <= 0 || timeoutMs > this.#config.timeoutMsMax)
      return Promise.resolve(failedProducer(ErrorCode.INVALID_TRANSACTION_TIMEOUT))
    return this.#supplied('init-producer-id', transactionalId, (shard, producerId) =>
      shard.init(request, producerId),
    )
  }

  end(request: EndRequest): Promise<ProducerResult> {
    const { transactionalId } = request
    if (transactionalId === '') return Promise.resolve(failedProducer(ErrorCode.INVALID_REQUEST))
    return this.#supplied('end-transaction', transactionalId, (shard, producerId) =>
      shard.end(request, producerId),
    )
  }

  addPartitions(request: PartitionsRequest): Promise<ErrorCode> {
    if (request.transactionalId === '') return Promise.resolve(ErrorCode.INVALID_REQUEST)
    return this.#write<ErrorCode>(
      'add-partitions',
      request.transactionalId,
      (shard) => shard.addPartitions(request),
      asItIs,
    )
  }

  /** The partitions that the transaction has, or why nobody can say. */
  verifyPartitions(request: PartitionsRequest): Promise<ErrorCode | PartitionsByTopic> {
    if (request.transactionalId === '') return Promise.resolve(ErrorCode.INVALID_REQUEST)
    return this.#write<ErrorCode | PartitionsByTopic>(
      'verify-partitions',
      request.transactionalId,
      (shard) => shard.verifyPartitions(request),
      asItIs,
    )
  }

  describe(transactionalId: string): Promise<Transaction | ErrorCode> {
    if (transactionalId === '') return Promise.resolve(ErrorCode.INVALID_REQUEST)
    return this.#write<Transaction | ErrorCode>(
      'describe-transaction',
      transactionalId,
      (shard) => answer(shard.transaction(transactionalId) ?? ErrorCode.TRANSACTIONAL_ID_NOT_FOUND),
      asItIs,
    )
  }

  /** All that are coordinated here. While a partition is loaded nobody knows them. */
  async list(filter: ListFilter): Promise<Transaction[] | ErrorCode> {
    const nowMs = this.#options.clock.now()
    const listed = await Promise.all(
      this.#runtime
        .partitions()
        .map((partition) =>
          this.#lane.done(
            this.#runtime.read('list-transactions', partition, (shard) => shard.transactions()),
          ),
        ),
    )
    const all: Transaction[] = []
    for (const some of listed) {
      if (some instanceof CoordinatorFailure) {
        if (some.error === ErrorCode.NOT_COORDINATOR) continue
        return some.error
      }
      for (const transaction of some) if (isListed(transaction, filter, nowMs)) all.push(transaction)
    }
    return all
  }

  /** Asks again, with a producer id, where the shard finds that it needs one. */
  async #supplied(
    name: string,
    transactionalId: string,
    decide: (
      shard: TransactionShard,
      producerId: Int64 | null,
    ) => Decision<ProducerResult | typeof producerIdNeeded, TransactionRecord>,
  ): Promise<ProducerResult> {
    let producerId: Int64 | null = null
    for (;;) {
      const supplied = producerId
      const result: ProducerResult | typeof producerIdNeeded = await this.#write<
        ProducerResult | typeof producerIdNeeded
      >(name, transactionalId, (shard) => decide(shard, supplied), failedProducer)
      if (result !== producerIdNeeded) return result
      const next = await this.#options.nextProducerId()
      if ('error' in next) return failedProducer(next.error as ErrorCode)
      producerId = next.producerId
    }
  }

  async #write<R>(
    name: string,
    transactionalId: string,
    decide: (shard: TransactionShard) => Decision<R, TransactionRecord>,
    failed: (error: ErrorCode) => R,
  ): Promise<R> {
    const result = await this.#runtime.write(name, this.partitionFor(transactionalId), decide)
    return result instanceof CoordinatorFailure ? failed(result.error) : result
  }

  /** Not at once: whoever has ended it is answered first, and what is decided in a turn has its markers written together. */
  #prepared(partition: number, shard: TransactionShard, transaction: Transaction): void {
    this.#decided.push(() => this.#complete(partition, shard, transaction))
    if (this.#decided.length === 1) this.#options.clock.defer(() => this.#goOn())
  }

  #goOn(): void {
    const decided = this.#decided
    this.#decided = []
    for (const complete of decided) complete().catch((bug: unknown) => raise(this.#options.clock, bug))
  }

  /** Steps 2 and 3 of the class. */
  async #complete(partition: number, shard: TransactionShard, prepared: Transaction): Promise<void> {
    const { coordinatorEpoch, writeMarkers, clock, logger } = this.#options
    const { transactionalId, producerId, producerEpoch, state } = prepared
    for (let left = prepared.partitions; left.size > 0; ) {
      if (shard.isUnloaded) return
      const end: VersionedEnd = {
        producerId,
        producerEpoch,
        commit: state === TransactionState.prepareCommit,
        coordinatorEpoch: coordinatorEpoch(partition),
        transactionVersion: prepared.clientTransactionVersion,
      }
      const outcome = await writeMarkers(end, left)
      if (outcome.isFenced) {
        logger.info('somebody newer has ended a transaction', { transactionalId, producerId })
        return
      }
      left = outcome.left
      if (left.size > 0) await delay(clock, markerRetryMs)
    }
    if (shard.isUnloaded) return
    await this.#runtime.write('complete-transaction', partition, (current) => current.complete(prepared))
  }
}

function isListed(
  { state, producerId, startMs }: Transaction,
  { states, producerIds, durationMs }: ListFilter,
  nowMs: number,
): boolean {
  if (producerIds.size > 0 && !producerIds.has(producerId)) return false
  if (states.size > 0 && !states.has(transactionStateNames[state])) return false
  return durationMs < 0 || subtractInt64(nowMs, startMs) > durationMs
}

function delay(clock: Clock, ms: number): Promise<void> {
  const over = new Deferred<void>()
  clock.schedule(ms, () => over.resolve())
  return over.promise
}

const asItIs = (error: ErrorCode): ErrorCode => error

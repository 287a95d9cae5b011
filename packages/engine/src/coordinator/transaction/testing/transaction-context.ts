import { silentLogger, TestClock } from '@sluice/effects'
import { batchesIn, buildBatchSync, type ErrorCode, readRecords } from '@sluice/wire'
import type { VersionedEnd } from '../../pending-appends.ts'
import { MemoryCoordinatorLog } from '../../testing/memory-coordinator-log.ts'
import { newTransaction, type PartitionsByTopic, type Transaction } from '../transaction.ts'
import { type MarkerOutcome, TransactionCoordinator } from '../transaction-coordinator.ts'
import { type TransactionRecord, transactionRecordCodec } from '../transaction-records.ts'
import type { ProducerResult } from '../transaction-shard.ts'

export const expirationMs = 3_600_000
const configs: Record<string, number> = {
  'transaction.state.log.num.partitions': 1,
  'transaction.max.timeout.ms': 900_000,
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': 10_000,
  'transactional.id.expiration.ms': expirationMs,
  'transaction.remove.expired.transaction.cleanup.interval.ms': 600_000,
  'request.timeout.ms': 30_000,
}

/** Of a partition `deals-0`. */
export const deals: PartitionsByTopic = new Map([['deals', new Set([0])]])
const written: MarkerOutcome = { left: new Map(), isFenced: false }

/** A transaction coordinator with everything real but time, the log and the partitions that markers go to. */
export class TransactionTestContext {
  readonly clock = new TestClock()
  readonly log = new MemoryCoordinatorLog()
  /** The cluster's level. */
  transactionVersion = 2
  /** Every marker that was to be written. */
  readonly markers: VersionedEnd[] = []
  /** What comes of it, while it is set. */
  outcome: MarkerOutcome = written
  #nextProducerId = 1_000
  coordinator = this.#newCoordinator()

  static async start(): Promise<TransactionTestContext> {
    const context = new TransactionTestContext()
    await context.coordinator.load(0)
    return context
  }

  /** Another broker takes the partition over. */
  async moveCoordinator(): Promise<void> {
    this.coordinator.close()
    this.coordinator = this.#newCoordinator()
    await this.coordinator.load(0)
  }

  /** What a coordinator finds that takes over: a transaction as its log has it. */
  async find(transaction: Partial<Transaction>): Promise<void> {
    const found = { ...newTransaction('tx', 7, this.clock.now()), timeoutMs: 60_000, ...transaction }
    const codec = transactionRecordCodec(() => this.transactionVersion)
    const record = codec.encode({ transactionalId: found.transactionalId, transaction: found })
    await this.log.append(0, buildBatchSync({ records: [record], timestamp: this.clock.now() }))
    await this.moveCoordinator()
  }

  init(timeoutMs = 60_000, expected: { producerId: number; producerEpoch: number } | null = null) {
    return this.coordinator.init({ transactionalId: 'tx', timeoutMs, expected })
  }

  add(producer: ProducerResult, clientTransactionVersion = 2): Promise<ErrorCode> {
    const { producerId, producerEpoch } = producer
    return this.coordinator.addPartitions({
      transactionalId: 'tx',
      producerId,
      producerEpoch,
      partitions: deals,
      clientTransactionVersion,
    })
  }

  end(producer: ProducerResult, commit: boolean, clientTransactionVersion = 2): Promise<ProducerResult> {
    const { producerId, producerEpoch } = producer
    return this.coordinator.end({
      transactionalId: 'tx',
      producerId,
      producerEpoch,
      commit,
      clientTransactionVersion,
    })
  }

  describe(): Promise<Transaction | ErrorCode> {
    return this.coordinator.describe('tx')
  }

  records(): TransactionRecord[] {
    const codec = transactionRecordCodec(() => this.transactionVersion)
    return this.log.batches
      .flatMap(({ batch }) => [...batchesIn(batch)].flatMap(({ at }) => readRecords(batch, at)))
      .map(({ key, value }) => codec.decode(key as Buffer, value) as TransactionRecord)
  }

  /** Values as they stand in the log, without decoding. */
  lastValue(): Buffer | null {
    return readRecords(this.log.batches.at(-1)?.batch as Buffer, 0).at(-1)?.value ?? null
  }

  #newCoordinator(): TransactionCoordinator {
    const config = (name: string) => {
      const value = configs[name]
      if (value === undefined) throw new Error(`the context has no ${name}`)
      return value
    }
    return new TransactionCoordinator({
      config: { int: config, long: config, string: String, list: () => [] },
      clock: this.clock,
      logger: silentLogger,
      log: this.log,
      partitionCount: () => 1,
      coordinatorEpoch: () => 3,
      transactionVersion: () => this.transactionVersion,
      nextProducerId: async () => ({ producerId: this.#nextProducerId++ }),
      writeMarkers: async (end, partitions) => {
        this.markers.push(end)
        const { left, isFenced } = this.outcome
        return { left: left.size > 0 ? partitions : left, isFenced }
      },
    })
  }
}

import { type Connection, initProducerId, KafkaError, produceBatches, throwOnError } from '@sluice/client'
import {
  AddOffsetsToTxn,
  AddPartitionsToTxn,
  buildBatchSync,
  EndTxn,
  ErrorCode,
  errorInfo,
  type Int64,
  TxnOffsetCommit,
} from '@sluice/wire'
import type { Transaction, TransactionBook } from '../transaction-book.ts'
import { type ClientWorld, ClusterClient } from './cluster-client.ts'

interface TransactionalProducerOptions {
  readonly transactionalId: string
  readonly topic: string
  readonly partitions: number
  /** A group that its transactions commit an offset for. */
  readonly group: string
  /** Of transaction.version 2, whose brokers add partitions themselves and raise the epoch at each end (KIP-890). */
  readonly isModern: boolean
  readonly transactionTimeoutMs: number
  readonly thinkMsMax: number
}

/** The versions of each kind of client. */
const versionsOf = {
  modern: { produce: undefined, endTxn: 5, txnOffsetCommit: 5 },
  older: { produce: 11, endTxn: 4, txnOffsetCommit: 4 },
} as const

/** What is not done after so long is left behind, as by a client that was killed. */
const patienceMs = 10_000
const requestMsMax = 2_000

/** What is said for a while, of leaders and coordinators that come and go, and of an end that is under way. */
const passing: ReadonlySet<number> = new Set([
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.CONCURRENT_TRANSACTIONS,
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.UNKNOWN_TOPIC_ID,
  ErrorCode.FENCED_LEADER_EPOCH,
  ErrorCode.REQUEST_TIMED_OUT,
  ErrorCode.NOT_ENOUGH_REPLICAS,
  ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
  ErrorCode.KAFKA_STORAGE_ERROR,
])

/** What nobody may be told who has done nothing wrong. */
const impossible: ReadonlySet<number> = new Set([
  ErrorCode.UNKNOWN_SERVER_ERROR,
  ErrorCode.CORRUPT_MESSAGE,
  ErrorCode.INVALID_RECORD,
  ErrorCode.INVALID_TRANSACTION_TIMEOUT,
  ErrorCode.DUPLICATE_SEQUENCE_NUMBER,
])

/**
 * Writes transactions over several partitions, with an offset of a group among them, and commits or aborts them. It now
 * and then dies in the middle of one, and what comes after it under the same transactional id goes on.
 */
export class TransactionalProducer {
  readonly #options: TransactionalProducerOptions
  readonly #client: ClusterClient
  readonly #book: TransactionBook
  #producer: { id: Int64; epoch: number } | null = null
  /** By partition; of this epoch where the epoch rises at each end. */
  readonly #sequences = new Map<number, number>()
  #nextValue = 0
  #isStopping = false
  #isDone = false

  constructor(world: ClientWorld, book: TransactionBook, options: TransactionalProducerOptions) {
    this.#client = new ClusterClient(world)
    this.#book = book
    this.#options = options
  }

  get transactionalId(): string {
    return this.#options.transactionalId
  }

  /** Stopped, and its last transaction has ended, one way or the other. */
  get isDone(): boolean {
    return this.#isDone
  }

  stop(): void {
    this.#isStopping = true
  }

  async run(): Promise<void> {
    const { scheduler, random } = this.#client.world
    while (!this.#isStopping) {
      await this.#transaction()
      await scheduler.sleep(random.int(this.#options.thinkMsMax))
    }
    // What was left behind is open until somebody comes under its id, or its time is over.
    if (random.int(2) === 0) while (!(await this.#hasBegun())) await scheduler.sleep(100)
    this.#isDone = true
    await this.#client.close()
  }

  /** One, from its beginning to its end, or to where this client dies. */
  async #transaction(): Promise<void> {
    const { random } = this.#client.world
    if (!(await this.#hasBegun())) return
    const transaction = this.#book.begin(this.transactionalId)
    let mayHaveCommitted = false
    try {
      await this.#write(transaction)
      if (random.int(12) === 0) throw new Error('it dies')
      const commits = random.int(4) > 0
      mayHaveCommitted = commits
      if (commits) transaction.fate = 'unknown'
      await this.#end(commits)
      transaction.fate = commits ? 'committed' : 'aborted'
      this.#client.tell(`${commits ? 'has committed' : 'has aborted'} transaction ${transaction.number}`)
    } catch (error) {
      // Whose end was never asked for can only be aborted: by whom comes next, or by its coordinator in time.
      if (!mayHaveCommitted) transaction.fate = 'aborted'
      this.#client.tell(`leaves transaction ${transaction.number} behind: ${(error as Error).message}`)
      this.#producer = null
    }
  }

  async #hasBegun(): Promise<boolean> {
    if (this.#producer) return true
    const { transactionalId, transactionTimeoutMs } = this.#options
    try {
      const begun = await this.#patiently(async () =>
        initProducerId(await this.#coordinator(), {
          transactionalId,
          transactionTimeoutMs,
        }),
      )
      this.#producer = { id: begun.producerId, epoch: begun.producerEpoch }
      this.#sequences.clear()
      this.#client.tell(`is producer ${begun.producerId} of epoch ${begun.producerEpoch}`)
      return true
    } catch (error) {
      this.#client.tell(`does not begin: ${(error as Error).message}`)
      return false
    }
  }

  async #write(transaction: Transaction): Promise<void> {
    const { random } = this.#client.world
    const { partitions } = this.#options
    const first = random.int(partitions)
    const count = 1 + random.int(partitions)
    for (let at = 0; at < count; at++) {
      const index = (first + at) % partitions
      const batches = Array.from({ length: 1 + random.int(3) }, () => this.#writeBatch(transaction, index))
      const lost = (await Promise.allSettled(batches)).find(({ status }) => status === 'rejected')
      if (lost) throw (lost as PromiseRejectedResult).reason
    }
    if (random.int(3) === 0) await this.#commitOffset(transaction)
  }

  async #writeBatch(transaction: Transaction, index: number): Promise<void> {
    const { topic, transactionalId, isModern } = this.#options
    const { random, clock } = this.#client.world
    const { id, epoch } = this.#current()
    const values = Array.from(
      { length: 1 + random.int(3) },
      () => `${transactionalId}.${transaction.number}:${this.#nextValue++}`,
    )
    this.#book.writes(transaction, `${topic}-${index}`, values)
    if (!isModern) await this.#addPartition(index)
    const baseSequence = this.#sequences.get(index) ?? 0
    const bytes = buildBatchSync({
      records: values.map((value) => ({ key: null, value: Buffer.from(value, 'latin1') })),
      timestamp: clock.now(),
      producerId: id,
      producerEpoch: epoch,
      baseSequence,
      isTransactional: true,
    })
    this.#sequences.set(index, baseSequence + values.length)
    await this.#patiently(async () => {
      const partition = await this.#client.find(topic, index)
      if (!partition) throw new KafkaError(ErrorCode.NOT_LEADER_OR_FOLLOWER)
      const connection = await this.#client.broker(partition.leader)
      await connection.negotiate()
      const { errorCode } = await produceBatches(connection, topic, index, bytes, {
        topicId: partition.topicId,
        timeoutMs: requestMsMax,
        transactionalId,
        version: versionsOf[isModern ? 'modern' : 'older'].produce,
      })
      if (errorCode === ErrorCode.INVALID_TXN_STATE)
        this.#client.world.story.violated(`${transactionalId} is told that no transaction is open`)
      throwOnError(errorCode)
    })
  }

  async #addPartition(index: number): Promise<void> {
    const { transactionalId, topic } = this.#options
    await this.#patiently(async () => {
      const connection = await this.#coordinator()
      const { id, epoch } = this.#current()
      const answer = await connection.send(AddPartitionsToTxn, 3, {
        v3AndBelowTransactionalId: transactionalId,
        v3AndBelowProducerId: id,
        v3AndBelowProducerEpoch: epoch,
        v3AndBelowTopics: [{ name: topic, partitions: [index] }],
      })
      throwOnError(answer.resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode ?? 0)
    })
  }

  async #commitOffset(transaction: Transaction): Promise<void> {
    const { transactionalId, topic, group, isModern } = this.#options
    const { id, epoch } = this.#current()
    const producer = { producerId: id, producerEpoch: epoch, groupId: group, transactionalId }
    if (!isModern)
      await this.#patiently(async () => {
        const connection = await this.#coordinator()
        throwOnError((await connection.send(AddOffsetsToTxn, 3, producer)).errorCode)
      })
    transaction.offset = transaction.number
    const committed = {
      partitionIndex: 0,
      committedOffset: transaction.number,
      committedLeaderEpoch: -1,
      committedMetadata: '',
    }
    await this.#patiently(async () => {
      const { connection } = await this.#client.coordinator('group', group)
      const { txnOffsetCommit } = versionsOf[isModern ? 'modern' : 'older']
      const answer = await connection.send(TxnOffsetCommit, txnOffsetCommit, {
        ...producer,
        topics: [{ name: topic, partitions: [committed] }],
      })
      throwOnError(answer.topics[0]?.partitions[0]?.errorCode ?? 0)
    })
  }

  async #end(committed: boolean): Promise<void> {
    const { transactionalId, isModern } = this.#options
    const { endTxn } = versionsOf[isModern ? 'modern' : 'older']
    await this.#patiently(async () => {
      const connection = await this.#coordinator()
      const { id, epoch } = this.#current()
      const answer = await connection.send(EndTxn, endTxn, {
        transactionalId,
        producerId: id,
        producerEpoch: epoch,
        committed,
      })
      throwOnError(answer.errorCode)
      if (!isModern) return
      this.#producer = { id: answer.producerId, epoch: answer.producerEpoch }
      this.#sequences.clear()
    })
  }

  #current(): { id: Int64; epoch: number } {
    if (!this.#producer) throw new Error('it has no producer id')
    return this.#producer
  }

  /** Again and again, where that may help and as long as it makes sense. */
  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    const { scheduler, story } = this.#client.world
    const endMs = scheduler.nowMs + patienceMs
    for (;;) {
      try {
        return await work()
      } catch (error) {
        const code = error instanceof KafkaError ? error.code : null
        if (code !== null && impossible.has(code))
          story.violated(`${this.transactionalId} is told ${errorInfo(code).name}`)
        if (code !== null && !passing.has(code)) throw error
        if (scheduler.nowMs >= endMs) throw error
        await this.#client.recover(this.#options.topic)
      }
    }
  }

  async #coordinator(): Promise<Connection> {
    return (await this.#client.coordinator('transaction', this.transactionalId)).connection
  }
}

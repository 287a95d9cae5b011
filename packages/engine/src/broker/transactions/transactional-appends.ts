import { raise } from '@sluice/effects'
import { ErrorCode, RecordBatch } from '@sluice/wire'
import { type AppendRequest, refusedAppend } from '../../replication/append.ts'
import type { Partition } from '../../replication/partition.ts'
import type { Verification } from '../../storage/verification.ts'
import type { RequestContext } from '../handler.ts'
import type { BrokerServices } from '../services.ts'
import { admit, verifiesPartitions } from './admission.ts'

/** Of Produce: clients know TRANSACTION_ABORTABLE, and leave it to leaders to add partitions (KIP-890). */
const abortableVersionMin = 11
const addsVersionMin = 12

interface Waiting {
  readonly partition: Partition
  readonly append: AppendRequest
  readonly verification: Verification
}

/**
 * The transactional batches of one Produce request. Those of a transaction that is open in their partition are appended
 * at once, the others when its coordinator has answered for all of them.
 */
export class TransactionalAppends {
  readonly #context: RequestContext
  readonly #broker: BrokerServices
  readonly #transactionalId: string
  readonly #append: (partition: Partition, append: AppendRequest) => void
  readonly #waiting: Waiting[] = []

  constructor(options: {
    context: RequestContext
    transactionalId: string
    append: (partition: Partition, append: AppendRequest) => void
  }) {
    this.#context = options.context
    this.#broker = options.context.broker
    this.#transactionalId = options.transactionalId
    this.#append = options.append
  }

  add(partition: Partition, append: AppendRequest): void {
    const verification = this.#verification(partition, append)
    if (typeof verification === 'number') append.sink.appended(append.index, refusedAppend(verification))
    else if (!verification) this.#append(partition, { ...append, verification })
    // Its bytes are overwritten by the next read of the socket.
    else if (partition.log.keepWaiting(append.records.length))
      this.#waiting.push({
        partition,
        append: { ...append, records: Buffer.from(append.records), verification },
        verification,
      })
    else append.sink.appended(append.index, refusedAppend(ErrorCode.REQUEST_TIMED_OUT))
  }

  /** All have been added. */
  ask(): void {
    if (this.#waiting.length === 0) return
    // The coordinator may be ready for the next request when it was not for this one, whose sequences come first.
    this.#context.connection.lagsBehind()
    this.#admitted().catch((bug: unknown) => raise(this.#broker.clock, bug))
  }

  get #adds(): boolean {
    return this.#context.apiVersion >= addsVersionMin
  }

  /** Undefined where nothing is to be asked, and nothing to be proven. */
  #verification(
    partition: Partition,
    { records, nowMs }: AppendRequest,
  ): ReturnType<Partition['verify']> | undefined {
    if (!partition.isLeader || (!this.#adds && !verifiesPartitions(this.#broker.config))) return undefined
    const batch = {
      producerId: RecordBatch.producerId(records, 0),
      producerEpoch: RecordBatch.producerEpoch(records, 0),
      baseSequence: RecordBatch.baseSequence(records, 0),
      bumpsEpoch: this.#adds,
    }
    // As on Apache Kafka such a batch belongs to nobody.
    if (batch.producerId < 0) return undefined
    return partition.verify(batch, nowMs)
  }

  async #admitted(): Promise<void> {
    const [first] = this.#waiting
    if (!first) return
    const { records } = first.append
    const errorOf = await admit(this.#broker, {
      transactionalId: this.#transactionalId,
      producerId: RecordBatch.producerId(records, 0),
      producerEpoch: RecordBatch.producerEpoch(records, 0),
      partitions: this.#partitions(),
      adds: this.#adds,
      knowsAbortable: this.#context.apiVersion >= abortableVersionMin,
    })
    for (const { partition, append } of this.#waiting) {
      partition.log.letGoWaiting(append.records.length)
      const error = this.#inTermsOfProduce(errorOf(partition.topic, partition.index))
      if (error !== ErrorCode.NONE) append.sink.appended(append.index, refusedAppend(error))
      else {
        this.#append(partition, { ...append, nowMs: this.#broker.calendar.steady.now() })
        partition.commit()
      }
    }
  }

  #partitions(): Map<string, Set<number>> {
    const byTopic = new Map<string, Set<number>>()
    for (const { partition } of this.#waiting) {
      const indexes = byTopic.get(partition.topic) ?? new Set<number>()
      byTopic.set(partition.topic, indexes.add(partition.index))
    }
    return byTopic
  }

  /** What comes right by itself, in a word after which every client tries again without looking for another leader. */
  #inTermsOfProduce(error: ErrorCode): ErrorCode {
    switch (error) {
      case ErrorCode.CONCURRENT_TRANSACTIONS:
        return this.#adds ? error : ErrorCode.NOT_ENOUGH_REPLICAS
      case ErrorCode.NETWORK_EXCEPTION:
      case ErrorCode.COORDINATOR_LOAD_IN_PROGRESS:
      case ErrorCode.COORDINATOR_NOT_AVAILABLE:
      case ErrorCode.NOT_COORDINATOR:
        return ErrorCode.NOT_ENOUGH_REPLICAS
      default:
        return error
    }
  }
}

import { initProducerId, produceBatches } from '@sluice/client'
import { buildBatchSync, ErrorCode, errorInfo, type Int64, type ResponseOf, type Produce } from '@sluice/wire'
import { compactedTopic, keyOf } from '../compaction.ts'
import type { Ledger } from '../ledger.ts'
import { type ClientWorld, ClusterClient, type KnownPartition } from './cluster-client.ts'

type PartitionAnswer = ResponseOf<typeof Produce>['responses'][number]['partitionResponses'][number]

interface ProducerOptions {
  readonly topic: string
  readonly index: number
  readonly acks: -1 | 1
  readonly isIdempotent: boolean
  /** How many batches may be on their way together. */
  readonly inFlightMax: number
  readonly thinkMsMax: number
}

interface Outgoing {
  readonly values: readonly string[]
  readonly baseSequence: number
  readonly bytes: Buffer
  readonly sinceMs: number
  tries: number
}

/** A batch that is not acknowledged in this time is given up. */
const deliveryMsMax = 15_000
const requestMsMax = 2_000

/** What may have been said to a producer that has done nothing wrong, and goes on. */
const fatal: ReadonlySet<number> = new Set([
  ErrorCode.UNKNOWN_SERVER_ERROR,
  ErrorCode.CORRUPT_MESSAGE,
  ErrorCode.INVALID_RECORD,
  ErrorCode.INVALID_PRODUCER_EPOCH,
  ErrorCode.INVALID_REQUIRED_ACKS,
])

/**
 * Writes to one partition. An idempotent one numbers its batches and repeats what was not answered, in order and under
 * the same numbers, as Kafka's clients do; any other repeats what was not acknowledged, and may write it twice.
 */
export class Producer {
  readonly #options: ProducerOptions
  readonly #client: ClusterClient
  readonly #ledger: Ledger
  /** In their order. */
  #unacknowledged: Outgoing[] = []
  #producerId: Int64 = -1
  #nextSequence = 0
  #nextValue = 0
  #incarnation = 0
  #acknowledged = 0
  #isStopping = false
  #isDone = false

  constructor(world: ClientWorld, ledger: Ledger, options: ProducerOptions) {
    this.#client = new ClusterClient(world)
    this.#ledger = ledger
    this.#options = options
  }

  get acknowledged(): number {
    return this.#acknowledged
  }

  /** Stopped, and everything is acknowledged or given up. */
  get isDone(): boolean {
    return this.#isDone
  }

  stop(): void {
    this.#isStopping = true
  }

  async run(): Promise<void> {
    const { scheduler, random } = this.#client.world
    const { topic, thinkMsMax, inFlightMax } = this.#options
    while (!this.#isStopping || this.#unacknowledged.length > 0) {
      try {
        const partition = await this.#client.find(topic, this.#options.index)
        if (partition && (await this.#hasProducerId())) {
          if (!this.#isStopping)
            for (let room = inFlightMax - this.#unacknowledged.length; room > 0; room--) this.#make()
          await this.#sendAll(partition)
        } else await this.#client.recover(topic)
      } catch {
        await this.#client.recover(topic)
      }
      this.#giveUpLate()
      await scheduler.sleep(random.int(thinkMsMax))
    }
    this.#isDone = true
    await this.#client.close()
  }

  async #hasProducerId(): Promise<boolean> {
    if (!this.#options.isIdempotent || this.#producerId !== -1) return true
    const { producerId } = await initProducerId(await this.#client.anyBroker())
    this.#producerId = producerId
    this.#nextSequence = 0
    this.#client.tell(`is producer ${producerId}`)
    return true
  }

  #make(): void {
    const { scheduler, random, name } = this.#client.world
    const values = Array.from(
      { length: 1 + random.int(3) },
      () => `${name}.${this.#incarnation}:${this.#nextValue++}`,
    )
    const { topic, isIdempotent } = this.#options
    const baseSequence = isIdempotent ? this.#nextSequence : -1
    this.#nextSequence += values.length
    const bytes = buildBatchSync({
      records: values.map((value) => ({
        key: topic === compactedTopic ? keyOf(value) : null,
        value: Buffer.from(value, 'latin1'),
      })),
      timestamp: this.#client.world.clock.now(),
      producerId: isIdempotent ? this.#producerId : -1,
      producerEpoch: isIdempotent ? 0 : -1,
      baseSequence,
    })
    this.#unacknowledged.push({ values, baseSequence, bytes, sinceMs: scheduler.nowMs, tries: 0 })
  }

  /** All of them at once; what has failed is repeated later, and what stands behind it. */
  async #sendAll(partition: KnownPartition): Promise<void> {
    const { topic, index, acks } = this.#options
    const connection = await this.#client.broker(partition.leader)
    await connection.negotiate()
    const sent = [...this.#unacknowledged]
    for (const batch of sent) batch.tries++
    const answers = await Promise.allSettled(
      sent.map(({ bytes }) =>
        produceBatches(connection, topic, index, bytes, {
          acks,
          topicId: partition.topicId,
          timeoutMs: requestMsMax,
        }),
      ),
    )
    let failure: string | null = null
    for (const [at, answer] of answers.entries()) {
      const problem =
        answer.status === 'rejected' ? 'no answer' : this.#take(sent[at] as Outgoing, answer.value, at)
      failure ??= problem
    }
    if (failure === null) return
    this.#client.tell(`${topic}-${index}: ${failure} from broker ${partition.leader}`)
    await this.#client.recover(topic)
  }

  /** null: acknowledged. */
  #take(batch: Outgoing, answer: PartitionAnswer, at: number): string | null {
    const { errorCode, baseOffset } = answer
    const { topic, index, acks } = this.#options
    const { story } = this.#client.world
    const partition = `${topic}-${index}`
    if (errorCode === ErrorCode.NONE || errorCode === ErrorCode.DUPLICATE_SEQUENCE_NUMBER) {
      this.#unacknowledged = this.#unacknowledged.filter((one) => one !== batch)
      this.#acknowledged++
      if (errorCode !== ErrorCode.NONE) return null
      this.#client.tell(
        `${partition}@${baseOffset} ${batch.values.join(' ')}${acks === 1 ? ' by the leader' : ''}`,
      )
      if (acks !== 1)
        for (const [delta, value] of batch.values.entries())
          this.#ledger.promised(
            partition,
            Number(baseOffset) + delta,
            value,
            `an acknowledgement of ${this.#client.world.name}`,
          )
      return null
    }
    const { name } = errorInfo(errorCode)
    const isOutOfOrder = errorCode === ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER && at === 0
    // After a failover the last batch of a producer is known, and not those before it, as with Apache Kafka.
    if (isOutOfOrder && batch.tries > 1 && this.#unacknowledged.length > 1) this.#giveUp()
    else if ((fatal.has(errorCode) || isOutOfOrder) && !this.#ledger.isForgiven(partition))
      story.violated(`${partition} answers ${name} to ${batch.values[0]}, which is next`)
    else if (isOutOfOrder) this.#giveUp()
    return name
  }

  /** As a client after delivery.timeout.ms: what is given up may be there or not, and a new producer goes on. */
  #giveUpLate(): void {
    const { scheduler } = this.#client.world
    const [oldest] = this.#unacknowledged
    if (oldest && scheduler.nowMs - oldest.sinceMs >= deliveryMsMax) this.#giveUp()
  }

  #giveUp(): void {
    this.#client.tell(`gives up ${this.#unacknowledged.flatMap(({ values }) => values).join(' ')}`)
    this.#unacknowledged = []
    this.#producerId = -1
    this.#nextSequence = 0
    this.#incarnation++
  }
}

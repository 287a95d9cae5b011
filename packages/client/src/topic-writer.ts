import { buildBatch, ErrorCode, type Int64, type RecordInput } from '@sluice/wire'
import { KafkaError } from './errors.ts'
import { initProducerId, produceBatches } from './produce.ts'
import { atLeader, persistently, type Route } from './routing.ts'

interface WriterOptions extends Route {
  /** -1 (default): all in-sync replicas, 1: the leader. */
  readonly acks?: -1 | 1
  /** Codec id. */
  readonly codec?: number
}

/**
 * Appends batches of records, each once: a batch that has to be sent again, because its leader has moved or its answer was
 * lost, has the sequence numbers that it had before (KIP-98).
 */
export class TopicWriter {
  readonly #options: WriterOptions
  readonly #sequences = new Map<string, number>()
  #producer: { producerId: Int64; producerEpoch: number } | undefined

  constructor(options: WriterOptions) {
    this.#options = options
  }

  /** Gives the offset of the first of them; -1 where the broker had them before already and does not say. */
  async write(topic: string, partition: number, records: readonly RecordInput[]): Promise<number> {
    const { clock, codec } = this.#options
    const acks = this.#options.acks ?? -1
    // Without all replicas there is nothing to be sure of.
    const producer = acks === -1 ? await this.#producerOf() : undefined
    const key = `${topic}-${partition}`
    const baseSequence = producer ? (this.#sequences.get(key) ?? 0) : -1
    const batch = await buildBatch({ records, codec, timestamp: clock.now(), baseSequence, ...producer })
    const offset = await atLeader(this.#options, topic, partition, async (connection) => {
      const answer = await produceBatches(connection, topic, partition, batch, { acks })
      if (answer.errorCode === ErrorCode.DUPLICATE_SEQUENCE_NUMBER) return -1
      if (answer.errorCode !== 0) throw new KafkaError(answer.errorCode, answer.errorMessage)
      return Number(answer.baseOffset)
    })
    this.#sequences.set(key, baseSequence + records.length)
    return offset
  }

  async #producerOf() {
    this.#producer ??= await persistently(this.#options, async () =>
      initProducerId(await this.#options.brokers.any()),
    )
    return this.#producer
  }
}

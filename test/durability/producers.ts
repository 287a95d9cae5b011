import { type Connection, ConnectionClosedError, initProducerId, KafkaError, produce } from '@sluice/client'
import { ErrorCode, type Int64 } from '@sluice/wire'

/** Until the node is killed: the only end that a producer here may see. */
async function whileConnected(work: () => Promise<void>): Promise<void> {
  try {
    for (;;) await work()
  } catch (error) {
    if (!(error instanceof ConnectionClosedError)) throw error
  }
}

const paddingBytes = 3_000
const recordsPerBatch = 5

function batchOf(first: number): { value: string }[] {
  return Array.from({ length: recordsPerBatch }, (_, index) => ({
    value: `${first + index} ${'.'.repeat(paddingBytes)}`,
  }))
}

/** The number in a record that a producer here has written. */
export function numberOf(value: Uint8Array | null): number {
  return Number.parseInt(String(value), 10)
}

/** Sends each batch once and remembers where it was acknowledged. */
export class PlainProducer {
  /** Number by offset, of acknowledged records. */
  readonly acknowledged = new Map<number, number>()
  readonly #target: { topic: string; topicId: string; partition: number; acks: 1 | -1 }
  #next = 0

  constructor(target: { topic: string; topicId: string; partition: number; acks: 1 | -1 }) {
    this.#target = target
  }

  run(connection: Connection): Promise<void> {
    const { topic, topicId, partition, acks } = this.#target
    return whileConnected(async () => {
      const first = this.#next
      // Whatever becomes of it, these numbers are not sent again.
      this.#next += recordsPerBatch
      const { baseOffset } = await produce(connection, topic, partition, batchOf(first), { acks, topicId })
      for (let index = 0; index < recordsPerBatch; index++)
        this.acknowledged.set(Number(baseOffset) + index, first + index)
    })
  }
}

/** Sends with sequence numbers, several batches in flight, and sends again what was not acknowledged. */
export class IdempotentProducer {
  /** Records with lower numbers are acknowledged. */
  acknowledged = 0
  /** How often an answer had been lost, not the records. */
  readonly #target: { topic: string; topicId: string; partition: number; inFlightMax: number }
  #id: { producerId: Int64; producerEpoch: number } | null = null

  constructor(target: { topic: string; topicId: string; partition: number; inFlightMax: number }) {
    this.#target = target
  }

  /** Before the first run. */
  async begin(connection: Connection): Promise<void> {
    this.#id ??= await newProducerId(connection)
  }

  async run(connection: Connection): Promise<void> {
    const { topic, topicId, partition, inFlightMax } = this.#target
    const id = this.#id
    if (!id) throw new Error('a producer begins before it runs')
    let next = this.acknowledged
    // Each lane sends the next batch when its own is answered: in order over one connection.
    const lane = () =>
      whileConnected(async () => {
        const first = next
        next += recordsPerBatch
        await produce(connection, topic, partition, batchOf(first), { topicId, baseSequence: first, ...id })
        this.acknowledged = Math.max(this.acknowledged, first + recordsPerBatch)
      })
    await Promise.all(Array.from({ length: inFlightMax }, lane))
  }
}

/** A new node may still be fetching its first block of ids. */
export async function newProducerId(connection: Connection) {
  for (;;) {
    try {
      return await initProducerId(connection)
    } catch (error) {
      if (!(error instanceof KafkaError) || error.code !== ErrorCode.COORDINATOR_LOAD_IN_PROGRESS) throw error
    }
  }
}

import type { Consumer, Kafka } from 'kafkajs'
import type { Stored } from './ledger.ts'

/** A consumer of a group, which notes all that it reads. */
export class Reader {
  readonly read = new Map<number, Stored[]>()
  readonly #consumer: Consumer

  private constructor(consumer: Consumer) {
    this.#consumer = consumer
  }

  static async start(kafka: Kafka, topic: string, groupId = 'chaos-readers'): Promise<Reader> {
    const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 })
    const reader = new Reader(consumer)
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      eachBatch: ({ batch }) => {
        const known = reader.read.get(batch.partition) ?? []
        for (const { offset, value } of batch.messages)
          known.push({ offset: Number(offset), value: Number(value) })
        reader.read.set(batch.partition, known)
        return Promise.resolve()
      },
    })
    return reader
  }

  /** -1: there is nothing to read. */
  hasRead(partition: number, offset: number): boolean {
    return offset < 0 || this.read.get(partition)?.some((one) => one.offset === offset) === true
  }

  async stop(): Promise<void> {
    await this.#consumer.disconnect()
  }
}

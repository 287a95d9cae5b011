import type { Kafka, Producer } from 'kafkajs'
import type { Sent } from './ledger.ts'

const recordsPerCall = 5

/** An idempotent producer for each partition, which sends numbers in order without a break, one call at a time. */
export class Writers {
  readonly topic: string
  /** Of calls that failed after all of the client's own retries. */
  readonly failures: string[] = []
  slowestMs = 0
  readonly #kafka: Kafka
  readonly #pauseMs: number
  readonly #sent: { partition: number; acknowledged: number[]; unsure: number[] }[]
  #isOn = true
  #done: Promise<unknown> = Promise.resolve()

  constructor(kafka: Kafka, topic: string, partitions: number, pauseMs = 5) {
    this.#kafka = kafka
    this.#pauseMs = pauseMs
    this.topic = topic
    this.#sent = Array.from({ length: partitions }, (_, partition) => ({
      partition,
      acknowledged: [],
      unsure: [],
    }))
  }

  get sent(): readonly Sent[] {
    return this.#sent
  }

  start(): void {
    this.#done = Promise.all(this.#sent.map((lane) => this.#write(lane)))
  }

  async stop(): Promise<void> {
    this.#isOn = false
    await this.#done
  }

  async #write(lane: { partition: number; acknowledged: number[]; unsure: number[] }): Promise<void> {
    let producer: Producer | null = null
    let next = 0
    while (this.#isOn) {
      const values = Array.from({ length: recordsPerCall }, () => next++)
      const from = performance.now()
      try {
        producer ??= await this.#connected()
        await producer.send({
          topic: this.topic,
          acks: -1,
          messages: values.map((value) => ({ value: String(value), partition: lane.partition })),
        })
        lane.acknowledged.push(...values)
      } catch (error) {
        this.failures.push(`${lane.partition}: ${error instanceof Error ? error.message : String(error)}`)
        lane.unsure.push(...values)
        // What it thinks of its sequence may be wrong now: the next one has another producer id.
        void producer?.disconnect().catch(() => {})
        producer = null
      }
      this.slowestMs = Math.max(this.slowestMs, performance.now() - from)
      await new Promise((resolve) => setTimeout(resolve, this.#pauseMs))
    }
    await producer?.disconnect()
  }

  async #connected(): Promise<Producer> {
    const producer = this.#kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
    })
    await producer.connect()
    return producer
  }
}

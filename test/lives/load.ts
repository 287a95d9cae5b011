import type { Kafka, Producer } from 'kafkajs'

const recordsPerBatch = 20
const pauseMs = 50

/**
 * Produces to a topic with acks=all without a break, and remembers what was acknowledged. A call that fails after
 * all of the client's own retries counts as failed for good. Each call is for one partition: when kafkajs 2.2.4
 * repeats a call for several, it leaves out those whose new leader has answered already for another one, and
 * reports them as sent.
 */
export class Load {
  readonly topic: string
  readonly acknowledged: string[] = []
  readonly failures: string[] = []
  /** The longest time that a call took. */
  slowestMs = 0
  readonly #producer: Producer
  #isOn = true
  readonly #partitions: number
  #next = 0
  #calls = 0
  #done: Promise<void> = Promise.resolve()

  private constructor(producer: Producer, topic: string, partitions: number) {
    this.#producer = producer
    this.topic = topic
    this.#partitions = partitions
  }

  static async start(kafka: Kafka, topic: string, partitions: number): Promise<Load> {
    const producer = kafka.producer({ allowAutoTopicCreation: false })
    await producer.connect()
    const load = new Load(producer, topic, partitions)
    load.#done = load.#run()
    return load
  }

  async stop(): Promise<void> {
    this.#isOn = false
    await this.#done
    await this.#producer.disconnect()
  }

  async #run(): Promise<void> {
    while (this.#isOn) {
      const values = Array.from({ length: recordsPerBatch }, () => String(this.#next++))
      const partition = this.#calls++ % this.#partitions
      const from = performance.now()
      try {
        await this.#producer.send({
          topic: this.topic,
          acks: -1,
          messages: values.map((value) => ({ value, partition })),
        })
        this.acknowledged.push(...values)
      } catch (error) {
        this.failures.push(String(error))
      }
      this.slowestMs = Math.max(this.slowestMs, performance.now() - from)
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}

/**
 * Every value in a topic, by a consumer that reads from the beginning to the ends of all partitions. Where its group
 * rebalances meanwhile it is given records again that it has not committed yet: each counts once.
 */
export async function valuesIn(kafka: Kafka, topic: string, groupId: string): Promise<string[]> {
  const admin = kafka.admin()
  await admin.connect()
  const ends = new Map(
    (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, Number(high)]),
  )
  await admin.disconnect()
  const values = new Map<string, string>()
  const reached = new Set([...ends].filter(([, end]) => end === 0).map(([partition]) => partition))
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  try {
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`only ${values.size} records of ${topic} came`)),
        120_000,
      )
      const check = () => {
        if (reached.size < ends.size) return
        clearTimeout(late)
        resolve()
      }
      const eachBatch = ({
        batch,
      }: {
        batch: { partition: number; messages: { offset: string; value: Buffer | null }[] }
      }) => {
        for (const { offset, value } of batch.messages) {
          values.set(`${batch.partition}@${offset}`, String(value))
          if (Number(offset) + 1 >= (ends.get(batch.partition) ?? 0)) reached.add(batch.partition)
        }
        check()
        return Promise.resolve()
      }
      consumer.run({ eachBatch }).catch(reject)
      check()
    })
  } finally {
    await consumer.disconnect()
  }
  return [...values.values()]
}

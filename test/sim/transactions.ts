import type { Random } from '@sluice/effects'
import type { AdminTopic } from './clients/admin.ts'
import type { ClientWorld } from './clients/cluster-client.ts'
import { CommittedReader } from './clients/committed-reader.ts'
import { committedInGroup } from './clients/group-committer.ts'
import { TransactionalProducer } from './clients/transactional-producer.ts'
import type { Ledger } from './ledger.ts'
import { topicConfigsOf } from './settings.ts'
import type { Story } from './story.ts'
import { TransactionBook } from './transaction-book.ts'

const topic = 'deals'
const partitions = 2
/** Whose records all that is promised of transactions depends on. */
const places = [`${topic}-0`, `${topic}-1`, '__transaction_state-0', '__consumer_offsets-0']

/** Those who write in transactions, and those who read what is committed. */
export class Transactions {
  readonly topics: readonly AdminTopic[]
  readonly #story: Story
  readonly #ledger: Ledger
  readonly #book: TransactionBook
  readonly #producers: readonly TransactionalProducer[]
  readonly #readers: readonly CommittedReader[]
  readonly #checker: ClientWorld

  constructor(options: {
    random: Random
    story: Story
    ledger: Ledger
    world: (host: string) => ClientWorld
  }) {
    const { random, story, ledger, world } = options
    this.topics = [{ name: topic, partitions, configs: topicConfigsOf(random) }]
    this.#story = story
    this.#ledger = ledger
    this.#book = new TransactionBook(story)
    const thinkMsMax = 50 + random.int(500)
    this.#producers = ['x', 'y'].map(
      (transactionalId) =>
        new TransactionalProducer(world(`t-${transactionalId}`), this.#book, {
          transactionalId,
          topic,
          partitions,
          group: groupOf(transactionalId),
          isModern: random.int(3) > 0,
          transactionTimeoutMs: 2_000 + random.int(6_000),
          thinkMsMax,
        }),
    )
    this.#readers = Array.from(
      { length: partitions },
      (_, index) =>
        new CommittedReader(world(`r-${topic}${index}`), ledger, this.#book, {
          topic,
          index,
          thinkMsMax: 50 + random.int(300),
        }),
    )
    this.#checker = world('t-checker')
  }

  get clients(): readonly { run(): Promise<void> }[] {
    return [...this.#producers, ...this.#readers]
  }

  /** Where the end of a transaction is lost, who comes under its id may wait for ever, as with Apache Kafka. */
  get isWritten(): boolean {
    return this.#isForgiven || this.#producers.every(({ isDone }) => isDone)
  }

  stopWriting(): void {
    for (const producer of this.#producers) producer.stop()
  }

  stopReading(): void {
    for (const reader of this.#readers) reader.stop()
  }

  /** What is open holds readers up; it ends in its time. */
  isReadTo(endOf: (partition: string) => number): boolean {
    return this.#isForgiven || this.#readers.every(({ partition, position }) => position >= endOf(partition))
  }

  /** When all is read. */
  async check(): Promise<void> {
    if (this.#isForgiven) return
    this.#book.check()
    for (const { transactionalId } of this.#producers) {
      const offset = await committedInGroup(this.#checker, groupOf(transactionalId), topic)
      const wanted = this.#book.committedOffset(transactionalId) ?? -1
      if (offset !== wanted)
        this.#story.violated(`the group of ${transactionalId} is at ${offset}, and its records say ${wanted}`)
    }
  }

  get #isForgiven(): boolean {
    return places.some((partition) => this.#ledger.isForgiven(partition))
  }
}

function groupOf(transactionalId: string): string {
  return `group-${transactionalId}`
}

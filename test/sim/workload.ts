import type { Random } from '@sluice/effects'
import { Admin, type AdminTopic } from './clients/admin.ts'
import type { ClientWorld } from './clients/cluster-client.ts'
import { Consumer } from './clients/consumer.ts'
import { GroupCommitter } from './clients/group-committer.ts'
import { Producer } from './clients/producer.ts'
import { compactedConfigsOf, compactedTopic } from './compaction.ts'
import type { Ledger } from './ledger.ts'
import { Memberships } from './memberships.ts'
import type { Clients } from './simulation.ts'
import type { Story } from './story.ts'
import { Transactions } from './transactions.ts'
import { topicConfigsOf } from './settings.ts'

interface Place {
  readonly topic: string
  readonly index: number
}

/** The clients of one simulation, as its seed picks them. */
export class Workload {
  readonly hosts: string[] = []
  readonly #random: Random
  readonly #ledger: Ledger
  readonly #brokers: number
  readonly #worldOf: (host: string) => ClientWorld
  readonly #admin: Admin
  readonly #producers: Producer[] = []
  readonly #consumers: Consumer[] = []
  readonly #committer: GroupCommitter
  readonly #transactions: Transactions | null
  readonly #memberships: Memberships | null

  constructor(options: {
    random: Random
    story: Story
    ledger: Ledger
    brokers: number
    clients: Clients
    /** Whether there is a topic that is compacted. */
    compacts: boolean
    worldOf: (host: string) => ClientWorld
    /** Who coordinates groups, by what is decided. */
    coordinator: () => { readonly nodeId: number; readonly leaderEpoch: number }
  }) {
    this.#random = options.random
    this.#ledger = options.ledger
    this.#brokers = options.brokers
    this.#worldOf = options.worldOf
    const topics = [...this.#topics(), ...(options.compacts ? [this.#compacted()] : [])]
    const places = topics.flatMap(({ name, partitions }) =>
      Array.from({ length: partitions }, (_, index) => ({ topic: name, index })),
    )
    const { story, clients, ledger, coordinator } = options
    const world = (host: string) => this.#world(host)
    this.#transactions =
      clients === 'transactions' ? new Transactions({ random: this.#random, story, ledger, world }) : null
    this.#memberships =
      clients === 'consumers'
        ? new Memberships({ random: this.#random, story, ledger, coordinator, world })
        : null
    const others = this.#transactions?.topics ?? this.#memberships?.topics ?? []
    this.#admin = new Admin(this.#world('admin'), this.#ledger, topics, others)
    this.#addProducers(places)
    this.#addConsumers(places)
    this.#committer = new GroupCommitter(this.#world('group'), this.#ledger, {
      group: 'g',
      topic: 'events',
      thinkMsMax: this.#upTo(300),
      coordinatorId: () => coordinator().nodeId,
    })
  }

  prepare(options: { keepsElr: boolean }): Promise<void> {
    return this.#admin.prepare(options)
  }

  /** Each rejects with a bug of its own alone. */
  begin(): Promise<void>[] {
    const clients = [this.#admin, ...this.#producers, ...this.#consumers, this.#committer]
    const others = this.#transactions?.clients ?? this.#memberships?.clients ?? []
    return [...clients, ...others].map((client) => client.run())
  }

  stopChanging(): void {
    this.#admin.stop()
    this.#memberships?.calm()
  }

  stopWriting(): void {
    for (const producer of this.#producers) producer.stop()
    this.#committer.stop()
    this.#transactions?.stopWriting()
    this.#memberships?.stopWriting()
  }

  stopReading(): void {
    for (const consumer of this.#consumers) consumer.stop()
    this.#transactions?.stopReading()
    this.#memberships?.stopReading()
  }

  /** What readers of committed records have been shown is whole, and what a group has committed; when all is read. */
  async check(): Promise<void> {
    await this.#transactions?.check()
    await this.#memberships?.check()
  }

  /** Nothing that was written is without an answer. */
  get isWritten(): boolean {
    const isDone = this.#transactions?.isWritten ?? this.#memberships?.isWritten ?? true
    return isDone && this.#committer.isDone && this.#producers.every((producer) => producer.isDone)
  }

  /** Whether every consumer has come to the end that a partition has. */
  isReadTo(endOf: (partition: string) => number): boolean {
    const isSo = this.#transactions?.isReadTo(endOf) ?? this.#memberships?.isReadTo(endOf) ?? true
    return isSo && this.#consumers.every(({ partition, position }) => position >= endOf(partition))
  }

  #topics(): AdminTopic[] {
    const random = this.#random
    const events = { name: 'events', partitions: 2, configs: topicConfigsOf(random) }
    if (this.#brokers < 3) return [events]
    const first = 1 + random.int(this.#brokers)
    const pair = [first, (first % this.#brokers) + 1]
    return [events, { name: 'pairs', partitions: 1, assignments: [pair], configs: topicConfigsOf(random) }]
  }

  #compacted(): AdminTopic {
    return { name: compactedTopic, partitions: 1, configs: compactedConfigsOf(this.#random) }
  }

  /** One that is idempotent a partition, and two that are not. */
  #addProducers(places: readonly Place[]): void {
    const random = this.#random
    const thinkMsMax = this.#upTo(900)
    for (const place of places)
      this.#addProducer(`i-${place.topic}${place.index}`, {
        ...place,
        acks: -1,
        isIdempotent: true,
        inFlightMax: 1 + random.int(3),
        thinkMsMax,
      })
    for (const acks of [-1, 1] as const) {
      const place = places[random.int(places.length)] as Place
      const inFlightMax = 1 + random.int(2)
      this.#addProducer(acks === 1 ? 'p-leader' : 'p-all', {
        ...place,
        acks,
        isIdempotent: false,
        inFlightMax,
        thinkMsMax,
      })
    }
  }

  #addProducer(host: string, options: ConstructorParameters<typeof Producer>[2]): void {
    this.#producers.push(new Producer(this.#world(host), this.#ledger, options))
  }

  #addConsumers(places: readonly Place[]): void {
    const random = this.#random
    for (const [at, place] of places.entries()) {
      const options = {
        ...place,
        rack: at % 2 === 0 ? '' : `zone-${1 + random.int(this.#brokers)}`,
        oneInAnywhere: random.int(4),
        thinkMsMax: this.#upTo(400),
      }
      this.#consumers.push(new Consumer(this.#world(`c-${place.topic}${place.index}`), this.#ledger, options))
    }
  }

  #world(host: string): ClientWorld {
    this.hosts.push(host)
    return this.#worldOf(host)
  }

  #upTo(ms: number): number {
    return 60 + this.#random.int(ms)
  }
}

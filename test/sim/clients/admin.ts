import { createTopic, KafkaError, listOffset, OffsetSpec } from '@sluice/client'
import type { Random } from '@sluice/effects'
import {
  AlterPartitionReassignments,
  CreatePartitions,
  DeleteRecords,
  ElectLeaders,
  ErrorCode,
  errorInfo,
  UpdateFeatures,
} from '@sluice/wire'
import type { Ledger } from '../ledger.ts'
import { type ClientWorld, ClusterClient } from './cluster-client.ts'

export interface AdminTopic {
  readonly name: string
  readonly partitions: number
  /** Without it as many as the brokers' default says. */
  readonly assignments?: number[][]
  readonly configs: Record<string, string>
}

const preferredElection = 0
const timeoutMs = 2_000
const thinkMsMax = 1_500

/** Makes the topics, and goes on changing them: replicas move, leaders change, records and partitions come and go. */
export class Admin {
  readonly #client: ClusterClient
  readonly #ledger: Ledger
  readonly #topics: readonly AdminTopic[]
  readonly #others: readonly AdminTopic[]
  #isStopping = false

  /** Of `others` replicas and leaders change alone: no records are deleted, no partitions added. */
  constructor(
    world: ClientWorld,
    ledger: Ledger,
    topics: readonly AdminTopic[],
    others: readonly AdminTopic[],
  ) {
    this.#client = new ClusterClient(world)
    this.#ledger = ledger
    this.#topics = topics
    this.#others = others
  }

  stop(): void {
    this.#isStopping = true
  }

  /** Before anything goes wrong. */
  async prepare({ keepsElr }: { keepsElr: boolean }): Promise<void> {
    await this.#insist(async () => {
      const connection = await this.#client.anyBroker()
      const feature = 'eligible.leader.replicas.version'
      const { errorCode } = await connection.request(UpdateFeatures, {
        featureUpdates: [{ feature, maxVersionLevel: keepsElr ? 1 : 0, upgradeType: keepsElr ? 1 : 2 }],
      })
      if (errorCode !== ErrorCode.NONE) throw new KafkaError(errorCode)
    })
    for (const { name, ...options } of [...this.#topics, ...this.#others])
      await this.#insist(async () => {
        const connection = await this.#client.anyBroker()
        await createTopic(
          connection,
          name,
          options.assignments ? { assignments: options.assignments, configs: options.configs } : options,
        ).catch((error: unknown) => {
          if (!(error instanceof KafkaError) || error.code !== ErrorCode.TOPIC_ALREADY_EXISTS) throw error
        })
      })
  }

  async run(): Promise<void> {
    const { scheduler, random } = this.#client.world
    const works = [
      () => this.#move(),
      () => this.#elect(),
      () => this.#deleteRecords(),
      () => this.#addPartition(),
    ]
    while (!this.#isStopping) {
      await scheduler.sleep(random.int(thinkMsMax))
      await works[random.int(works.length)]?.().catch(() => {})
    }
    await this.#client.close()
  }

  async #insist(work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await work()
      } catch {
        await this.#client.world.scheduler.sleep(100)
      }
    }
  }

  /** As many replicas as before, in another order or elsewhere. */
  async #move(): Promise<void> {
    const { random, brokerIds } = this.#client.world
    const { name, index } = this.#anyPartition([...this.#topics, ...this.#others])
    await this.#client.refresh(name)
    const known = await this.#client.find(name, index)
    if (!known) return
    const replicas = shuffled(brokerIds, random).slice(0, known.replicas.length)
    const connection = await this.#client.anyBroker()
    const { errorCode, responses } = await connection.request(AlterPartitionReassignments, {
      timeoutMs,
      topics: [{ name, partitions: [{ partitionIndex: index, replicas }] }],
    })
    const error = errorCode || (responses[0]?.partitions[0]?.errorCode ?? 0)
    this.#client.tell(`moves ${name}-${index} to ${replicas.join(',')}: ${errorInfo(error).name}`)
  }

  async #elect(): Promise<void> {
    const connection = await this.#client.anyBroker()
    const { errorCode } = await connection.request(ElectLeaders, {
      electionType: preferredElection,
      topicPartitions: null,
      timeoutMs,
    })
    this.#client.tell(`elects preferred leaders: ${errorInfo(errorCode).name}`)
  }

  async #deleteRecords(): Promise<void> {
    const { random } = this.#client.world
    const { name, index } = this.#anyPartition()
    await this.#client.refresh(name)
    const known = await this.#client.find(name, index)
    if (!known || random.int(3) > 0) return
    const connection = await this.#client.broker(known.leader)
    const end = Number((await listOffset(connection, name, index, OffsetSpec.latest)).offset)
    const offset = random.int(end + 1)
    this.#ledger.mayBeDeletedBelow(`${name}-${index}`, offset)
    this.#client.tell(`deletes ${name}-${index} below ${offset}`)
    const partitions = [{ partitionIndex: index, offset }]
    await connection.request(DeleteRecords, { topics: [{ name, partitions }], timeoutMs })
  }

  async #addPartition(): Promise<void> {
    const { random } = this.#client.world
    const { name, partitions } = this.#anyTopic()
    if (random.int(3) > 0) return
    const connection = await this.#client.anyBroker()
    const count = partitions + 1
    const { results } = await connection.request(CreatePartitions, {
      topics: [{ name, count, assignments: null }],
      timeoutMs,
      validateOnly: false,
    })
    this.#client.tell(`makes ${name} ${count} partitions: ${errorInfo(results[0]?.errorCode ?? 0).name}`)
  }

  #anyTopic(topics = this.#topics): AdminTopic {
    return topics[this.#client.world.random.int(topics.length)] as AdminTopic
  }

  #anyPartition(topics = this.#topics): { name: string; index: number } {
    const { name, partitions } = this.#anyTopic(topics)
    return { name, index: this.#client.world.random.int(partitions) }
  }
}

function shuffled(ids: readonly number[], random: Random): number[] {
  const left = [...ids]
  return ids.map(() => left.splice(random.int(left.length), 1)[0] as number)
}

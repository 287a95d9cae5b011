import { Connection, describeTopics, throwOnError } from '@sluice/client'
import type { Clock, Network, Random } from '@sluice/effects'
import { FindCoordinator } from '@sluice/wire'
import type { Scheduler } from '../scheduler.ts'
import type { Story } from '../story.ts'

/** Where brokers listen. */
export const brokerPort = 9092

export function brokerHost(nodeId: number): string {
  return `broker-${nodeId}`
}

export interface ClientWorld {
  readonly name: string
  readonly scheduler: Scheduler
  readonly clock: Clock
  readonly network: Network
  readonly random: Random
  readonly story: Story
  readonly brokerIds: readonly number[]
}

/** Where a partition is led, as a client has heard. */
export interface KnownPartition {
  readonly topicId: string
  readonly leader: number
  readonly leaderEpoch: number
  readonly replicas: readonly number[]
}

const requestTimeoutMs = 3_000
/** FindCoordinator's. */
const keyTypes = { group: 0, transaction: 1 } as const

/** What every client does: connections that are opened anew, and metadata that only goes forward (KIP-320). */
export class ClusterClient {
  readonly world: ClientWorld
  readonly #connections = new Map<number, Promise<Connection>>()
  readonly #known = new Map<string, KnownPartition>()

  constructor(world: ClientWorld) {
    this.world = world
  }

  async broker(nodeId: number): Promise<Connection> {
    const before = this.#connections.get(nodeId)
    if (before) {
      const connection = await before.catch(() => null)
      if (connection && !connection.isClosed) return connection
      if (this.#connections.get(nodeId) !== before) return this.broker(nodeId)
    }
    const { network, clock, name } = this.world
    const opening = Connection.open({
      network,
      host: brokerHost(nodeId),
      port: brokerPort,
      clientId: name,
      clock,
      requestTimeoutMs,
    })
    this.#connections.set(nodeId, opening)
    return opening
  }

  async anyBroker(): Promise<Connection> {
    const { brokerIds, random } = this.world
    return this.broker(brokerIds[random.int(brokerIds.length)] as number)
  }

  /** What is known; asked for where it is not. Null where nobody leads. */
  async find(topic: string, index: number): Promise<KnownPartition | null> {
    const key = `${topic}-${index}`
    if (!this.#known.has(key)) await this.refresh(topic)
    const known = this.#known.get(key)
    return known && known.leader >= 0 ? known : null
  }

  async refresh(topic: string): Promise<void> {
    const { topics } = await describeTopics(await this.anyBroker(), [topic])
    for (const { errorCode, topicId, partitions } of topics) {
      if (errorCode !== 0) continue
      for (const { partitionIndex, leaderId, leaderEpoch, replicaNodes } of partitions) {
        const key = `${topic}-${partitionIndex}`
        const before = this.#known.get(key)
        if (before && before.leaderEpoch > leaderEpoch) continue
        this.#known.set(key, { topicId, leader: leaderId, leaderEpoch, replicas: replicaNodes })
      }
    }
  }

  /** Who coordinates a group or a transactional id, as any broker says. */
  async coordinator(
    type: keyof typeof keyTypes,
    key: string,
  ): Promise<{ nodeId: number; connection: Connection }> {
    const connection = await this.anyBroker()
    const keyType = keyTypes[type]
    const answer = await connection.request(FindCoordinator, { keyType, coordinatorKeys: [key] })
    const [found] = answer.coordinators
    throwOnError(found?.errorCode ?? 0)
    const nodeId = found?.nodeId ?? -1
    return { nodeId, connection: await this.broker(nodeId) }
  }

  /** Something was wrong: asks anew, if anybody answers. */
  async recover(topic: string): Promise<void> {
    await this.world.scheduler.sleep(20 + this.world.random.int(150))
    await this.refresh(topic).catch(() => {})
  }

  async close(): Promise<void> {
    for (const opening of this.#connections.values())
      await opening.then(
        (connection) => connection.close(),
        () => {},
      )
  }

  tell(what: string): void {
    this.world.story.tell(this.world.name, what)
  }
}

import { type Connection, throwOnError } from '@sluice/client'
import { AlterPartitionReassignments, type Metadata, type ResponseOf } from '@sluice/wire'
import type { ClusterPlan, NodePlan } from '../engine.ts'

/*
 * Nobody but the cluster itself has topics such as __consumer_offsets in its care: they get the replicas that the plan
 * asks for when brokers join, and leave brokers that leave.
 */

type MetadataAnswer = ResponseOf<typeof Metadata>

export interface Move {
  topic: string
  partition: number
  replicas: number[]
}

/** Which property says how many replicas a partition of this internal topic has. */
const factorProperty: Readonly<Record<string, string>> = {
  __consumer_offsets: 'offsets.topic.replication.factor',
  __transaction_state: 'transaction.state.log.replication.factor',
  __share_group_state: 'share.coordinator.state.topic.replication.factor',
}

/** Where partitions of internal topics shall be that are not there, or not there alone. Pure. */
export function internalMoves(plan: ClusterPlan, metadata: MetadataAnswer): Move[] {
  const placement = new Placement(plan.nodes.filter(({ role }) => role === 'broker'))
  const partitions = metadata.topics
    .filter(({ isInternal }) => isInternal)
    .flatMap(({ name, partitions }) => {
      const factor = Number(plan.properties[factorProperty[name ?? ''] ?? ''] ?? 1)
      return partitions.map((partition) => ({ ...partition, topic: name ?? '', factor }))
    })
    .map((partition) => ({ ...partition, kept: placement.kept(partition.replicaNodes) }))
  const isWell = ({ kept, replicaNodes, factor }: (typeof partitions)[number]) =>
    kept.length === replicaNodes.length && kept.length >= placement.atMost(factor)
  for (const { kept } of partitions) placement.count(kept)
  for (const { kept } of partitions.filter(isWell)) placement.lead(kept[0])
  return partitions
    .filter((partition) => !isWell(partition))
    .map(({ topic, partitionIndex, kept, factor }) => {
      return { topic, partition: partitionIndex, replicas: placement.filled(kept, factor) }
    })
}

/** Spreads replicas over brokers and racks, and the first ones, which lead, over brokers. */
class Placement {
  readonly #brokers: readonly NodePlan[]
  readonly #replicas = new Map<number, number>()
  readonly #leaders = new Map<number, number>()

  constructor(brokers: readonly NodePlan[]) {
    this.#brokers = brokers
  }

  atMost(factor: number): number {
    return Math.min(factor, this.#brokers.length)
  }

  /** Those that are on brokers of the plan. */
  kept(replicas: readonly number[]): number[] {
    return replicas.filter((id) => this.#brokers.some(({ nodeId }) => nodeId === id))
  }

  count(replicas: readonly number[]): void {
    for (const id of replicas) add(this.#replicas, id)
  }

  lead(id: number | undefined): void {
    if (id !== undefined) add(this.#leaders, id)
  }

  filled(kept: readonly number[], factor: number): number[] {
    const replicas = [...kept]
    while (replicas.length < this.atMost(factor)) {
      const next = this.#next(replicas)
      replicas.push(next)
      add(this.#replicas, next)
    }
    const leads = (id: number) => this.#leaders.get(id) ?? 0
    const first = [...replicas].sort((a, b) => leads(a) - leads(b))[0]
    this.lead(first)
    return replicas.sort((a, b) => Number(b === first) - Number(a === first))
  }

  /** The least loaded broker of a rack that has none of them yet; where all have, the least loaded. */
  #next(replicas: readonly number[]): number {
    const racks = this.#brokers.filter(({ nodeId }) => replicas.includes(nodeId)).map(({ rack }) => rack)
    const [best] = this.#brokers
      .filter(({ nodeId }) => !replicas.includes(nodeId))
      .map(({ nodeId, rack }) => ({
        nodeId,
        isNear: racks.includes(rack),
        load: this.#replicas.get(nodeId) ?? 0,
      }))
      .sort((a, b) => Number(a.isNear) - Number(b.isNear) || a.load - b.load || a.nodeId - b.nodeId)
    if (!best) throw new Error('there are as many replicas as brokers')
    return best.nodeId
  }
}

function add(counts: Map<number, number>, id: number): void {
  counts.set(id, (counts.get(id) ?? 0) + 1)
}

const timeoutMs = 30_000

/** Asks for the moves; they are under way when it resolves. Asked for again, nothing changes. */
export async function startMoves(connection: Connection, moves: readonly Move[]): Promise<void> {
  const answer = await connection.request(AlterPartitionReassignments, {
    timeoutMs,
    topics: [...new Set(moves.map(({ topic }) => topic))].map((name) => ({
      name,
      partitions: moves
        .filter(({ topic }) => topic === name)
        .map(({ partition, replicas }) => ({ partitionIndex: partition, replicas })),
    })),
  })
  throwOnError(answer.errorCode, answer.errorMessage)
  for (const { partitions } of answer.responses)
    for (const { errorCode, errorMessage } of partitions) throwOnError(errorCode, errorMessage)
}

/** `__consumer_offsets-3 and 11 more`. */
export function namesOf(moves: readonly Move[]): string {
  const [first, ...others] = moves
  return `${first?.topic}-${first?.partition}${others.length > 0 ? ` and ${others.length} more` : ''}`
}

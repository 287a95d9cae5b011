import type { Metadata, ResponseOf } from '@sluice/wire'
import type { NodePlan } from '../engine.ts'
import type { Move } from './internal-topics.ts'

/*
 * Partitions of a cluster whose brokers come and go by themselves: each has one replica in a rack, and which broker of the
 * rack has it is decided here. Nothing else of it moves.
 */

type MetadataAnswer = ResponseOf<typeof Metadata>

interface Placed {
  topic: string
  partition: number
  /** Where it is, or shall be when what is under way is over. */
  replicas: number[]
  isMoving: boolean
}

/**
 * What has to move so that these brokers alone have all replicas, as many of each topic, and then as many of all, as the
 * others of their rack; `moving`: how many partitions are under way. Pure.
 */
export function evenMoves(
  brokers: readonly Pick<NodePlan, 'nodeId' | 'rack'>[],
  metadata: MetadataAnswer,
): { moves: Move[]; moving: number } {
  const rackOf = new Map(metadata.brokers.map(({ nodeId, rack }) => [nodeId, rack ?? '']))
  for (const { nodeId, rack } of brokers) rackOf.set(nodeId, rack ?? '')
  const partitions = placedPartitions(metadata, rackOf)
  const before = partitions.map(({ replicas }) => [...replicas])
  const loads = new Loads(partitions)
  for (const rack of new Set(brokers.map((one) => one.rack ?? ''))) {
    const ids = brokers.filter((one) => (one.rack ?? '') === rack).map(({ nodeId }) => nodeId)
    const held = partitions.map((one) => ({
      one,
      at: one.replicas.findIndex((id) => rackOf.get(id) === rack),
    }))
    for (const { one, at } of held) if (at >= 0 && !one.isMoving) loads.settle(one, at, ids)
  }
  const moves = partitions
    .filter(({ replicas }, i) => replicas.some((id, at) => id !== before[i]?.[at]))
    .map(({ topic, partition, replicas }) => ({ topic, partition, replicas }))
  return { moves, moving: partitions.filter(({ isMoving }) => isMoving).length }
}

/** Of one that moves the metadata names where it goes first, and after that where it comes from. */
function placedPartitions(metadata: MetadataAnswer, rackOf: ReadonlyMap<number, string>): Placed[] {
  return metadata.topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, replicaNodes }) => {
      const racks = replicaNodes.map((id) => rackOf.get(id) ?? '')
      const replicas = replicaNodes.filter((_, at) => racks.indexOf(racks[at] ?? '') === at)
      return {
        ...{ topic: name ?? '', partition: partitionIndex, replicas },
        isMoving: replicas.length < replicaNodes.length,
      }
    }),
  )
}

/** How many replicas each broker has, of all topics and of each. */
class Loads {
  readonly #counts = new Map<string, number>()

  constructor(partitions: readonly Placed[]) {
    for (const { topic, replicas } of partitions) for (const id of replicas) this.#add(topic, id, 1)
  }

  /** Moves one replica to the broker of its rack that has fewest, if that makes things more even, or if it cannot stay. */
  settle({ topic, replicas }: Placed, at: number, brokers: readonly number[]): void {
    const from = replicas[at]
    const [to] = brokers.toSorted(
      (a, b) => this.#of(topic, a) - this.#of(topic, b) || this.#of('', a) - this.#of('', b) || a - b,
    )
    if (from === undefined || to === undefined || from === to) return
    const ofTopic = this.#of(topic, from) - this.#of(topic, to)
    const ofAll = this.#of('', from) - this.#of('', to)
    const isBetter = ofTopic >= 2 || (ofTopic === 1 && ofAll >= 2)
    if (brokers.includes(from) && !isBetter) return
    replicas[at] = to
    this.#add(topic, from, -1)
    this.#add(topic, to, 1)
  }

  #of(topic: string, id: number): number {
    return this.#counts.get(`${id} ${topic}`) ?? 0
  }

  /** No topic's name is empty: that is of all. */
  #add(topic: string, id: number, count: number): void {
    for (const key of [`${id} ${topic}`, `${id} `])
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + count)
  }
}

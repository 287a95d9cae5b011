import type { Random } from '@sluice/effects'
import { ErrorCode } from '@sluice/wire'
import { type Refusal, refusal } from './decision.ts'

/** A broker that may get replicas. */
export interface UsableBroker {
  readonly id: number
  readonly rack: string | null
  readonly fenced: boolean
}

/** Brokers of one rack, in the order in which they take replicas. */
class Ring {
  readonly #ids: readonly number[]
  #at: number

  constructor(ids: readonly number[], random: Random) {
    this.#ids = [...ids].sort((a, b) => a - b)
    this.#at = this.#ids.length === 0 ? 0 : random.int(this.#ids.length)
  }

  get size(): number {
    return this.#ids.length
  }

  /** Offset of the next partition's first replica. */
  advance(): void {
    this.#at++
  }

  pick(index: number): number {
    return this.#ids[(this.#at + index) % this.#ids.length] as number
  }
}

interface Rack {
  readonly unfenced: Ring
  readonly fenced: Ring
  /** How many replicas of the running partition are here. */
  taken: number
}

/**
 * Replicas for new partitions, striped over racks and, inside a rack, over brokers:
 *
 * 1. The racks stand in a circle that starts anywhere; each partition starts one rack further, and takes a replica
 *    from each rack in turn.
 * 2. In a rack the brokers stand in a circle too, which moves by one with each partition; fenced brokers are taken
 *    only when no unfenced one of the rack is left.
 * 3. The first replica becomes the leader, so it must be on an unfenced broker: the first rack that has one.
 */
export function placeReplicas(
  brokers: readonly UsableBroker[],
  partitions: number,
  replicationFactor: number,
  random: Random,
): number[][] | Refusal {
  const problem = placementProblem(brokers, replicationFactor)
  if (problem) return refusal(ErrorCode.INVALID_REPLICATION_FACTOR, problem)
  const racks = racksOf(brokers, random)
  const start = random.int(racks.length)
  return Array.from({ length: partitions }, (_, partition) => {
    const replicas = placeOne(racks, start + partition, replicationFactor)
    for (const rack of racks) {
      rack.unfenced.advance()
      rack.fenced.advance()
    }
    return replicas
  })
}

function placementProblem(brokers: readonly UsableBroker[], replicationFactor: number): string | null {
  const prefix = `Unable to replicate the partition ${replicationFactor} time(s): `
  if (!brokers.some(({ fenced }) => !fenced)) return `${prefix}All brokers are currently fenced.`
  if (replicationFactor <= brokers.length) return null
  return `${prefix}The target replication factor of ${replicationFactor} cannot be reached because only ${brokers.length} broker(s) are registered.`
}

function racksOf(brokers: readonly UsableBroker[], random: Random): Rack[] {
  const byRack = new Map<string, UsableBroker[]>()
  // Brokers without a rack share one.
  for (const broker of brokers) {
    const rack = broker.rack ?? ''
    byRack.set(rack, [...(byRack.get(rack) ?? []), broker])
  }
  const ids = (list: UsableBroker[], fenced: boolean) =>
    list.filter((broker) => broker.fenced === fenced).map(({ id }) => id)
  return [...byRack.keys()].sort().map((name) => {
    const list = byRack.get(name) ?? []
    return {
      unfenced: new Ring(ids(list, false), random),
      fenced: new Ring(ids(list, true), random),
      taken: 0,
    }
  })
}

function placeOne(racks: readonly Rack[], start: number, replicationFactor: number): number[] {
  for (const rack of racks) rack.taken = 0
  const order = racks.map((_, i) => racks[(start + i) % racks.length] as Rack)
  const leaderAt = order.findIndex((rack) => rack.unfenced.size > 0)
  // The racks before the leader's come last in this partition's first round.
  const circle = [...order.slice(leaderAt), ...order.slice(0, leaderAt)]
  const replicas: number[] = []
  for (let turn = 0; replicas.length < replicationFactor; turn++) {
    const rack = circle[turn % circle.length] as Rack
    const id = take(rack)
    if (id !== null) replicas.push(id)
  }
  return replicas
}

function take(rack: Rack): number | null {
  const index = rack.taken
  if (index >= rack.unfenced.size + rack.fenced.size) return null
  rack.taken++
  return index < rack.unfenced.size ? rack.unfenced.pick(index) : rack.fenced.pick(index - rack.unfenced.size)
}

import type { Random } from '@sluice/effects'
import { ErrorCode } from '@sluice/wire'
import type { Steps } from '../storage/slices.ts'
import { Refusal } from './decision.ts'

/** A broker that may get replicas. */
export interface UsableBroker {
  readonly id: number
  readonly rack: string | null
  readonly fenced: boolean
}

/** Brokers in a circle that begins anywhere. */
class Ring {
  readonly #ids: readonly number[]
  readonly #start: number

  constructor(ids: readonly number[], random: Random) {
    this.#ids = [...ids].sort((a, b) => a - b)
    this.#start = this.#ids.length === 0 ? 0 : random.int(this.#ids.length)
  }

  get size(): number {
    return this.#ids.length
  }

  pick(steps: number): number {
    return this.#ids[(this.#start + steps) % this.#ids.length] as number
  }
}

interface Rack {
  readonly unfenced: Ring
  readonly fenced: Ring
}

/**
 * Replicas for new partitions, striped over racks and, inside a rack, over brokers:
 *
 * 1. The racks stand in a circle that starts anywhere; each partition starts one rack further, and takes a replica
 *    from each rack in turn.
 * 2. In a rack the brokers stand in a circle too. Each time that the racks have had their turn as the first one, the
 *    circles move by one, so that leaders spread over all brokers; for followers they move by one more when all
 *    brokers could have led once, so that a broker does not share all its partitions with the same others. Fenced
 *    brokers are taken only when no unfenced one of the rack is left.
 * 3. The first replica becomes the leader, so it must be on an unfenced broker: the first rack that has one.
 */
export function* placeReplicas(
  brokers: readonly UsableBroker[],
  partitions: number,
  replicationFactor: number,
  random: Random,
): Steps<number[][] | Refusal> {
  const problem = placementProblem(brokers, replicationFactor)
  if (problem) return new Refusal(ErrorCode.INVALID_REPLICATION_FACTOR, problem)
  const racks = racksOf(brokers, random)
  const start = random.int(racks.length)
  const lists: number[][] = []
  for (let partition = 0; partition < partitions; partition++) {
    const turns = Math.floor(partition / racks.length)
    const rounds = Math.floor(partition / brokers.length)
    lists.push(placeOne(racks, start + partition, turns, turns + rounds, replicationFactor))
    yield
  }
  return lists
}

function placementProblem(brokers: readonly UsableBroker[], replicationFactor: number): string | null {
  const prefix = `Unable to replicate the partition ${replicationFactor} time(s): `
  if (!brokers.some(({ fenced }) => !fenced))
    return `${prefix}All brokers are currently fenced, or have all their log directories cordoned.`
  if (replicationFactor <= brokers.length) return null
  return `${prefix}The target replication factor of ${replicationFactor} cannot be reached because only ${brokers.length} broker(s) are registered or some brokers have all their log directories cordoned.`
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

function placeOne(
  racks: readonly Rack[],
  firstRack: number,
  leaderSteps: number,
  followerSteps: number,
  replicationFactor: number,
): number[] {
  const order = racks.map((_, i) => racks[(firstRack + i) % racks.length] as Rack)
  const leaderAt = order.findIndex((rack) => rack.unfenced.size > 0)
  // The racks before the leader's come last in each round of this partition.
  const circle = [...order.slice(leaderAt), ...order.slice(0, leaderAt)]
  const replicas: number[] = []
  for (let turn = 0; replicas.length < replicationFactor; turn++) {
    const at = turn % circle.length
    const id = take(
      circle[at] as Rack,
      at === 0 ? leaderSteps : followerSteps,
      Math.floor(turn / circle.length),
    )
    if (id !== null) replicas.push(id)
  }
  return replicas
}

/** The broker that a rack gives when it is asked for the (`index` + 1)th time in a partition. */
function take(rack: Rack, steps: number, index: number): number | null {
  const { unfenced, fenced } = rack
  if (index < unfenced.size) return unfenced.pick(steps + index)
  return index < unfenced.size + fenced.size ? fenced.pick(steps + index - unfenced.size) : null
}

import type { Random } from '@sluice/effects'
import { ErrorCode } from '@sluice/wire'
import type { MetadataImage } from '../metadata/image.ts'
import { LeaderRecoveryState, type PartitionImage } from '../metadata/topics-image.ts'
import type { Steps } from '../storage/slices.ts'
import { Refusal } from './decision.ts'
import { defaultDirectory } from './partition-changes.ts'
import { placeReplicas } from './placement.ts'

/** Partitions at their beginning, of new topics and of such that grow; `firstIndex`: the number of the first. */
export class NewPartitions {
  readonly #image: MetadataImage
  readonly #random: Random

  constructor(options: { image: MetadataImage; random: Random }) {
    this.#image = options.image
    this.#random = options.random
  }

  /** With replicas where the brokers have room for them. */
  *placed(count: number, replicationFactor: number, firstIndex: number): Steps<PartitionImage[] | Refusal> {
    // Who leaves gets no replicas, nor who has cordoned all its directories; who is fenced may get some.
    const usable = this.#image
      .brokers()
      .filter(
        ({ id, fenced, inControlledShutdown }) =>
          (fenced || !inControlledShutdown) && hasRoom(this.#image, id),
      )
      .map(({ id, rack, fenced }) => ({ id, rack, fenced }))
    const lists = yield* placeReplicas(usable, count, replicationFactor, this.#random)
    return lists instanceof Refusal ? lists : yield* this.#started(lists, firstIndex)
  }

  /** With the lists of replicas that somebody gave; `replicationFactor` null: as many as the first list has. */
  *assigned(
    lists: readonly (readonly number[])[],
    replicationFactor: number | null,
    firstIndex: number,
  ): Steps<PartitionImage[] | Refusal> {
    for (const replicas of lists) {
      const problem = assignmentProblem(this.#image, replicas, replicationFactor ?? lists[0]?.length ?? null)
      if (problem) return problem
      yield
    }
    return yield* this.#started(lists, firstIndex)
  }

  *#started(lists: readonly (readonly number[])[], firstIndex: number): Steps<PartitionImage[] | Refusal> {
    const partitions: PartitionImage[] = []
    for (const [i, replicas] of lists.entries()) {
      const partition = newPartition(this.#image, replicas)
      if (!partition)
        return new Refusal(
          ErrorCode.INVALID_REPLICA_ASSIGNMENT,
          `All brokers specified in the manual partition assignment for partition ${firstIndex + i} are fenced or in controlled shutdown.`,
        )
      partitions.push(partition)
      yield
    }
    return partitions
  }
}

/** Why the replicas of a manual assignment cannot be; null when they can. `replicationFactor` null: any. */
export function assignmentProblem(
  image: MetadataImage,
  replicas: readonly number[],
  replicationFactor: number | null,
): Refusal | null {
  const refuse = (message: string) => new Refusal(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message)
  if (replicas.length === 0) return refuse('The manual partition assignment includes an empty replica list.')
  const seen = new Set<number>()
  // A million of them may be named.
  for (const id of Int32Array.from(replicas).sort()) {
    if (!image.broker(id))
      return refuse(
        `The manual partition assignment includes broker ${id}, but no such broker is registered.`,
      )
    if (!hasRoom(image, id))
      return refuse(
        `The manual partition assignment includes broker ${id}, but all its log directories are cordoned.`,
      )
    if (seen.has(id))
      return refuse(`The manual partition assignment includes the broker ${id} more than once.`)
    seen.add(id)
  }
  if (replicationFactor === null || replicas.length === replicationFactor) return null
  return refuse(
    `The manual partition assignment includes a partition with ${replicas.length} replica(s), but this is not consistent with previous partitions, which have ${replicationFactor} replica(s).`,
  )
}

/** Whether one of the broker's log directories is not cordoned (KIP-1066). */
function hasRoom(image: MetadataImage, brokerId: number): boolean {
  const { logDirs = [], cordonedLogDirs = null } = image.broker(brokerId) ?? {}
  if (logDirs.length === 0 || !cordonedLogDirs) return true
  return logDirs.some((id) => !cordonedLogDirs.includes(id))
}

/** A partition at its beginning: in sync are the replicas on active brokers, and the first of them leads. */
function newPartition(image: MetadataImage, replicas: readonly number[]): PartitionImage | null {
  const isr = replicas.filter((id) => image.isBrokerActive(id))
  const [leader] = isr
  if (leader === undefined) return null
  return {
    replicas,
    directories: replicas.map((id) => defaultDirectory(image, id)),
    isr,
    removingReplicas: [],
    addingReplicas: [],
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
    leader,
    leaderRecoveryState: LeaderRecoveryState.recovered,
    leaderEpoch: 0,
    partitionEpoch: 0,
  }
}

import type { Steps } from '../../../../storage/slices.ts'
import type { Assignment } from '../assignment.ts'

/** A member as an assignor sees it. */
export interface AssignableMember {
  readonly memberId: string
  readonly instanceId: string | null
  /** Topics that are there. Members with the same subscription have the same set. */
  readonly topicIds: ReadonlySet<string>
  /** What it was to have until now. */
  readonly before: Assignment
}

/** How many partitions a topic has, by its id. */
export type PartitionCount = (topicId: string) => number

/**
 * Gives each partition of the members' topics to one member that subscribes to its topic. Pure: it looks at nothing but
 * what it is given, and how many partitions a topic has it asks once.
 */
export interface Assignor {
  readonly name: string
  assign(members: readonly AssignableMember[], partitionCount: PartitionCount): Steps<Map<string, Assignment>>
}

/** Of an assignor's loops so many rounds are a step: there may be more partitions than can be given out at once. */
const roundsMax = 500

/** What is looked at, with a rest now and then. */
export class Rounds {
  #count = 0

  /** Whether it is time to rest. */
  isDue(): boolean {
    return ++this.#count % roundsMax === 0
  }
}

/** An assignment that is being made. No set in it is empty. */
export class Share {
  readonly partitions = new Map<string, Set<number>>()
  size = 0

  add(topicId: string, partition: number): void {
    const some = this.partitions.get(topicId)
    if (some) some.add(partition)
    else this.partitions.set(topicId, new Set([partition]))
    this.size++
  }

  remove(topicId: string, partition: number): void {
    const some = this.partitions.get(topicId)
    if (!some?.delete(partition)) return
    this.size--
    if (some.size === 0) this.partitions.delete(topicId)
  }
}

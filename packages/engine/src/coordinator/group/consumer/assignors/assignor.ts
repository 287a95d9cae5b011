import type { Steps } from '../../../../storage/slices.ts'
import { type Assignment, noAssignment } from '../assignment.ts'

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

/** Of an assignment that is being made, for each partition of a topic its owner's place among the members. */
export type Owners = Int32Array

export const nobody = -1

export function ownersOf(topicId: string, partitionCount: PartitionCount): Owners {
  return new Int32Array(partitionCount(topicId)).fill(nobody)
}

/** What each of the members owns. */
export function* assignments(
  members: readonly AssignableMember[],
  owners: Iterable<readonly [string, Owners]>,
): Steps<Map<string, Assignment>> {
  const rounds = new Rounds()
  const assigned = members.map(() => new Map<string, number[]>())
  for (const [topicId, ofTopic] of owners)
    for (const [partition, owner] of ofTopic.entries()) {
      if (rounds.isDue()) yield
      const own = assigned[owner]
      const some = own?.get(topicId)
      if (some) some.push(partition)
      else own?.set(topicId, [partition])
    }
  return new Map(members.map(({ memberId }, i) => [memberId, assigned[i] ?? noAssignment]))
}

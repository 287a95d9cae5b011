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

/** Gives each partition of the members' topics to one member that subscribes to its topic. A pure function. */
export interface Assignor {
  readonly name: string
  assign(members: readonly AssignableMember[], partitionCount: PartitionCount): Map<string, Assignment>
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

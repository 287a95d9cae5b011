import { ErrorCode } from '@sluice/wire'
import { ClassicGroup } from './classic/classic-group.ts'
import type { MemberBytes } from './member-bytes.ts'
import { ConsumerGroup } from './consumer/consumer-group.ts'
import type { Group } from './group.ts'

/** The groups of one shard. A name belongs to one group, of whatever kind. */
export class Groups {
  readonly #served = new Map<string, Group>()
  /** Groups of Apache Kafka's newer protocols, in whose log we stand: their names are taken. */
  readonly #unserved = new Set<string>()
  readonly #memberBytes: MemberBytes

  constructor(memberBytes: MemberBytes) {
    this.#memberBytes = memberBytes
  }

  get(groupId: string): Group | undefined {
    return this.#served.get(groupId)
  }

  classic(groupId: string): ClassicGroup | undefined {
    const group = this.#served.get(groupId)
    return group instanceof ClassicGroup ? group : undefined
  }

  consumer(groupId: string): ConsumerGroup | undefined {
    const group = this.#served.get(groupId)
    return group instanceof ConsumerGroup ? group : undefined
  }

  all(): IterableIterator<Group> {
    return this.#served.values()
  }

  *allClassic(): Generator<ClassicGroup> {
    for (const group of this.#served.values()) if (group instanceof ClassicGroup) yield group
  }

  *allConsumer(): Generator<ConsumerGroup> {
    for (const group of this.#served.values()) if (group instanceof ConsumerGroup) yield group
  }

  has(groupId: string): boolean {
    return this.#served.has(groupId) || this.#unserved.has(groupId)
  }

  isUnserved(groupId: string): boolean {
    return this.#unserved.has(groupId)
  }

  get count(): number {
    return this.#served.size
  }

  get unservedCount(): number {
    return this.#unserved.size
  }

  // ---- replay

  /** The group of that name, a new one if need be. */
  createClassic(groupId: string): ClassicGroup {
    let group = this.classic(groupId)
    if (!group) {
      // The time of its state is a record's to say; until then the commits' own times decide.
      group = new ClassicGroup(groupId, this.#memberBytes)
      this.#served.set(groupId, group)
    }
    return group
  }

  /** The same under the consumer protocol: a group of offsets alone becomes one. */
  createConsumer(groupId: string): ConsumerGroup {
    let group = this.consumer(groupId)
    if (!group) {
      this.delete(groupId)
      group = new ConsumerGroup(groupId, this.#memberBytes)
      this.#served.set(groupId, group)
    }
    return group
  }

  delete(groupId: string): void {
    this.#served.get(groupId)?.unloaded(ErrorCode.UNKNOWN_MEMBER_ID)
    this.#served.delete(groupId)
  }

  keepUnserved(groupId: string): void {
    this.#unserved.add(groupId)
    this.delete(groupId)
  }

  forgetUnserved(groupId: string): void {
    this.#unserved.delete(groupId)
  }
}

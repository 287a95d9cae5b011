import { fetchPartition, listOffset, OffsetSpec } from '@sluice/client'
import type { Random } from '@sluice/effects'
import {
  batchesIn,
  consumerOffsets,
  decodeCoordinatorRecord,
  OffsetCommitRecord,
  readRecords,
} from '@sluice/wire'
import type { AdminTopic } from './clients/admin.ts'
import { type ClientWorld, ClusterClient } from './clients/cluster-client.ts'
import { GroupMember } from './clients/group-member.ts'
import { Producer } from './clients/producer.ts'
import type { Ledger } from './ledger.ts'
import { MembershipBook } from './membership-book.ts'
import { consumerSessionMs, topicConfigsOf } from './settings.ts'
import type { Story } from './story.ts'

const topic = 'tasks'
const partitions = 4
const group = 'workers'
const members = ['a', 'b', 'c', 'd']
const offsetsPartition = `${consumerOffsets.topic}-0`

/** A group of the consumer protocol, and those who write what it reads. */
export class Memberships {
  readonly topics: readonly AdminTopic[]
  readonly #story: Story
  readonly #ledger: Ledger
  readonly #book: MembershipBook
  readonly #producers: readonly Producer[]
  readonly #members: readonly GroupMember[]
  readonly #checker: ClientWorld

  constructor(options: {
    random: Random
    story: Story
    ledger: Ledger
    coordinator: () => { readonly nodeId: number; readonly leaderEpoch: number }
    world: (host: string) => ClientWorld
  }) {
    const { random, story, ledger, world, coordinator } = options
    this.topics = [{ name: topic, partitions, configs: topicConfigsOf(random) }]
    this.#story = story
    this.#ledger = ledger
    this.#checker = world('m-checker')
    this.#book = new MembershipBook({
      story,
      sessionTimeoutMs: consumerSessionMs,
      nowMs: () => this.#checker.scheduler.nowMs,
      coordinator,
      isForgiven: () => this.#isForgiven,
    })
    const thinkMsMax = 50 + random.int(500)
    this.#producers = Array.from(
      { length: partitions },
      (_, index) =>
        new Producer(world(`w-${index}`), ledger, {
          topic,
          index,
          acks: -1,
          isIdempotent: true,
          inFlightMax: 1,
          thinkMsMax,
        }),
    )
    const regexes = random.int(3)
    this.#members = members.map(
      (name) =>
        new GroupMember(world(`m-${name}`), this.#book, {
          group,
          topic,
          usesRegex: random.int(3) < regexes,
          instanceId: random.int(3) === 0 ? `instance-${name}` : null,
          rebalanceTimeoutMs: 3 * consumerSessionMs,
          thinkMsMax: 50 + random.int(250),
          absenceMsMax: 2 * consumerSessionMs,
        }),
    )
  }

  get clients(): readonly { run(): Promise<void> }[] {
    return [...this.#producers, ...this.#members]
  }

  get isWritten(): boolean {
    return this.#producers.every(({ isDone }) => isDone)
  }

  calm(): void {
    for (const member of this.#members) member.calm()
  }

  stopWriting(): void {
    for (const producer of this.#producers) producer.stop()
  }

  stopReading(): void {
    for (const member of this.#members) member.stop()
  }

  /** Every partition has an owner, and the group has committed all of it. */
  isReadTo(endOf: (partition: string) => number): boolean {
    const owned = this.#members.flatMap((member) => member.owned)
    if (owned.length !== partitions || new Set(owned).size !== partitions) return false
    return owned.every((index) => this.#book.leastCommitted(index) >= endOf(`${topic}-${index}`))
  }

  /** When all is read: whatever was committed for a partition, nothing that came later is less. */
  async check(): Promise<void> {
    if (this.#isForgiven) return
    const last = new Map<number, number>()
    for (const { partition, offset } of await this.#commits()) {
      const before = last.get(partition) ?? -1
      if (offset < before)
        this.#story.violated(`the group has committed ${offset} of partition ${partition}, after ${before}`)
      last.set(partition, offset)
    }
  }

  async #commits(): Promise<{ partition: number; offset: number }[]> {
    const client = new ClusterClient(this.#checker)
    for (;;) {
      try {
        const commits = await readCommits(client)
        await client.close()
        return commits
      } catch {
        await client.recover(consumerOffsets.topic)
      }
    }
  }

  get #isForgiven(): boolean {
    return this.#ledger.isForgiven(offsetsPartition)
  }
}

/** All that the group's log has of its commits, in order. */
async function readCommits(client: ClusterClient): Promise<{ partition: number; offset: number }[]> {
  const commits: { partition: number; offset: number }[] = []
  const known = await client.find(consumerOffsets.topic, 0)
  const leader = await client.broker(known?.leader ?? -1)
  const [start, end] = [OffsetSpec.earliest, OffsetSpec.latest].map((spec) =>
    listOffset(leader, consumerOffsets.topic, 0, spec),
  )
  const endOffset = Number((await end)?.offset ?? 0)
  for (let at = Number((await start)?.offset ?? 0); at < endOffset; ) {
    const { records } = await fetchPartition(leader, consumerOffsets.topic, 0, at, {
      topicId: known?.topicId ?? '',
    })
    for (const batch of batchesIn(records ?? Buffer.alloc(0)))
      for (const { offset, key, value } of readRecords(records as Buffer, batch.at)) {
        at = Math.max(at, Number(offset) + 1)
        const record = decodeCoordinatorRecord(consumerOffsets, key as Buffer, value)
        if (record.type !== OffsetCommitRecord.recordType || record.value === null) continue
        if (record.key.group === group && record.key.topic === topic)
          commits.push({ partition: record.key.partition, offset: Number(record.value.offset) })
      }
  }
  return commits
}

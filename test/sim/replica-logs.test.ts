import { MemoryDisk } from '@sluice/effects'
import { buildBatchSync } from '@sluice/wire'
import { describe, expect, it } from 'vitest'
import { Ledger } from './ledger.ts'
import type { PartitionFacts } from './metadata-view.ts'
import { ReplicaLogs } from './replica-logs.ts'
import { Scheduler } from './scheduler.ts'
import { Story } from './story.ts'

const events: PartitionFacts = {
  ...{ topic: 'events', topicId: 'id', index: 0, leader: 1, leaderEpoch: 0 },
  ...{ isr: [1, 2], elr: [], replicas: [1, 2], isMoving: false },
}
const another = 'events-0 on broker 1 has another batch at offset 0 of epoch 0 than was written there'

/** Two brokers, each with a log of one batch or none, and what is thought of them after each step. */
class Replicas {
  readonly #story = new Story(new Scheduler())
  readonly #logs = new ReplicaLogs(this.#story, new Ledger(this.#story), { compacts: false })
  readonly #disks = [1, 2].map((brokerId) => ({ brokerId, disk: new MemoryDisk(), directory: '/data' }))
  readonly #refusing = new Set<number>()

  refuses(brokerId: number): this {
    this.#refusing.add(brokerId)
    return this
  }

  /** Each of these brokers has this one batch, and nothing else. */
  have(value: string, ...brokerIds: number[]): this {
    const batch = buildBatchSync({ records: [{ value }], baseOffset: 0, partitionLeaderEpoch: 0 })
    for (const { brokerId, disk } of this.#disks) {
      if (!brokerIds.includes(brokerId)) continue
      disk.mkdirSync('/data/events-0')
      disk.writeFileAtomicSync('/data/events-0/00000000000000000000.log', batch)
    }
    return this
  }

  get problem(): string | null {
    const replicas = this.#disks.map((each) => ({ ...each, hasRefused: this.#refusing.has(each.brokerId) }))
    this.#logs.check([events], replicas, () => false)
    return this.#story.violation
  }
}

describe('a batch that stands where another one stood, in the same epoch', () => {
  it('is one too many', () => {
    const replicas = new Replicas().have('a', 1)
    expect(replicas.problem).toBeNull()
    expect(replicas.have('b', 1).problem).toBe(another)
  })

  it('is the first one where the other was what a disk has kept of an append that it refused', () => {
    const replicas = new Replicas().refuses(1).have('left', 1)
    expect(replicas.problem).toBeNull()
    expect(replicas.have('a', 1, 2).problem).toBeNull()
    expect(replicas.have('b', 1).problem).toBe(another)
  })

  it('is one too many once a follower has had the other', () => {
    const replicas = new Replicas().refuses(1).have('a', 1, 2)
    expect(replicas.problem).toBeNull()
    expect(replicas.have('b', 1).problem).toBe(another)
  })

  it('is one too many while a follower has the other', () => {
    const replicas = new Replicas().refuses(1).refuses(2).have('left', 1)
    expect(replicas.problem).toBeNull()
    replicas.have('left', 2).have('a', 1)
    // Who of them is right shows as the first one is looked at again.
    expect(replicas.problem).toBeNull()
    expect(replicas.problem).toBe(another)
  })
})

it('reads a cleaned segment in the place of those that it was made of, while some of these are left', () => {
  const story = new Story(new Scheduler())
  const disk = new MemoryDisk()
  disk.mkdirSync('/data/events-0')
  const put = (name: string, baseOffset: number, ...values: string[]) =>
    disk.writeFileAtomicSync(
      `/data/events-0/${name}`,
      buildBatchSync({ records: values.map((value) => ({ value })), baseOffset, partitionLeaderEpoch: 0 }),
    )
  put('00000000000000000000.log', 0, 'a')
  put('00000000000000000001.log', 1, 'b', 'c')
  put('00000000000000000000.log.swap', 2, 'c')
  const logs = new ReplicaLogs(story, new Ledger(story), { compacts: true })
  const log = logs.read(events, { brokerId: 1, disk, directory: '/data', hasRefused: false })
  expect(log).toEqual({ endOffset: 3, values: new Map([[2, 'c']]) })
})

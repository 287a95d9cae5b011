import { commitOffset, committedOffset } from '@sluice/client'
import type { Ledger } from '../ledger.ts'
import { type ClientWorld, ClusterClient } from './cluster-client.ts'

interface GroupCommitterOptions {
  readonly group: string
  readonly topic: string
  readonly thinkMsMax: number
  /** Who leads the partition of the group, by what is decided. */
  readonly coordinatorId: () => number
}

/** Commits offsets of one group, each larger than the one before, and looks whether they stay. */
export class GroupCommitter {
  readonly #options: GroupCommitterOptions
  readonly #client: ClusterClient
  readonly #ledger: Ledger
  #asked = 0
  #committed = 0
  #isStopping = false
  #isDone = false

  constructor(world: ClientWorld, ledger: Ledger, options: GroupCommitterOptions) {
    this.#client = new ClusterClient(world)
    this.#ledger = ledger
    this.#options = options
  }

  get isDone(): boolean {
    return this.#isDone
  }

  stop(): void {
    this.#isStopping = true
  }

  async run(): Promise<void> {
    const { scheduler, random } = this.#client.world
    // The last look comes when all is well again.
    for (let isLast = false; !isLast; ) {
      const isStopping = this.#isStopping
      try {
        if (isStopping || random.int(3) === 0) {
          await this.#look()
          isLast = isStopping
        } else await this.#commit()
      } catch {
        await scheduler.sleep(50 + random.int(200))
      }
      await scheduler.sleep(random.int(this.#options.thinkMsMax))
    }
    this.#isDone = true
    await this.#client.close()
  }

  async #commit(): Promise<void> {
    const { group, topic } = this.#options
    const { connection } = await this.#coordinator()
    const offset = ++this.#asked
    await commitOffset(connection, group, topic, 0, offset)
    this.#committed = offset
    this.#client.tell(`${group} is at ${offset}`)
  }

  async #look(): Promise<void> {
    const { group, topic, coordinatorId } = this.#options
    const { nodeId, connection } = await this.#coordinator()
    const [least, most] = [this.#committed, this.#asked]
    const decidedId = coordinatorId()
    const offset = Number((await committedOffset(connection, group, topic, 0)).offset)
    if (this.#ledger.isForgiven('__consumer_offsets-0')) return
    // Who has not heard yet that another broker coordinates the group tells what it knows, as with Apache Kafka.
    const isStale = decidedId !== nodeId || coordinatorId() !== nodeId
    if ((offset < least && least > 0 && !isStale) || offset > most)
      this.#client.world.story.violated(
        `${group} is at ${offset} on broker ${nodeId}, and ${least} is committed of ${most}`,
      )
  }

  async #coordinator() {
    return this.#client.coordinator('group', this.#options.group)
  }
}

/** What is committed for partition 0 and cannot be taken back, whoever coordinates the group. */
export async function committedInGroup(world: ClientWorld, group: string, topic: string): Promise<number> {
  const client = new ClusterClient(world)
  for (;;) {
    try {
      const { connection } = await client.coordinator('group', group)
      const { offset } = await committedOffset(connection, group, topic, 0, { requireStable: true })
      await client.close()
      return Number(offset)
    } catch {
      await client.recover(topic)
    }
  }
}

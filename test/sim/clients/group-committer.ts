import { commitOffset, committedOffset, throwOnError } from '@sluice/client'
import { FindCoordinator } from '@sluice/wire'
import type { Ledger } from '../ledger.ts'
import { type ClientWorld, ClusterClient } from './cluster-client.ts'

interface GroupCommitterOptions {
  readonly group: string
  readonly topic: string
  readonly thinkMsMax: number
}

const groupType = 0

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
    const connection = await this.#coordinator()
    const offset = ++this.#asked
    await commitOffset(connection, group, topic, 0, offset)
    this.#committed = offset
    this.#client.tell(`${group} is at ${offset}`)
  }

  async #look(): Promise<void> {
    const { group, topic } = this.#options
    const connection = await this.#coordinator()
    const [least, most] = [this.#committed, this.#asked]
    const offset = Number((await committedOffset(connection, group, topic, 0)).offset)
    if (this.#ledger.isForgiven('__consumer_offsets-0')) return
    if ((offset < least && least > 0) || offset > most)
      this.#client.world.story.violated(`${group} is at ${offset}, and ${least} is committed of ${most}`)
  }

  async #coordinator() {
    const { group } = this.#options
    const answer = await (await this.#client.anyBroker()).request(FindCoordinator, {
      keyType: groupType,
      coordinatorKeys: [group],
    })
    const [coordinator] = answer.coordinators
    throwOnError(coordinator?.errorCode ?? 0)
    return this.#client.broker(coordinator?.nodeId ?? -1)
  }
}

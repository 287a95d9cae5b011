import { noLeader } from '../metadata/topics-image.ts'
import type { Follower } from './follower.ts'
import { ReplicaFetcher, type ReplicaFetcherOptions } from './replica-fetcher.ts'

/** Gives every follower the fetcher of its leader: one for each broker that leads anything here. */
export class ReplicaFetchers {
  readonly #options: ReplicaFetcherOptions
  readonly #byLeader = new Map<number, ReplicaFetcher>()
  /** Before the broker is registered leaders could not know which incarnation of it asks. */
  #begun = false

  constructor(options: ReplicaFetcherOptions) {
    this.#options = options
  }

  begin(): void {
    this.#begun = true
    for (const fetcher of this.#byLeader.values()) this.#options.watch(fetcher.run())
  }

  follow(follower: Follower): void {
    const { leader } = follower
    if (leader === noLeader) return
    let fetcher = this.#byLeader.get(leader)
    if (!fetcher) {
      fetcher = new ReplicaFetcher(leader, this.#options)
      this.#byLeader.set(leader, fetcher)
      if (this.#begun) this.#options.watch(fetcher.run())
    }
    fetcher.add(follower)
  }

  unfollow(follower: Follower): void {
    this.#byLeader.get(follower.leader)?.delete(follower)
  }

  /** The broker is registered no more, and leads nothing here: it may never come back. */
  forget(leader: number): void {
    const fetcher = this.#byLeader.get(leader)
    if (!fetcher || fetcher.isNeeded) return
    this.#byLeader.delete(leader)
    this.#options.watch(fetcher.close())
  }

  close(): void {
    for (const fetcher of this.#byLeader.values()) this.#options.watch(fetcher.close())
  }
}

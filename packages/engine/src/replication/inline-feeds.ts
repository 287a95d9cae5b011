import type { Guard } from '@sluice/effects'
import type { FeedOffer, ReplicaFeed } from './replica-feed.ts'

/** A broker of this process, as others find it. */
interface FedBroker {
  readonly guard: Guard
  /** Null where it does not follow that leader there, or has not all that the leader has. */
  openFeed(offer: FeedOffer): ReplicaFeed | null
}

/**
 * Where the brokers of a process find each other. Whatever a leader does with a follower goes through the follower's own
 * guard: a bug there stops that broker, and looks to the leader like a follower that is gone.
 */
export class InlineFeeds {
  readonly #brokers = new Map<number, FedBroker>()

  /** The broker is here until the result is called. */
  join(brokerId: number, broker: FedBroker): () => void {
    this.#brokers.set(brokerId, broker)
    return () => {
      if (this.#brokers.get(brokerId) === broker) this.#brokers.delete(brokerId)
    }
  }

  open(brokerId: number, offer: FeedOffer): ReplicaFeed | null {
    const broker = this.#brokers.get(brokerId)
    if (!broker) return null
    const opened: { feed: ReplicaFeed | null } = { feed: null }
    broker.guard(() => {
      opened.feed = broker.openFeed(offer)
    })
    return opened.feed && new GuardedFeed(opened.feed, broker.guard)
  }
}

class GuardedFeed implements ReplicaFeed {
  readonly #feed: ReplicaFeed
  readonly #guard: Guard

  constructor(feed: ReplicaFeed, guard: Guard) {
    this.#feed = feed
    this.#guard = guard
  }

  append(batches: readonly Buffer[]): boolean {
    let taken = false
    this.#guard(() => {
      taken = this.#feed.append(batches)
    })
    return taken
  }

  follow(highWatermark: number, logStartOffset: number): boolean {
    let taken = false
    this.#guard(() => {
      taken = this.#feed.follow(highWatermark, logStartOffset)
    })
    return taken
  }

  end(): void {
    this.#guard(() => this.#feed.end())
  }
}

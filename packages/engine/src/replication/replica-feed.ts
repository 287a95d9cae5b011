/** A follower in its leader's process, as the leader feeds it: what it has written it hands on, and nobody fetches. */
export interface ReplicaFeed {
  /**
   * Appends what the leader has just written, one batch a buffer; their bytes are dead when it returns. False: the
   * follower does not stand where they begin, or does not follow any more. It fetches, or is gone.
   */
  append(batches: readonly Buffer[]): boolean
  /** Where the leader's log begins and what is committed; false as with `append`. */
  follow(highWatermark: number, logStartOffset: number): boolean
  /** The leader feeds it no more: it fetches again. */
  end(): void
}

/** Where a leader stands that would feed a follower. */
export interface FeedOffer {
  readonly topic: string
  readonly topicId: string
  readonly index: number
  readonly leaderEpoch: number
  readonly endOffset: number
}

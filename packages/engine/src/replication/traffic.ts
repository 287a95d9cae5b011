/**
 * What has gone through a topic's partitions on this broker since it started. Plain fields: the hot path adds to them, and
 * whoever wants a rate subtracts two readings.
 */
export class Traffic {
  bytesIn = 0
  messagesIn = 0
  /** To consumers. */
  bytesOut = 0
  replicationBytesIn = 0
  replicationBytesOut = 0
}

/** The traffic of all topics. */
export class TrafficByTopic {
  readonly #topics = new Map<string, Traffic>()
  /** Of topics that are deleted: what the broker has done altogether never falls. */
  readonly gone = new Traffic()

  of(topic: string): Traffic {
    let traffic = this.#topics.get(topic)
    if (!traffic) this.#topics.set(topic, (traffic = new Traffic()))
    return traffic
  }

  forget(topic: string): void {
    const traffic = this.#topics.get(topic)
    if (!traffic) return
    this.#topics.delete(topic)
    this.gone.bytesIn += traffic.bytesIn
    this.gone.messagesIn += traffic.messagesIn
    this.gone.bytesOut += traffic.bytesOut
    this.gone.replicationBytesIn += traffic.replicationBytesIn
    this.gone.replicationBytesOut += traffic.replicationBytesOut
  }

  topics(): IterableIterator<[string, Traffic]> {
    return this.#topics.entries()
  }
}

export function bytesOf(batches: readonly Buffer[]): number {
  let bytes = 0
  for (const batch of batches) bytes += batch.length
  return bytes
}

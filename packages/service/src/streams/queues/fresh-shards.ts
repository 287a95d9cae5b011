import type { Stream } from '../stream.ts'
import type { ShardRecord } from '../stream-record.ts'

/**
 * In which of a stream's shards records may be that nobody has looked at: in all of them at first, and in new ones; later in those
 * of which there is news. However many shards there are, whoever looks for records reads those alone.
 */
export class FreshShards {
  readonly #stream: Pick<Stream, 'news' | 'record'>
  readonly #onNews: () => void
  /** By number, those first that have waited longest: none has to wait until those before it are empty. */
  readonly #fresh = new Set<number>()
  /** Of whose news this is told. */
  readonly #heard = new Set<number>()
  #known = 0

  constructor(stream: Pick<Stream, 'news' | 'record'>, onNews: () => void) {
    this.#stream = stream
    this.#onNews = onNews
  }

  /** The next one that is to be looked at; it counts as looked at until there is news of it, or somebody adds it again. */
  next(): ShardRecord | undefined {
    const { shards } = this.#stream.record
    for (; this.#known < shards.length; this.#known++) this.#fresh.add(this.#known)
    const [number] = this.#fresh
    const shard = number === undefined ? undefined : shards[number]
    if (number === undefined || !shard) return undefined
    this.#fresh.delete(number)
    // Before it is read: what comes meanwhile is news.
    this.#hear(shard)
    return shard
  }

  /** Behind all others: there may be more in it. */
  add({ number }: ShardRecord): void {
    this.#fresh.add(number)
  }

  #hear(shard: ShardRecord): void {
    if (this.#heard.has(shard.number)) return
    this.#heard.add(shard.number)
    void this.#stream.news(shard).then(() => {
      this.#heard.delete(shard.number)
      this.#fresh.add(shard.number)
      this.#onNews()
    })
  }
}

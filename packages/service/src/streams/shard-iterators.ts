import type { Random } from '@sluice/effects'
import { openIterator, sealIterator, type ShardPosition, streamOfIterator } from './shard-iterator.ts'
import type { StreamRecord } from './stream-record.ts'

/** So many readers can be at work at once before any of their iterators has to be opened. */
const rememberedMax = 1_000

type StreamOfIterators = Pick<StreamRecord, 'uuid' | 'iteratorKey'>

/**
 * Gives iterators, and knows where those that it has given last point to: whoever reads a shard goes on with the one that has
 * just come, and to open it would be a tenth of the work of such a call.
 */
export class ShardIterators {
  readonly #random: Random
  readonly #given = new Map<string, { uuid: string; position: ShardPosition }>()

  constructor(random: Random) {
    this.#random = random
  }

  give(stream: StreamOfIterators, position: ShardPosition): string {
    const iterator = sealIterator(stream, position, this.#random)
    if (this.#given.size >= rememberedMax) this.#forgetOldest()
    this.#given.set(iterator, { uuid: stream.uuid, position })
    return iterator
  }

  /** Undefined for one that this stream has not given. */
  open(stream: StreamOfIterators, iterator: string): ShardPosition | undefined {
    const given = this.#given.get(iterator)
    if (given) return given.uuid === stream.uuid ? given.position : undefined
    return openIterator(stream, iterator)
  }

  /** The uuid of the stream that an iterator is for, be it genuine or not; undefined for what is no iterator. */
  streamOf(iterator: string): string | undefined {
    return this.#given.get(iterator)?.uuid ?? streamOfIterator(iterator)
  }

  #forgetOldest(): void {
    const [oldest] = this.#given.keys()
    if (oldest !== undefined) this.#given.delete(oldest)
  }
}

import { buildBatchSync, type RecordInput, type RecordView } from '@sluice/wire'
import type { StreamLog } from '../stream-log.ts'
import type { ItemChange, QueueItem } from './queue-items.ts'

const readBytesMax = 1_048_576

/** What is written at once, and when that is done. */
interface Batch {
  readonly records: RecordInput[]
  readonly written: Promise<void>
}

/**
 * What has become of a queue's records, in a compacted topic of the streams' log: a key an item, whose last value counts and is
 * none where it is done with, and a key a shard. What is written is there after a kill.
 */
export class QueueJournal {
  readonly #log: StreamLog
  readonly #topic: string
  #last: Promise<void> = Promise.resolve()
  /** It waits for the one before, and takes what comes meanwhile. */
  #next: Batch | null = null

  constructor(log: StreamLog, uuid: string) {
    this.#log = log
    this.#topic = `queue-${uuid}`
  }

  create(): Promise<void> {
    return this.#log.createCompactedTopic(this.#topic)
  }

  delete(): Promise<void> {
    return this.#log.deleteTopic(this.#topic)
  }

  /** All that was written, in its order. */
  async replay(take: (change: ItemChange) => void): Promise<void> {
    const end = (await this.#log.endOffsets(this.#topic, [0])).get(0) ?? 0
    for (let next = 0; next < end; ) {
      const records = (await this.#log.read(this.#topic, 0, next, readBytesMax)) ?? []
      for (const record of records) take(changeIn(record))
      const last = records.at(-1)
      // What is left before the end was compacted away.
      if (!last) return
      next = last.offset + 1
    }
  }

  /** In the order of the calls. Rejects where it is not kept. */
  write(changes: readonly ItemChange[]): Promise<void> {
    if (changes.length === 0) return Promise.resolve()
    this.#next ??= this.#begin()
    this.#next.records.push(...changes.map(recordOf))
    return this.#next.written
  }

  #begin(): Batch {
    const records: RecordInput[] = []
    const written = this.#last.then(() => {
      this.#next = null
      return this.#append(records)
    })
    this.#last = written.catch(() => {})
    return { records, written }
  }

  async #append(records: readonly RecordInput[]): Promise<void> {
    const batch = buildBatchSync({ records, timestamp: 0 })
    const outcome = (await this.#log.append(this.#topic, new Map([[0, batch]]))).get(0)
    if (typeof outcome !== 'number') throw outcome ?? new Error('the log does not speak of the journal')
  }
}

function recordOf(change: ItemChange): RecordInput {
  if ('next' in change) return { key: String(change.shard), value: String(change.next) }
  const { shard, offset, item } = change
  return { key: `${shard}/${offset}`, value: item && valueOf(item) }
}

function valueOf({ receives, firstReceivedAtMs, visibleAtMs, handle, isDead }: QueueItem): string {
  return JSON.stringify([receives, firstReceivedAtMs, visibleAtMs, handle, isDead])
}

function changeIn({ key, value }: RecordView): ItemChange {
  const [shard = 0, offset] = String(key).split('/').map(Number)
  if (offset === undefined) return { shard, next: Number(value) }
  if (!value) return { shard, offset, item: null }
  const [receives, firstReceivedAtMs, visibleAtMs, handle, isDead] = JSON.parse(String(value)) as [
    number,
    number,
    number,
    string,
    boolean,
  ]
  return {
    shard,
    offset,
    item: { shard, offset, receives, firstReceivedAtMs, visibleAtMs, handle, isDead },
  }
}

import type { TopicWriter } from '@sluice/client'
import type { RecordInput } from '@sluice/wire'
import { UsageError } from '../../usage-error.ts'
import type { KafkaAccess } from './access.ts'
import type { RecordLine } from './record-json.ts'
import { topicsNamed } from './topics.ts'

/** Brokers take batches of 1 MB, unless they are told otherwise; what is compressed is smaller. */
const batchBytesMax = 900_000
const recordOverheadBytes = 64

export interface WrittenPartition {
  topic: string
  partition: number
  records: number
  /** Offsets; null where nothing was written. */
  first: number | null
  last: number | null
}

export type PlacedRecord = RecordLine & { readonly topic: string }

/** Records on their way into partitions, in batches that brokers take. Without a writer nothing is written. */
export class RecordBatches {
  readonly #kafka: KafkaAccess
  readonly #writer: TopicWriter | null
  readonly #partitionOfKey: (key: Uint8Array, partitions: number) => number
  readonly #partitions = new Map<string, number>()
  readonly #written = new Map<string, WrittenPartition>()
  /** Of records without key: the next one's turn. */
  #turn = 0
  count = 0

  constructor(
    kafka: KafkaAccess,
    writer: TopicWriter | null,
    partitionOfKey: (key: Uint8Array, partitions: number) => number,
  ) {
    this.#kafka = kafka
    this.#writer = writer
    this.#partitionOfKey = partitionOfKey
  }

  async write(records: readonly PlacedRecord[]): Promise<void> {
    const places = new Map<string, { topic: string; partition: number; records: PlacedRecord[] }>()
    for (const record of records) {
      const partition = await this.#partitionOf(record)
      const key = `${record.topic}-${partition}`
      const place = places.get(key) ?? { topic: record.topic, partition, records: [] }
      place.records.push(record)
      places.set(key, place)
    }
    for (const { topic, partition, records: own } of places.values())
      for (const batch of inBatches(own)) await this.#append(topic, partition, batch)
  }

  /** What was written, by topics and partitions. */
  written(): WrittenPartition[] {
    return [...this.#written.values()].sort((a, b) =>
      a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1,
    )
  }

  async #append(topic: string, partition: number, records: readonly PlacedRecord[]): Promise<void> {
    const offset = this.#writer ? await this.#writer.write(topic, partition, records.map(inputOf)) : -1
    this.count += records.length
    const key = `${topic}-${partition}`
    const before = this.#written.get(key)
    this.#written.set(key, {
      ...{ topic, partition },
      records: (before?.records ?? 0) + records.length,
      first: before?.first ?? (offset < 0 ? null : offset),
      last: offset < 0 ? (before?.last ?? null) : offset + records.length - 1,
    })
  }

  async #partitionOf({ topic, partition, key }: PlacedRecord): Promise<number> {
    const count = await this.#countOf(topic)
    if (partition === undefined) return key ? this.#partitionOfKey(key, count) : this.#turn++ % count
    if (partition < count) return partition
    throw new UsageError(`${topic} has no partition ${partition}: it has ${count}, from 0 on.`)
  }

  async #countOf(topic: string): Promise<number> {
    const known = this.#partitions.get(topic)
    if (known !== undefined) return known
    const [found] = await topicsNamed(this.#kafka, [topic])
    const count = found?.partitions.length ?? 0
    this.#partitions.set(topic, count)
    return count
  }
}

/** Its offset is where it came from: where it goes the broker says. */
function inputOf({ key, value, headers, timestamp }: PlacedRecord): RecordInput {
  return { key, value, headers, ...(timestamp !== undefined && { timestamp }) }
}

function* inBatches(records: readonly PlacedRecord[]): Generator<PlacedRecord[]> {
  let batch: PlacedRecord[] = []
  let bytes = 0
  for (const record of records) {
    const size = sizeOf(record)
    if (batch.length > 0 && bytes + size > batchBytesMax) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(record)
    bytes += size
  }
  if (batch.length > 0) yield batch
}

function sizeOf({ key, value, headers }: PlacedRecord): number {
  const ofHeaders = headers.reduce(
    (sum, header) => sum + header.key.length * 3 + (header.value?.length ?? 0) + 10,
    0,
  )
  return (key?.length ?? 0) + (value?.length ?? 0) + ofHeaders + recordOverheadBytes
}

import { committedRecords, KafkaError, listOffset, OffsetSpec, partitionOfKey, produce } from '@sluice/client'
import type { Clock } from '@sluice/effects'
import { ErrorCode, type RecordView } from '@sluice/wire'
import type { NewRecord, RecordFilter, RecordPlace, RecordsWanted, StoredRecord } from './api.ts'
import { givenRecord } from './given-records.ts'
import type { Inside } from './inside.ts'
import { KafkaServerError } from './server-error.ts'
import type { Topics } from './topics.ts'
import { type Look, until } from './until.ts'

/** What passes by itself, while leaders move. */
const passing: ReadonlySet<number> = new Set([
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.UNKNOWN_TOPIC_ID,
  ErrorCode.LEADER_NOT_AVAILABLE,
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
  ErrorCode.NOT_ENOUGH_REPLICAS,
])

/** The records of a server's topics, through the leaders of their partitions. */
export class Records {
  readonly #inside: Inside
  readonly #topics: Topics
  readonly #clock: Clock
  /** Of records without key: the next one's turn. */
  #turn = 0

  constructor(inside: Inside, topics: Topics, clock: Clock) {
    this.#inside = inside
    this.#topics = topics
    this.#clock = clock
  }

  async produce(topic: string, given: readonly (NewRecord | string)[]): Promise<RecordPlace[]> {
    const { partitions } = await this.#topics.get(topic)
    const places: RecordPlace[] = []
    const byPartition = new Map<number, { at: number; record: NewRecord }[]>()
    for (const [at, one] of given.entries()) {
      const record = givenRecord(one)
      const partition = this.#partitionOf(topic, record, partitions.length)
      const others = byPartition.get(partition)
      if (others) others.push({ at, record })
      else byPartition.set(partition, [{ at, record }])
    }
    for (const [partition, records] of byPartition) {
      const base = await this.#append(
        topic,
        partition,
        records.map(({ record }) => record),
      )
      for (const [index, { at }] of records.entries()) places[at] = { topic, partition, offset: base + index }
    }
    return places
  }

  async read(topic: string, filter: RecordFilter = {}): Promise<StoredRecord[]> {
    const { partitions } = await this.#topics.get(topic)
    const wanted = partitions
      .map(({ partitionIndex }) => partitionIndex)
      .filter((index) => filter.partition === undefined || index === filter.partition)
      .toSorted((a, b) => a - b)
    const found: StoredRecord[] = []
    for (const index of wanted) found.push(...(await this.#readPartition(topic, index)))
    return found.filter((record) => matches(record, filter))
  }

  waitFor(topic: string, wanted: RecordsWanted = {}): Promise<StoredRecord[]> {
    const { count = 1, timeoutMs } = wanted
    const look = async (): Promise<Look<StoredRecord[]>> => {
      const found = await this.read(topic, wanted)
      if (found.length >= count) return { found }
      const all = (await this.read(topic)).length
      return { instead: `${topic} has ${all} records, of which ${found.length} match.` }
    }
    const what = count === 1 ? 'A record' : `${count} records`
    return until(this.#clock, `${what} in ${topic} that match`, look, timeoutMs)
  }

  /** The first offset that is there, and the one after the last. */
  async bounds(topic: string, partition: number): Promise<{ start: number; end: number }> {
    return this.#atLeader(topic, partition, async (connection) => {
      const start = await listOffset(connection, topic, partition, OffsetSpec.earliest)
      const end = await listOffset(connection, topic, partition, OffsetSpec.latest)
      return { start: Number(start.offset), end: Number(end.offset) }
    })
  }

  async #readPartition(topic: string, partition: number): Promise<StoredRecord[]> {
    const bounds = await this.bounds(topic, partition)
    const records = await this.#atLeader(topic, partition, (connection) =>
      committedRecords(connection, topic, partition, bounds),
    )
    return records.map((record) => stored(topic, partition, record))
  }

  async #append(topic: string, partition: number, records: readonly NewRecord[]): Promise<number> {
    const batch = records.map(({ key = null, value = null, headers = {}, timestamp }) => ({
      key,
      value,
      headers: Object.entries(headers).map(([name, text]) => ({ key: name, value: text })),
      ...(timestamp !== undefined && { timestamp }),
    }))
    const { baseOffset } = await this.#atLeader(topic, partition, (connection) =>
      produce(connection, topic, partition, batch, { timestamp: this.#clock.now() }),
    )
    return Number(baseOffset)
  }

  #atLeader<Answer>(
    topic: string,
    partition: number,
    use: (connection: Awaited<ReturnType<Inside['to']>>) => Promise<Answer>,
  ): Promise<Answer> {
    return until(this.#clock, `The leader of ${topic}-${partition}`, async (): Promise<Look<Answer>> => {
      const { partitions } = await this.#topics.get(topic)
      const leaderId = partitions.find(({ partitionIndex }) => partitionIndex === partition)?.leaderId ?? -1
      if (leaderId < 0) return { instead: 'None of its replicas that are in sync runs.' }
      try {
        return { found: await use(await this.#inside.to(leaderId)) }
      } catch (error) {
        if (error instanceof KafkaError && passing.has(error.code)) return { instead: error.message }
        throw error
      }
    })
  }

  #partitionOf(topic: string, { partition, key }: NewRecord, count: number): number {
    if (partition === undefined)
      return key == null ? this.#turn++ % count : partitionOfKey(Buffer.from(key as Uint8Array), count)
    if (Number.isInteger(partition) && partition >= 0 && partition < count) return partition
    throw new KafkaServerError(`${topic} has no partition ${partition}.`, {
      code: 'UNKNOWN_PARTITION',
      why: `It has ${count}, from 0 on.`,
      next: 'Leave `partition` away, or make the topic with more.',
    })
  }
}

function stored(topic: string, partition: number, record: RecordView): StoredRecord {
  const { offset, timestamp, key, value, headers } = record
  return {
    topic,
    partition,
    offset,
    timestamp: Number(timestamp),
    key: key && key.toString(),
    value: value && value.toString(),
    headers: Object.fromEntries(
      headers.map((header) => [header.key, header.value && header.value.toString()]),
    ),
    rawKey: key && Uint8Array.from(key),
    rawValue: value && Uint8Array.from(value),
  }
}

function matches(record: StoredRecord, { key, value, partition, where }: RecordFilter): boolean {
  if (key !== undefined && record.key !== key) return false
  if (value !== undefined && record.value !== value) return false
  if (partition !== undefined && record.partition !== partition) return false
  return where === undefined || where(record)
}

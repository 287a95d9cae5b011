import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import {
  alterConfigs,
  atController,
  atCoordinator,
  atLeader,
  commitOffsets,
  createTopic,
  deleteRecordsBefore,
  partitionOfKey,
  TopicWriter,
} from '@sluice/client'
import { ConfigResourceType } from '@sluice/wire'
import { OperatingError } from '../../fleet/operating-error.ts'
import type { KafkaAccess } from '../kafka/access.ts'
import { Progress } from '../kafka/progress.ts'
import { type PlacedRecord, RecordBatches } from '../kafka/record-batches.ts'
import { type GroupLine, parseLine, type TopicLine } from './topic-lines.ts'

export interface Imported {
  topics: number
  groups: number
  records: number
  /** Offsets that nothing was at, where there is a record without key and value now. */
  gaps: number
}

interface ImportOptions {
  /** Undefined: stdin. */
  readonly path: string | undefined
  readonly dryRun: boolean
  /** Fewer where the cluster has fewer brokers. */
  readonly replicas?: number
  /** By it a topic goes in, in place of its own name. */
  readonly rename: (topic: string) => string
}

const batchRecords = 2_000
const filler = { key: null, value: null, headers: [] }

/**
 * Every record has its offset again: topics are made anew, what is before a partition's first record is filled and then
 * trimmed away, and gaps behind that (of compaction, and of transactions' ends) are filled with empty records.
 */
export async function importTopics(kafka: KafkaAccess, options: ImportOptions): Promise<Imported> {
  const one = new Import(kafka, options)
  const progress = new Progress({ showsData: false })
  let number = 0
  try {
    for await (const text of linesOf(options.path)) {
      number++
      if (text.trim() === '') continue
      const line = parseLine(text, number)
      if (line.sluice === 'topic') await one.begin(line)
      else if (line.sluice === 'group') await one.group(line)
      else await one.record(line.record)
      progress.at(() => `${one.done.records.toLocaleString('en')} records`)
    }
    await one.finish()
  } finally {
    progress.end()
  }
  return one.done
}

function linesOf(path: string | undefined): AsyncIterable<string> {
  const file = path === undefined ? process.stdin : createReadStream(path)
  const input: NodeJS.ReadableStream = path?.endsWith('.gz') ? file.pipe(createGunzip()) : file
  // What is read fails where it is read from: in the loop over its lines.
  const lines = createInterface({ input, crlfDelay: Infinity })
  return {
    async *[Symbol.asyncIterator]() {
      let failure: Error | undefined
      for (const stream of new Set<NodeJS.ReadableStream>([file, input]))
        stream.on('error', (error: Error) => {
          failure = error
          lines.close()
        })
      for await (const line of lines) yield line
      if (failure) throw failure
    },
  }
}

/**
 * What records need to be taken. Other configs wait until all are there: a compacted topic takes no record without key and
 * is not trimmed, retention would begin at once, and some give records other timestamps.
 */
const isForRecords = (name: string) => name === 'max.message.bytes'

function onlyOf(
  configs: Readonly<Record<string, string>>,
  isMeant: (name: string) => boolean,
): Record<string, string> {
  return Object.fromEntries(Object.entries(configs).filter(([name]) => isMeant(name)))
}

class Import {
  readonly done: Imported = { topics: 0, groups: 0, records: 0, gaps: 0 }
  readonly #kafka: KafkaAccess
  readonly #options: ImportOptions
  readonly #batches: RecordBatches
  /** The offset that comes next, by partition, of the topic that is under way. */
  readonly #next = new Map<number, number>()
  #topic: TopicLine | null = null
  #waiting: PlacedRecord[] = []

  constructor(kafka: KafkaAccess, options: ImportOptions) {
    this.#kafka = kafka
    this.#options = options
    const writer = options.dryRun ? null : new TopicWriter(kafka)
    this.#batches = new RecordBatches(kafka, writer, partitionOfKey)
  }

  async begin(topic: TopicLine): Promise<void> {
    await this.finish()
    this.#topic = topic
    this.#next.clear()
    this.done.topics++
    const { partitions } = topic
    const validateOnly = this.#options.dryRun
    const replicationFactor = this.#options.replicas ?? topic.replicas
    const configs = validateOnly ? { ...topic.configs } : onlyOf(topic.configs, isForRecords)
    const asked = { partitions: partitions.length, replicationFactor, configs, validateOnly }
    await atController(this.#kafka, (connection) => createTopic(connection, this.#name(topic), asked))
    if (validateOnly) return
    for (const { partition, start } of partitions) await this.#beginAt(this.#name(topic), partition, start)
  }

  async record(record: PlacedRecord & { partition: number; offset: number }): Promise<void> {
    if (this.#topic?.topic !== record.topic)
      throw new OperatingError(`A record of ${record.topic} stands outside of it.`, {
        code: 'NOT_AN_EXPORT',
        why: 'Before the records of a topic stands the line of the topic itself.',
        next: 'Give a file that `export` or `snapshot save` has written. Records alone are written by `produce --ndjson`.',
      })
    const topic = this.#name(this.#topic)
    const { partition, offset } = record
    for (let at = this.#next.get(partition) ?? 0; at < offset; at++) {
      this.#waiting.push({ ...filler, topic, partition })
      this.done.gaps++
    }
    this.#waiting.push({ ...record, topic })
    this.#next.set(partition, offset + 1)
    this.done.records++
    if (this.#waiting.length >= batchRecords) await this.#flush()
  }

  async group({ group, offsets }: GroupLine): Promise<void> {
    await this.finish()
    this.done.groups++
    if (this.#options.dryRun || offsets.length === 0) return
    const renamed = offsets.map((one) => ({ ...one, topic: this.#options.rename(one.topic) }))
    await atCoordinator(this.#kafka, group, (connection) => commitOffsets(connection, group, renamed))
  }

  /** What is behind the last record of a partition is a gap, too: what comes next has the offset that it would have had. */
  async finish(): Promise<void> {
    if (this.#topic)
      for (const { partition, end } of this.#topic.partitions)
        for (let at = this.#next.get(partition) ?? end; at < end; at++) {
          this.#waiting.push({ ...filler, topic: this.#name(this.#topic), partition })
          this.done.gaps++
        }
    await this.#flush()
    if (this.#topic && !this.#options.dryRun) await this.#setConfigs(this.#topic)
    this.#topic = null
  }

  async #setConfigs(topic: TopicLine): Promise<void> {
    const configs = onlyOf(topic.configs, (name) => !isForRecords(name))
    if (Object.keys(configs).length > 0)
      await atController(this.#kafka, (connection) =>
        alterConfigs(connection, ConfigResourceType.topic, this.#name(topic), configs),
      )
  }

  async #beginAt(topic: string, partition: number, start: number): Promise<void> {
    this.#next.set(partition, start)
    for (let at = 0; at < start; at += batchRecords) {
      const count = Math.min(batchRecords, start - at)
      await this.#batches.write(Array.from({ length: count }, () => ({ ...filler, topic, partition })))
    }
    if (start > 0)
      await atLeader(this.#kafka, topic, partition, (connection) =>
        deleteRecordsBefore(connection, topic, partition, start),
      )
  }

  async #flush(): Promise<void> {
    await this.#batches.write(this.#options.dryRun ? [] : this.#waiting.splice(0))
    this.#waiting = []
  }

  #name({ topic }: TopicLine): string {
    return this.#options.rename(topic)
  }
}

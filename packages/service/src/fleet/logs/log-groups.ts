import { join } from 'node:path'
import type { Clock, Disk, Logger, Random } from '@sluice/effects'
import type { Place } from '../place.ts'
import { RecordStore, type UnreadableRecord } from '../record-store.ts'
import type { LogEvent } from './log-event.ts'
import type { LogGroupRecord } from './log-group-record.ts'
import { LogStream } from './log-stream.ts'

interface LogGroupsOptions {
  dataDirectory: string
  disk: Disk
  logger: Logger
  clock: Clock
  random: Random
  place: Place
}

const dayMs = 86_400_000

/**
 * The log groups of CloudWatch Logs, a directory each, with their streams. A change of a group is durable when it returns;
 * events rest in the page cache, as the records of brokers do.
 */
export class LogGroups {
  readonly #options: LogGroupsOptions
  readonly #store: RecordStore<LogGroupRecord>
  /** By the group's uuid and their names; read when they are first asked for. */
  readonly #streams = new Map<string, Map<string, LogStream>>()

  constructor(options: LogGroupsOptions) {
    this.#options = options
    this.#store = new RecordStore<LogGroupRecord>({
      ...options,
      directory: join(options.dataDirectory, 'log-groups'),
      noun: 'log-group',
      fileOf: (uuid) => `${uuid}/group.json`,
      formatVersion: 1,
      members: ['tags', 'logGroupClass'],
      loss: 'the log group with its events is then unknown',
    })
  }

  /** Reads what is on disk. */
  load(): void {
    this.#store.load()
  }

  /** Those whose records cannot be read: they are told, and left as they are. */
  unreadable(): UnreadableRecord[] {
    return this.#store.unreadable()
  }

  /** In order of their names, as AWS has them. */
  list(): LogGroupRecord[] {
    return this.#store.list().sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** By its name or its ARN, which may end in `:*`. */
  find(id: string): LogGroupRecord | undefined {
    const arn = id.replace(/:\*$/, '')
    return this.#store.list().find((record) => record.name === id || record.arn === arn)
  }

  isNameTaken(name: string): boolean {
    return this.#store.isNameTaken(name)
  }

  arnOf(name: string): string {
    const { partition, region, account } = this.#options.place
    return `arn:${partition}:logs:${region}:${account}:log-group:${name}`
  }

  create(
    name: string,
    described: Pick<LogGroupRecord, 'kmsKeyId' | 'logGroupClass' | 'tags'>,
  ): LogGroupRecord {
    const { random, clock } = this.#options
    const record: LogGroupRecord = {
      formatVersion: 1,
      arn: this.arnOf(name),
      uuid: random.uuid(),
      name,
      createdAtMs: clock.now(),
      retentionDays: null,
      ...described,
    }
    this.#store.insert(record)
    return record
  }

  update({ uuid }: LogGroupRecord, change: Partial<Pick<LogGroupRecord, 'retentionDays' | 'tags'>>): void {
    const record = this.#store.update(uuid, change)
    for (const stream of this.streams(record)) this.#retain(record, stream)
  }

  remove({ uuid }: LogGroupRecord): void {
    this.#store.remove(uuid)
    this.#streams.delete(uuid)
  }

  /** In order of their names. */
  streams(record: LogGroupRecord): LogStream[] {
    return [...this.#streamsOf(record).values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  stream(record: LogGroupRecord, name: string): LogStream | undefined {
    return this.#streamsOf(record).get(name)
  }

  createStream(record: LogGroupRecord, name: string): LogStream {
    const { disk, clock, random } = this.#options
    const directory = join(this.#store.directoryOf(record.uuid), random.uuid())
    const stream = LogStream.create({ disk, directory }, name, clock.now())
    this.#streamsOf(record).set(name, stream)
    return stream
  }

  removeStream(record: LogGroupRecord, { name, directory }: LogStream): void {
    this.#options.disk.removeSync(directory)
    this.#streamsOf(record).delete(name)
  }

  append(record: LogGroupRecord, stream: LogStream, events: readonly LogEvent[]): void {
    stream.append(events, this.#options.clock.now())
    this.#retain(record, stream)
  }

  /** What is too old to be shown, though its file may still be there. */
  expiredBeforeMs({ retentionDays }: LogGroupRecord): number {
    return retentionDays === null ? 0 : this.#options.clock.now() - retentionDays * dayMs
  }

  #retain(record: LogGroupRecord, stream: LogStream): void {
    stream.dropBefore(this.expiredBeforeMs(record))
  }

  #streamsOf({ uuid }: LogGroupRecord): Map<string, LogStream> {
    const known = this.#streams.get(uuid)
    if (known) return known
    const { disk } = this.#options
    const own = this.#store.directoryOf(uuid)
    const streams = new Map<string, LogStream>()
    for (const { name, isDirectory } of disk.readdirSync(own)) {
      const stream = isDirectory ? LogStream.open({ disk, directory: join(own, name) }) : undefined
      if (stream) streams.set(stream.name, stream)
    }
    this.#streams.set(uuid, streams)
    return streams
  }
}

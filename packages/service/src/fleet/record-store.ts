import { dirname, join, sep } from 'node:path'
import { assert, type Disk, keepDirectorySync, type Logger } from '@sluice/effects'
import { newerFormat } from './newer-format.ts'
import { OperatingError } from './operating-error.ts'

/** What every kept thing has in its record. */
export interface StoredRecord {
  formatVersion: number
  arn: string
  /** The last part of the ARN; it names the file or the directory. */
  uuid: string
  name: string
  createdAtMs: number
}

/** A record that cannot be understood, with what can be known of it all the same. */
export interface UnreadableRecord {
  uuid: string
  arn: string | null
  name: string | null
  /** What is wrong with it, and what a person can do. */
  error: OperatingError
}

/** A record as it was read, before anything is known of it. */
export type RawRecord = Readonly<Record<string, unknown>>

interface RecordStoreOptions<Stored extends StoredRecord> {
  disk: Disk
  logger: Logger
  /** Holds the records, and nothing else. */
  directory: string
  /** What one is called in sentences: `cluster`. */
  noun: string
  /** The file of a record below the directory. In a directory of its own everything else there belongs to it. */
  fileOf: (uuid: string) => string
  /** Of the files, where not everybody may read them: then nothing of them is told either. */
  mode?: number
  formatVersion: Stored['formatVersion']
  /** From an earlier format to this one. */
  upgrade?: (record: RawRecord) => RawRecord
  /** What a record cannot be without, beside its format and its uuid. */
  members: readonly (keyof Stored & string)[]
  /** What else is wrong with one, as a sentence; undefined where all is well. */
  problemOf?: (record: Stored) => string | undefined
  /** What of a file that cannot be read is lost when it is moved away, as a clause. */
  loss: string
}

/**
 * Things that are kept, one JSON file each, replaced whole and durable before a change is answered. Reads come from
 * memory. A file that cannot be understood is left as it is, for it may hold the only trace of its thing, and told; the
 * others are served all the same.
 */
export class RecordStore<Stored extends StoredRecord> {
  readonly #options: RecordStoreOptions<Stored>
  readonly #records = new Map<string, Stored>()
  readonly #unreadable = new Map<string, UnreadableRecord>()
  /** The directory itself survives a power cut. */
  #isKept = false

  constructor(options: RecordStoreOptions<Stored>) {
    this.#options = options
  }

  /** Reads what is on disk. */
  load(): void {
    const { disk, logger, directory, noun } = this.#options
    if (!disk.existsSync(directory)) return
    for (const { name, isDirectory } of disk.readdirSync(directory)) {
      const uuid = isDirectory ? name : name.replace(/\.json$/, '')
      // A record is written first and removed last: a directory without one was never one of ours, or is none now.
      if (this.#entryOf(uuid) === name && disk.existsSync(this.#file(uuid))) this.#take(uuid)
      else logger.warn(`what is no ${noun} is left alone`, { path: join(directory, name) })
    }
  }

  /** By uuid. */
  unreadable(): UnreadableRecord[] {
    return [...this.#unreadable.values()].sort((a, b) => (a.uuid < b.uuid ? -1 : 1))
  }

  /** In order of creation. */
  list(): Stored[] {
    return [...this.#records.values()].sort(
      (a, b) => a.createdAtMs - b.createdAtMs || (a.uuid < b.uuid ? -1 : 1),
    )
  }

  get(uuid: string): Stored | undefined {
    return this.#records.get(uuid)
  }

  byArn(arn: string): Stored | undefined {
    const record = this.#records.get(arn.slice(arn.lastIndexOf('/') + 1))
    return record?.arn === arn ? record : undefined
  }

  byName(name: string): Stored | undefined {
    return this.list().find((record) => record.name === name)
  }

  /** Also one that cannot be read has its name. */
  isNameTaken(name: string): boolean {
    return this.byName(name) !== undefined || this.unreadable().some((one) => one.name === name)
  }

  /** Where the record's file is. */
  directoryOf(uuid: string): string {
    return dirname(this.#file(uuid))
  }

  /** Durable when it returns. Throws the disk's error; then the record is not in the store. */
  insert(record: Stored): void {
    const { disk, directory, noun } = this.#options
    const { uuid } = record
    assert(!this.#records.has(uuid), `the ${noun} ${uuid} is new to the store`)
    if (!this.#isKept) keepDirectorySync(disk, directory)
    this.#isKept = true
    disk.mkdirSync(this.directoryOf(uuid))
    try {
      this.#write(record)
      disk.syncDirectorySync(directory)
    } catch (error) {
      disk.removeSync(join(directory, this.#entryOf(uuid)))
      throw error
    }
    this.#records.set(uuid, record)
  }

  /** Durable when it returns. Throws the disk's error; then nothing has changed. */
  update(uuid: string, change: Partial<Stored>): Stored {
    const record = { ...this.#need(uuid), ...change }
    this.#write(record)
    this.#records.set(uuid, record)
    return record
  }

  /**
   * Notes what was observed, and tells whether that is news. The next start observes it anew, so it counts at once,
   * and a disk that cannot take it (it may be what is wrong) is only logged.
   */
  note(uuid: string, seen: Partial<Stored>): boolean {
    const { logger, noun } = this.#options
    const old = this.#need(uuid)
    const record = { ...old, ...seen }
    if (textOf(record) === textOf(old)) return false
    this.#records.set(uuid, record)
    try {
      this.#write(record)
    } catch (error) {
      logger.warn(`what was seen of a ${noun} could not be stored`, { [noun]: record.name, error })
    }
    return true
  }

  /** Removes all that it has on disk, its record last, so that a crash on the way can be taken up again. */
  remove(uuid: string): void {
    const { disk, directory } = this.#options
    const file = this.#file(uuid)
    const own = this.directoryOf(uuid)
    if (own !== directory)
      for (const { name } of disk.readdirSync(own))
        if (join(own, name) !== file) disk.removeSync(join(own, name))
    disk.removeSync(file)
    if (own !== directory) disk.removeSync(own)
    disk.syncDirectorySync(directory)
    this.#records.delete(uuid)
  }

  #need(uuid: string): Stored {
    const record = this.#records.get(uuid)
    assert(record, `the ${this.#options.noun} ${uuid} is in the store`)
    return record
  }

  #file(uuid: string): string {
    return join(this.#options.directory, this.#options.fileOf(uuid))
  }

  /** The name in the store's directory that a record's file has, or is below. */
  #entryOf(uuid: string): string {
    return join(this.#options.fileOf(uuid)).split(sep, 1)[0] ?? ''
  }

  #write(record: Stored): void {
    const { disk, mode } = this.#options
    disk.writeFileAtomicSync(this.#file(record.uuid), textOf(record), mode === undefined ? {} : { mode })
  }

  #take(uuid: string): void {
    let text = ''
    try {
      text = this.#options.disk.readFileSync(this.#file(uuid)).toString()
      const record = this.#parse(text)
      const newer = newerFormat(this.#file(uuid), record.formatVersion, this.#options.formatVersion)
      if (newer) {
        this.#leave(uuid, text, newer)
        return
      }
      const problem = this.#problemOf(record, uuid)
      if (problem === undefined) this.#records.set(uuid, record as Stored)
      else this.#leave(uuid, text, this.#explained(uuid, problem))
    } catch (error) {
      // A parser shows a part of what it stumbles over, which may be nobody's business.
      const isHidden = this.#options.mode !== undefined && error instanceof SyntaxError
      const [why, cause] = isHidden
        ? ['It is not valid JSON.', undefined]
        : [`${(error as Error).message}.`, error]
      this.#leave(uuid, text, this.#explained(uuid, why, cause))
    }
  }

  #parse(text: string): Partial<Stored> {
    const raw: RawRecord = Object(JSON.parse(text))
    return (this.#options.upgrade?.(raw) ?? raw) as Partial<Stored>
  }

  #problemOf(record: Partial<Stored>, uuid: string): string | undefined {
    const { formatVersion, members, problemOf, noun } = this.#options
    const formats = formatVersion === 1 ? '1' : `1 to ${formatVersion}`
    if (record.formatVersion !== formatVersion)
      return `Its formatVersion is ${record.formatVersion}; this release reads ${formats}.`
    const missing = ['arn', 'name', 'createdAtMs', ...members].find(
      (member) => record[member as keyof Stored] === undefined,
    )
    if (missing !== undefined) return `It has no ${missing}.`
    if (record.uuid !== uuid) return `It is the record of another ${noun}, ${record.uuid}.`
    return problemOf?.(record as Stored)
  }

  #leave(uuid: string, text: string, error: OperatingError): void {
    this.#unreadable.set(uuid, { uuid, ...identityIn(text, uuid), error })
    this.#options.logger.error(error.message, { why: error.why })
  }

  #explained(uuid: string, why: string, cause?: unknown): OperatingError {
    const { directory, noun, loss } = this.#options
    return new OperatingError(`The ${noun} record ${this.#file(uuid)} cannot be read.`, {
      code: `${noun.toUpperCase()}_RECORD_CORRUPT`,
      why,
      next: `Repair the file, or move ${join(directory, this.#entryOf(uuid))} away: ${loss}.`,
      cause,
    })
  }
}

function textOf(record: StoredRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`
}

/** The ARN stands near the beginning of the file, which may be cut short. */
function identityIn(text: string, uuid: string): { arn: string | null; name: string | null } {
  const [, arn = '', name = ''] = /"arn":\s*"(arn:[^"]+\/([^"/]+)\/[^"/]+)"/.exec(text) ?? []
  return arn.endsWith(`/${uuid}`) ? { arn, name } : { arn: null, name: null }
}

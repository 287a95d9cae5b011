import { join } from 'node:path'
import { assert, type Disk } from '@sluice/effects'
import { isUuid } from '@sluice/wire'

const partitionMetadataFileName = 'partition.metadata'

/** The log of a partition, as far as this needs to know it. */
interface LogOfPartition {
  readonly disk: Disk
  readonly directory: string
  /** It has no files yet. */
  readonly isUnwritten: boolean
  /** A file has got a name in the directory, which is not durable. */
  noteNewName(): void
}

/** The directory of a log, and of which topic it is: its id, in `partition.metadata`. */
export class PartitionMetadata {
  readonly #log: LogOfPartition
  #topicId: string | null
  #isMade: boolean
  #isKept: boolean
  /** A power cut leaves what it says. */
  #isDurable = false

  constructor(log: LogOfPartition, { isNew = false }: { isNew?: boolean } = {}) {
    this.#log = log
    this.#isMade = !isNew
    this.#topicId = isNew ? null : readTopicId(log.disk, log.directory)
    this.#isKept = this.#topicId !== null
  }

  /** Whether the directory is there. */
  get isMade(): boolean {
    return this.#isMade
  }

  /** Null until one is given. */
  get topicId(): string | null {
    return this.#topicId
  }

  assign(topicId: string): void {
    const { directory } = this.#log
    assert(this.#topicId === null || this.#topicId === topicId, `${directory} belongs to ${this.#topicId}`)
    this.#topicId = topicId
    if (!this.#log.isUnwritten) this.keep()
  }

  /** Has the directory there, and says in it of which topic it is. Returns whether the directory is a new one. */
  make(): boolean {
    const isNew = !this.#isMade
    if (isNew) this.#log.disk.mkdirSync(this.#log.directory)
    this.#isMade = true
    this.keep()
    return isNew
  }

  /** Has the id in the file, if it is known and there is a directory. */
  keep(): void {
    if (!this.#isMade || this.#isKept || this.#topicId === null) return
    this.#log.disk.writeFileAtomicSync(this.#path, `version: 0\ntopic_id: ${this.#topicId}`, {
      durable: false,
    })
    this.#log.noteNewName()
    this.#isKept = true
  }

  /** A clean stop has made it durable. */
  noteDurable(): void {
    this.#isDurable = true
  }

  /** Makes it durable: records that are must not become those of another topic of the name. */
  flush(): void {
    if (!this.#isKept || this.#isDurable) return
    const file = this.#log.disk.openSync(this.#path, 'read')
    try {
      file.syncSync()
    } finally {
      file.closeSync()
    }
    this.#isDurable = true
  }

  /** The same off the event loop. */
  async flushSoon(): Promise<void> {
    if (!this.#isKept || this.#isDurable) return
    const file = this.#log.disk.openSync(this.#path, 'read')
    await file.sync().finally(() => file.closeSync())
    this.#isDurable = true
  }

  get #path(): string {
    return join(this.#log.directory, partitionMetadataFileName)
  }
}

/** The topic id in a partition's directory; null where none was written. */
export function readTopicId(disk: Disk, directory: string): string | null {
  const path = join(directory, partitionMetadataFileName)
  if (!disk.existsSync(path)) return null
  const text = disk.readFileSync(path).toString('utf8')
  const version = /^version: *(\d+)\s*$/m.exec(text)?.[1]
  const topicId = /^topic_id: *(\S+)\s*$/m.exec(text)?.[1]
  // A power cut may leave the file empty.
  if (version !== '0' || topicId === undefined || !isUuid(topicId)) return null
  // A copy: a slice would keep the whole text.
  return Buffer.from(topicId, 'latin1').toString('latin1')
}

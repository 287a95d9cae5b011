import { type Int64 } from '@sluice/wire'
import { dirname, join } from 'node:path'
import type { Disk } from '@sluice/effects'
import type { TopicPartition } from './topic-partition.ts'

/** The offset checkpoints of a log directory, by file name. */
export const CheckpointFile = {
  /** Everything below is flushed: recovery begins there. */
  recoveryPoint: 'recovery-point-offset-checkpoint',
  /** Names a partition only while its start is above its first segment's base. */
  logStart: 'log-start-offset-checkpoint',
  highWatermark: 'replication-offset-checkpoint',
  /** First offset that is not compacted yet. */
  cleaner: 'cleaner-offset-checkpoint',
} as const
export type CheckpointFile = (typeof CheckpointFile)[keyof typeof CheckpointFile]

/** What a start does without one. */
export const effectOfCheckpointLoss: Readonly<Record<CheckpointFile, string>> = {
  [CheckpointFile.recoveryPoint]: 'after an unclean stop all logs are checked from their first byte',
  [CheckpointFile.logStart]: 'records that DeleteRecords has removed may be there again',
  [CheckpointFile.highWatermark]: 'what is committed is found out anew',
  [CheckpointFile.cleaner]: 'compaction begins anew',
}

/** As the only content of a file it is the version; then the number of entries. */
const version = '0'

/** The key of an entry in memory. */
export function checkpointKey({ topic, partition }: TopicPartition): string {
  return `${topic} ${partition}`
}

export function formatCheckpoint(offsets: ReadonlyMap<string, number>): string {
  const lines = [...offsets].map(([key, offset]) => `${key} ${offset}\n`)
  return `${version}\n${offsets.size}\n${lines.join('')}`
}

/** Empty files hold no entries; null for what is no checkpoint. */
export function parseCheckpoint(text: string): Map<string, number> | null {
  const [head, count, ...lines] = text.split('\n').filter((line) => line.trim() !== '')
  if (head === undefined) return new Map()
  if (head !== version || Number(count) !== lines.length) return null
  const offsets = new Map<string, number>()
  for (const line of lines) {
    const match = /^(\S+ \d+) (\d+)$/.exec(line)
    if (!match) return null
    offsets.set(match[1] as string, Number(match[2]))
  }
  return offsets
}

/** One checkpoint file: written only when it says something new. */
export class OffsetCheckpoint {
  readonly #disk: Disk
  readonly #path: string
  /** What is committed is found out anew: a power cut may leave the one before. */
  readonly #mayBeOld: boolean
  #content: string | null = null
  /** Counts the writes: one that was overtaken gives up, and is done when the newest one is. */
  #writes = 0
  #newest: Promise<void> = Promise.resolve()
  #before: Promise<void> = Promise.resolve()

  constructor(disk: Disk, directory: string, name: CheckpointFile) {
    this.#disk = disk
    this.#path = join(directory, name)
    this.#mayBeOld = name === CheckpointFile.highWatermark
  }

  /** Makes the empty file of a new directory. Null where the content is no checkpoint. */
  read(): Map<string, number> | null {
    if (!this.#disk.existsSync(this.#path)) this.#disk.writeFileAtomicSync(this.#path, '', { durable: false })
    return parseCheckpoint(this.#disk.readFileSync(this.#path).toString('utf8'))
  }

  write(offsets: ReadonlyMap<string, number>): void {
    const content = formatCheckpoint(offsets)
    if (content === this.#content) return
    this.#writes++
    this.#newest = Promise.resolve()
    this.#disk.writeFileAtomicSync(this.#path, content)
    this.#content = content
  }

  /** The same off the event loop, one after the other. Resolves when this, or what came after it, is durable. */
  writeSoon(offsets: ReadonlyMap<string, number>): Promise<void> {
    const content = formatCheckpoint(offsets)
    const write = ++this.#writes
    const isStale = () => write !== this.#writes
    const written = this.#before.then(async () => {
      if (isStale() || content === this.#content) return
      let isReplaced = false
      await this.#disk.writeFileAtomic(this.#path, content, () => {
        isReplaced = !isStale()
        return !isReplaced
      })
      if (!isReplaced) return
      // What it says now, whatever comes of its name.
      this.#content = null
      if (!this.#mayBeOld) await this.#disk.syncDirectory(dirname(this.#path))
      this.#content = content
    })
    this.#newest = written
    this.#before = written.catch(() => {})
    return written.then(() => (isStale() ? this.#newest : undefined))
  }
}

const cleanShutdownName = '.kafka_cleanshutdown'

/** Written last at a clean stop. */
export function writeCleanShutdown(disk: Disk, directory: string, brokerEpoch: Int64): void {
  disk.writeFileAtomicSync(join(directory, cleanShutdownName), JSON.stringify({ version: 0, brokerEpoch }))
}

/**
 * null after a stop that was not clean; else the broker's epoch at that stop, −1 where the mark does not say. The mark
 * goes, so that only another clean stop can set it.
 */
export function takeCleanShutdown(disk: Disk, directory: string): { brokerEpoch: Int64 } | null {
  const path = join(directory, cleanShutdownName)
  if (!disk.existsSync(path)) return null
  const brokerEpoch = epochIn(disk.readFileSync(path).toString())
  disk.unlinkSync(path)
  disk.syncDirectorySync(directory)
  return { brokerEpoch }
}

function epochIn(content: string): Int64 {
  try {
    const { brokerEpoch } = JSON.parse(content) as { brokerEpoch?: unknown }
    return typeof brokerEpoch === 'number' ? brokerEpoch : -1
  } catch {
    return -1
  }
}

import type { Disk } from '@sluice/effects'
import { join } from 'node:path'
import type { TellLoss } from './losses.ts'

const leaderEpochFileName = 'leader-epoch-checkpoint'

export interface EpochEntry {
  epoch: number
  startOffset: number
}

/** What the epochs need to know of their log. */
interface LogOfEpochs {
  readonly disk: Disk
  readonly directory: string
  readonly endOffset: number
  /** It has no files yet. */
  readonly isUnwritten: boolean
  readonly onLoss?: TellLoss
}

/**
 * The leader epochs of a log and where each began (KIP-101), in `leader-epoch-checkpoint`. Entries rise strictly
 * in both columns.
 *
 * An epoch that has no record yet is of no use to the next load, which drops what begins at the log's end; and an
 * unclean one takes the epochs of unflushed records from the batches. So the file is written when the log is
 * flushed, and only where epochs of records differ from what it says: a start and a stop of many idle partitions
 * write nothing. A log without records has no file, where Kafka writes one at once. One that a power cut has emptied counts as none.
 */
export class LeaderEpochs {
  readonly #log: LogOfEpochs
  #entries: EpochEntry[] = []
  /** What the file says; null where there is none. */
  #kept: readonly EpochEntry[] | null = null
  /** Whether there is a file that has not been found wrong. */
  #isBelieved = false
  /** Whether that has reached the disk, as far as this process knows. */
  #durable = false
  #flushing: Promise<void> = Promise.resolve()

  constructor(log: LogOfEpochs, { isNew = false }: { isNew?: boolean } = {}) {
    this.#log = log
    if (isNew) return
    const { disk } = log
    const path = join(log.directory, leaderEpochFileName)
    if (!disk.existsSync(path)) return
    const text = disk.readFileSync(path).toString('latin1')
    const entries = parseLeaderEpochs(text)
    if (!entries && text !== '')
      log.onLoss?.({
        kind: 'file unreadable',
        path,
        effect: 'leader epochs are known from the batches alone',
      })
    this.#entries = entries ?? []
    this.#kept = this.#entries
    this.#isBelieved = entries !== null
  }

  get entries(): readonly EpochEntry[] {
    return this.#entries
  }

  /** The newest epoch; null before the first. */
  get latestEpoch(): number | null {
    return this.#entries.at(-1)?.epoch ?? null
  }

  /** An epoch begins. What stands there of this or later epochs, or at later offsets, did not survive. */
  assign(epoch: number, startOffset: number): void {
    const latest = this.#entries.at(-1)
    if (latest && latest.epoch === epoch && latest.startOffset <= startOffset) return
    this.#entries = this.#entries.filter((entry) => entry.epoch < epoch && entry.startOffset < startOffset)
    this.#entries.push({ epoch, startOffset })
    if (this.#kept === null && !this.#log.isUnwritten) this.#write(false)
  }

  /**
   * Where records of `epoch` end: the largest known epoch that is not above it, and the start of the next one
   * (the log's end for the latest). Epoch and offset -1 where that cannot be said.
   */
  endOffsetFor(epoch: number): { epoch: number; endOffset: number } {
    const latest = this.latestEpoch
    if (epoch < 0 || latest === null || epoch > latest) return { epoch: -1, endOffset: -1 }
    if (epoch === latest) return { epoch, endOffset: this.#log.endOffset }
    let floor = epoch
    for (const entry of this.#entries) {
      if (entry.epoch > epoch) return { epoch: floor, endOffset: entry.startOffset }
      floor = entry.epoch
    }
    return { epoch: -1, endOffset: -1 }
  }

  /** The epoch of the record at `offset`; null if it lies before all that is known. */
  epochAt(offset: number): number | null {
    let found: number | null = null
    for (const entry of this.#entries) if (entry.startOffset <= offset) found = entry.epoch
    return found
  }

  /** Records before `offset` are gone: the epoch that holds it now begins there. */
  truncateFromStart(offset: number): void {
    const keep = this.#entries.findLastIndex((entry) => entry.startOffset <= offset)
    const first = this.#entries[keep]
    if (!first || (keep === 0 && first.startOffset === offset)) return
    this.#entries = [{ epoch: first.epoch, startOffset: offset }, ...this.#entries.slice(keep + 1)]
  }

  /** Records from `offset` on are gone, and with them epochs that begin there or later. */
  truncateFromEnd(offset: number): void {
    const kept = this.#entries.filter((entry) => entry.startOffset < offset)
    if (kept.length < this.#entries.length) this.#entries = kept
  }

  /** The records say otherwise: it begins anew. */
  disbelieve(): void {
    const { directory, onLoss } = this.#log
    if (this.#isBelieved)
      onLoss?.({
        kind: 'file unreadable',
        path: join(directory, leaderEpochFileName),
        problem: 'says otherwise than the records',
        effect: 'leader epochs are known from the batches alone',
      })
    this.#isBelieved = false
    this.clear()
  }

  clear(): void {
    this.#entries = []
  }

  /** A clean stop has made the file durable. */
  noteDurable(): void {
    this.#durable = true
  }

  /** Brings the file up to the records and makes it durable; whether the directory is durable with it. */
  flush(): boolean {
    if (!this.#isBehind()) return false
    this.#write(true)
    return true
  }

  /** The same off the event loop, one after the other; the directory is made durable by the caller. */
  flushSoon(): Promise<void> {
    const flushed = this.#flushing.then(() => this.#flushInPool())
    this.#flushing = flushed.catch(() => {})
    return flushed
  }

  async #flushInPool(): Promise<void> {
    if (!this.#isBehind()) return
    const entries = [...this.#entries]
    const { directory } = this.#log
    const path = join(directory, leaderEpochFileName)
    let isReplaced = false
    await this.#log.disk.writeFileAtomic(path, formatLeaderEpochs(entries), () => {
      isReplaced = areEqual(entries, this.#entries) && directory === this.#log.directory
      return !isReplaced
    })
    if (!isReplaced) return
    this.#kept = entries
    this.#durable = true
  }

  #isBehind(): boolean {
    const wanted = this.#ofRecords(this.#entries)
    if (!areEqual(wanted, this.#ofRecords(this.#kept ?? []))) return true
    return wanted.length > 0 && !this.#durable
  }

  #ofRecords(entries: readonly EpochEntry[]): EpochEntry[] {
    return entries.filter(({ startOffset }) => startOffset < this.#log.endOffset)
  }

  #write(durable: boolean): void {
    const path = join(this.#log.directory, leaderEpochFileName)
    const entries = [...this.#entries]
    this.#log.disk.writeFileAtomicSync(path, formatLeaderEpochs(entries), { durable })
    this.#kept = entries
    this.#durable = durable
  }
}

function areEqual(a: readonly EpochEntry[], b: readonly EpochEntry[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ epoch, startOffset }, at) => b[at]?.epoch === epoch && b[at].startOffset === startOffset)
  )
}

export function formatLeaderEpochs(entries: readonly EpochEntry[]): string {
  const lines = entries.map((entry) => `${entry.epoch} ${entry.startOffset}\n`)
  return `0\n${entries.length}\n${lines.join('')}`
}

/** Null where the text is not such a file. */
export function parseLeaderEpochs(text: string): EpochEntry[] | null {
  const [version, count, ...lines] = text.split('\n').filter((line) => line !== '')
  if (version !== '0' || Number(count) !== lines.length) return null
  const entries: EpochEntry[] = []
  for (const line of lines) {
    const match = /^(\d+) (\d+)$/.exec(line)
    if (!match) return null
    const [before, entry] = [entries.at(-1), { epoch: Number(match[1]), startOffset: Number(match[2]) }]
    if (before && (entry.epoch <= before.epoch || entry.startOffset <= before.startOffset)) return null
    entries.push(entry)
  }
  return entries
}

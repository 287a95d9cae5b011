import { join } from 'node:path'
import { type Clock, type Disk, keepDirectorySync, type Random } from '@sluice/effects'
import { newerFormat } from '../fleet/newer-format.ts'
import { OperatingError } from '../fleet/operating-error.ts'
import { iteratorKeyBytes } from './shard-iterator.ts'

/** What the account is bound to pay at least on AWS; with it, streams on demand may be kept warm. */
interface Commitment {
  startedAtMs: number
  /** When it ends, or has ended; null while nobody has asked for its end. */
  endsAtMs: number | null
}

/** One that has begun lasts so long at least. */
export const commitmentMsMin = 24 * 3_600_000

/** What is of all streams of the account, in `<data>/streams/account.json`. */
export class AccountSettings {
  readonly #disk: Disk
  readonly #clock: Clock
  readonly #random: Random
  readonly #directory: string
  #commitment: Commitment | null = null
  #iteratorKey: string | null = null

  constructor({ disk, clock, random, directory }: AccountOptions) {
    this.#disk = disk
    this.#clock = clock
    this.#random = random
    this.#directory = directory
  }

  /** Throws an OperatingError where the file is not what was written. */
  load(): void {
    if (!this.#disk.existsSync(this.#path)) return
    const text = this.#disk.readFileSync(this.#path).toString()
    let newer: OperatingError | undefined
    try {
      const { formatVersion, commitment, iteratorKey = null } = JSON.parse(text) as Kept
      const isWhole = commitment === null || Number.isSafeInteger(commitment.startedAtMs)
      if (formatVersion === 1 && isWhole && (iteratorKey === null || isKey(iteratorKey))) {
        this.#commitment = commitment
        this.#iteratorKey = iteratorKey
        return
      }
      newer = newerFormat(this.#path, formatVersion, 1)
    } catch {
      // The same message as for a file of another shape.
    }
    if (newer) throw newer
    throw new OperatingError(`${this.#path} cannot be read.`, {
      code: 'STATE_FILE_INVALID',
      why: 'It is not what this version of Sluice writes of the account; it may have been edited or cut short.',
      next: `Delete ${this.#path} and start again: the account has no commitment then, and readers have to ask for new shard iterators; streams are kept elsewhere.`,
    })
  }

  get commitment(): Commitment | null {
    return this.#commitment
  }

  /** Does it hold now? */
  get isCommitted(): boolean {
    const { endsAtMs = 0 } = this.#commitment ?? {}
    return endsAtMs === null || this.#clock.now() < endsAtMs
  }

  /** Durable when it returns. One that is ended early holds until it may end. */
  commit(isWanted: boolean): void {
    const nowMs = this.#clock.now()
    if (isWanted) this.#commit({ startedAtMs: this.#heldSinceMs ?? nowMs, endsAtMs: null })
    else if (this.#commitment && this.isCommitted) {
      const endsAtMs = Math.max(nowMs, this.#commitment.startedAtMs + commitmentMsMin)
      this.#commit({ ...this.#commitment, endsAtMs })
    }
  }

  get #heldSinceMs(): number | undefined {
    return this.isCommitted ? this.#commitment?.startedAtMs : undefined
  }

  #commit(commitment: Commitment): void {
    this.#keep({ commitment, iteratorKey: this.#iteratorKey })
    this.#commitment = commitment
  }

  /** In base64: with it shard iterators are sealed. Null before any was. */
  get iteratorKey(): string | null {
    return this.#iteratorKey
  }

  /** Made where there is none, and durable when it is returned. */
  keepIteratorKey(): string {
    if (this.#iteratorKey !== null) return this.#iteratorKey
    const iteratorKey = Buffer.from(this.#random.bytes(iteratorKeyBytes)).toString('base64')
    this.#keep({ commitment: this.#commitment, iteratorKey })
    this.#iteratorKey = iteratorKey
    return iteratorKey
  }

  #keep(kept: Omit<Kept, 'formatVersion'>): void {
    keepDirectorySync(this.#disk, this.#directory)
    const text = JSON.stringify({ formatVersion: 1, ...kept }, null, 2)
    this.#disk.writeFileAtomicSync(this.#path, `${text}\n`, {})
  }

  get #path(): string {
    return join(this.#directory, 'account.json')
  }
}

interface AccountOptions {
  disk: Disk
  clock: Clock
  random: Random
  directory: string
}

interface Kept {
  formatVersion: 1
  commitment: Commitment | null
  /** Absent before an iterator was given, and in what older versions have written. */
  iteratorKey?: string | null
}

function isKey(text: string): boolean {
  return Buffer.from(text, 'base64').length === iteratorKeyBytes
}

import { join } from 'node:path'
import type { Clock, Disk } from '@sluice/effects'
import { OperatingError } from '../fleet/operating-error.ts'

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
  readonly #directory: string
  #commitment: Commitment | null = null

  constructor({ disk, clock, directory }: { disk: Disk; clock: Clock; directory: string }) {
    this.#disk = disk
    this.#clock = clock
    this.#directory = directory
  }

  /** Throws an OperatingError where the file is not what was written. */
  load(): void {
    if (!this.#disk.existsSync(this.#path)) return
    const text = this.#disk.readFileSync(this.#path).toString()
    try {
      const { formatVersion, commitment } = JSON.parse(text) as Kept
      if (formatVersion === 1 && Number.isSafeInteger(commitment.startedAtMs)) {
        this.#commitment = commitment
        return
      }
    } catch {
      // The same message as for a file of another shape.
    }
    throw new OperatingError(`${this.#path} cannot be read.`, {
      code: 'STATE_FILE_INVALID',
      why: 'It is not what this version of Sluice writes of the account; it may have been edited or cut short.',
      next: `Delete ${this.#path} and start again: the account has no commitment then; streams are kept elsewhere.`,
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
    if (isWanted) this.#keep({ startedAtMs: this.#heldSinceMs ?? nowMs, endsAtMs: null })
    else if (this.#commitment && this.isCommitted) {
      const endsAtMs = Math.max(nowMs, this.#commitment.startedAtMs + commitmentMsMin)
      this.#keep({ ...this.#commitment, endsAtMs })
    }
  }

  get #heldSinceMs(): number | undefined {
    return this.isCommitted ? this.#commitment?.startedAtMs : undefined
  }

  #keep(commitment: Commitment): void {
    const kept: Kept = { formatVersion: 1, commitment }
    this.#disk.mkdirSync(this.#directory)
    this.#disk.writeFileAtomicSync(this.#path, `${JSON.stringify(kept, null, 2)}\n`, {})
    this.#commitment = commitment
  }

  get #path(): string {
    return join(this.#directory, 'account.json')
  }
}

interface Kept {
  formatVersion: 1
  commitment: Commitment
}

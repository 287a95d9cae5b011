import { join } from 'node:path'
import type { Clock, Disk, Logger, Timer } from '@sluice/effects'
import { accessKeysOf, accessKeysPath } from './access-keys.ts'
import { codeOf } from './fleet/operating-error.ts'
import { emptyTable, Identities, type IdentitiesSnapshot } from './iam/identities.ts'
import { IdentitiesInvalid } from './iam/identity-table.ts'

/** A change of the files counts after this time at the latest. */
const checkIntervalMs = 1_000

type Texts = Readonly<Record<'table' | 'keys', string | null>>

/**
 * The users, roles and policies that a person writes (`iam.json`), and the access keys beside the owner's
 * (`access-keys.json`), taken up as they change. A file that is not understood is told, and what was read last stays.
 */
export class IdentityFiles {
  readonly identities: Identities
  readonly #effects: { disk: Disk; clock: Clock; logger: Logger }
  readonly #dataDirectory: string
  #texts: Texts = { table: null, keys: null }
  #timer: Timer | null = null

  constructor(
    effects: { disk: Disk; clock: Clock; logger: Logger },
    dataDirectory: string,
    owner: Pick<IdentitiesSnapshot, 'partition' | 'region' | 'account' | 'ownerKey'>,
  ) {
    this.#effects = effects
    this.#dataDirectory = dataDirectory
    this.identities = new Identities({ ...owner, keys: [], table: emptyTable })
    this.#look()
  }

  watch(): void {
    this.#timer = this.#effects.clock.schedule(checkIntervalMs, () => {
      this.#look()
      this.watch()
    })
  }

  end(): void {
    this.#timer?.cancel()
  }

  #look(): void {
    const texts = {
      table: this.#read(identitiesPath(this.#dataDirectory), this.#texts.table),
      keys: this.#read(accessKeysPath(this.#dataDirectory), this.#texts.keys),
    }
    if (texts.table === this.#texts.table && texts.keys === this.#texts.keys) return
    const before = this.#texts
    this.#texts = texts
    const { logger } = this.#effects
    const { snapshot } = this.identities
    // Each file by itself: one that is broken keeps the other from nothing.
    if (texts.keys !== before.keys)
      this.#take('access-keys.json', {
        ...this.identities.snapshot,
        keys: this.#keysOf(texts.keys, snapshot),
      })
    if (texts.table !== before.table)
      this.#take('iam.json', { ...this.identities.snapshot, table: texts.table ?? emptyTable })
    logger.debug('the identities were read')
  }

  #keysOf(text: string | null, { keys: before }: IdentitiesSnapshot): IdentitiesSnapshot['keys'] {
    if (text === null) return []
    const keys = accessKeysOf(text)
    if (keys === null)
      this.#effects.logger.error('access-keys.json is not understood; the keys stay as they were')
    return keys ?? before
  }

  #take(file: string, snapshot: IdentitiesSnapshot): void {
    try {
      this.identities.replace(snapshot)
    } catch (error) {
      if (!(error instanceof IdentitiesInvalid)) throw error
      this.#effects.logger.error(`${file} is not taken up: ${error.message} What it said last stays.`)
    }
  }

  /** Null where there is none; what was there last, where it cannot be read. */
  #read(path: string, before: string | null): string | null {
    try {
      return this.#effects.disk.readFileSync(path).toString()
    } catch (error) {
      return codeOf(error) === 'ENOENT' ? null : before
    }
  }
}

export function identitiesPath(dataDirectory: string): string {
  return join(dataDirectory, 'iam.json')
}

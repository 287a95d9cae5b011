import { join } from 'node:path'
import type { Clock, Disk, Logger, Random } from '@sluice/effects'
import type { Place } from '../place.ts'
import { RecordStore, type UnreadableRecord } from '../record-store.ts'
import { currentStage, type SecretRecord, type SecretValue, withVersion } from './secret-record.ts'

interface SecretsOptions {
  dataDirectory: string
  disk: Disk
  logger: Logger
  clock: Clock
  random: Random
  place: Place
  /** Told when the value of a secret may be another one. */
  onChange: (arn: string) => void
}

const dayMs = 86_400_000
const ownerOnly = 0o600
const suffixLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const suffixLength = 6

/** What of a secret can be changed beside its versions. */
type Described = Pick<SecretRecord, 'description' | 'kmsKeyId' | 'tags' | 'resourcePolicy'>

/**
 * The secrets of Secrets Manager, in `<data>/secrets/<uuid>.json`, mode 600: as they are, for who may read the file may
 * read them here. A change is durable when it returns; the disk's error is thrown, and then nothing has changed.
 */
export class Secrets {
  readonly #options: SecretsOptions
  readonly #store: RecordStore<SecretRecord>

  constructor(options: SecretsOptions) {
    this.#options = options
    this.#store = new RecordStore<SecretRecord>({
      ...options,
      directory: join(options.dataDirectory, 'secrets'),
      noun: 'secret',
      fileOf: (uuid) => `${uuid}.json`,
      mode: ownerOnly,
      formatVersion: 1,
      members: ['versions', 'tags'],
      problemOf: ({ versions }) => (Array.isArray(versions) ? undefined : 'Its versions are no list.'),
      loss: 'the secret is then unknown',
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

  /** In order of creation, with those that are marked for deletion until they go. */
  list(): SecretRecord[] {
    const nowMs = this.#options.clock.now()
    const isDue = ({ deletion }: SecretRecord) => deletion !== null && deletion.dueAtMs <= nowMs
    for (const record of this.#store.list().filter(isDue)) this.#store.remove(record.uuid)
    return this.#store.list()
  }

  /** By its name, its ARN, or its ARN without the six letters at the end. */
  find(id: string): SecretRecord | undefined {
    const all = this.list()
    if (!id.startsWith('arn:')) return all.find(({ name }) => name === id)
    const exact = all.find(({ arn }) => arn === id)
    return exact ?? all.find(({ arn }) => arn.slice(0, -suffixLength - 1) === id)
  }

  create(
    name: string,
    described: Described,
    first: { id: string; value: SecretValue } | undefined,
  ): SecretRecord {
    const { clock, random } = this.#options
    const createdAtMs = clock.now()
    const record: SecretRecord = {
      formatVersion: 1,
      arn: this.#newArn(name),
      uuid: random.uuid(),
      name,
      ...described,
      createdAtMs,
      changedAtMs: createdAtMs,
      accessedAtMs: null,
      deletion: null,
      versions: first ? withVersion([], { ...first, createdAtMs }, [currentStage]) : [],
    }
    this.#store.insert(record)
    return record
  }

  /** An ARN that a secret of this name can have: a later one of the same name has another. */
  #newArn(name: string): string {
    const { random } = this.#options
    const letter = () => suffixLetters[random.int(suffixLetters.length)]
    const suffix = Array.from({ length: suffixLength }, letter).join('')
    return `${this.arnOf(name)}-${suffix}`
  }

  /** The ARN of a secret of this name, without its six letters. */
  arnOf(name: string): string {
    const { partition, region, account } = this.#options.place
    return `arn:${partition}:secretsmanager:${region}:${account}:secret:${name}`
  }

  /** Adds a version under these labels. */
  putVersion(
    { uuid, versions }: SecretRecord,
    added: { id: string; value: SecretValue },
    stages: readonly string[],
  ): SecretRecord {
    const createdAtMs = this.#options.clock.now()
    return this.#changed(uuid, { versions: withVersion(versions, { ...added, createdAtMs }, stages) })
  }

  describe({ uuid }: SecretRecord, described: Partial<Described>): SecretRecord {
    return this.#changed(uuid, described)
  }

  #changed(uuid: string, change: Partial<SecretRecord>): SecretRecord {
    const record = this.#store.update(uuid, { ...change, changedAtMs: this.#options.clock.now() })
    this.#options.onChange(record.arn)
    return record
  }

  /** It goes after so many days, and cannot be read until then. */
  scheduleDeletion({ uuid }: SecretRecord, days: number): Date {
    const askedAtMs = this.#options.clock.now()
    const dueAtMs = askedAtMs + days * dayMs
    this.#store.update(uuid, { deletion: { askedAtMs, dueAtMs } })
    return new Date(dueAtMs)
  }

  restore({ uuid, arn }: SecretRecord): void {
    this.#store.update(uuid, { deletion: null })
    this.#options.onChange(arn)
  }

  remove({ uuid }: SecretRecord): void {
    this.#store.remove(uuid)
  }

  noteAccess({ uuid }: SecretRecord): void {
    const nowMs = this.#options.clock.now()
    this.#store.note(uuid, { accessedAtMs: nowMs - (nowMs % dayMs) })
  }
}

import type { Clock, Logger } from '@sluice/effects'
import { type Outcome, ReconcileLoop } from './reconcile-loop.ts'
import { RecordStore, type StoredRecord, type UnreadableRecord } from './record-store.ts'

/** What has a state of its own and tags, and no process. */
interface ResourceRecord extends StoredRecord {
  state: string
  tags: Record<string, string>
}

type StoreOptions<Stored extends StoredRecord> = ConstructorParameters<typeof RecordStore<Stored>>[0]

interface ResourcesOptions<Stored extends ResourceRecord> extends StoreOptions<Stored> {
  clock: Clock
  /** The state that it goes on to by itself; 'GONE' where nothing shall be left of it, null where it stays. */
  next: (record: Stored) => Stored['state'] | 'GONE' | null
}

/**
 * Resources of one kind. A call writes what is wanted of one, durably, and answers; from there on a loop brings it from
 * state to state. Throws the disk's error; then nothing has changed.
 */
export class Resources<Stored extends ResourceRecord> {
  readonly #store: RecordStore<Stored>
  readonly #loop: ReconcileLoop
  readonly #logger: Logger
  readonly #next: ResourcesOptions<Stored>['next']

  constructor({ next, ...options }: ResourcesOptions<Stored>) {
    this.#store = new RecordStore<Stored>(options)
    this.#loop = new ReconcileLoop(options.clock, options.logger, async (uuid) => this.#advance(uuid))
    this.#logger = options.logger
    this.#next = next
  }

  /** Reads what is on disk. */
  load(): void {
    this.#store.load()
    this.look()
  }

  /** What decides their states may be otherwise. */
  look(): void {
    for (const { uuid } of this.#store.list()) this.#loop.trigger(uuid)
  }

  /** Those whose records cannot be read: they are told, and left as they are. */
  unreadable(): UnreadableRecord[] {
    return this.#store.unreadable()
  }

  /** In order of creation. */
  list(): Stored[] {
    return this.#store.list()
  }

  byArn(arn: string): Stored | undefined {
    return this.#store.byArn(arn)
  }

  isNameTaken(name: string): boolean {
    return this.#store.isNameTaken(name)
  }

  insert(record: Stored): Stored {
    this.#store.insert(record)
    this.#loop.trigger(record.uuid)
    return record
  }

  update({ uuid }: Stored, change: Partial<Stored>): Stored {
    const record = this.#store.update(uuid, change)
    this.#loop.trigger(uuid)
    return record
  }

  stop(): Promise<void> {
    return this.#loop.stop()
  }

  async #advance(uuid: string): Promise<Outcome> {
    // The call that has written it answers first.
    await Promise.resolve()
    for (;;) {
      const record = this.#store.get(uuid)
      const state = record ? this.#next(record) : null
      if (!record || state === null) return 'settled'
      if (state !== 'GONE') this.#store.note(uuid, { state } as Partial<Stored>)
      else if (!this.#remove(record)) return 'retry'
    }
  }

  #remove({ uuid, arn }: Stored): boolean {
    try {
      this.#store.remove(uuid)
      return true
    } catch (error) {
      this.#logger.warn('a resource that is deleted could not be removed', { arn, error })
      return false
    }
  }
}

import { assert, type Clock, isSystemError, type Logger, type Timer } from '@sluice/effects'
import { ErrorCode } from '@sluice/wire'
import type { CoordinatorLog } from './coordinator-log.ts'
import { CoordinatorFailure, type Decision, type FinalDecision, errorOfFailedAppend } from './decision.ts'
import { PendingAppends, type RecordBytes } from './pending-appends.ts'
import { type RecordFacts, readShardLog } from './shard-loader.ts'
import { CoordinatorTimer, type TimedOperation } from './timer.ts'

/** The state of one partition of an internal topic. */
export interface CoordinatorShard<Rec> {
  /** The only place where hard state changes. */
  replay(record: Rec, facts: RecordFacts): void
  /** An end marker of a transaction that wrote to this partition. Met while loading. */
  replayEndTransaction(producerId: number, committed: boolean): void
  /** All is replayed: soft state begins, timers first. */
  loaded(): void
  /** Answers all that is parked with `error`; the shard is never used again. */
  unloaded(error: ErrorCode): void
}

export interface RecordCodec<Rec> {
  encode(record: Rec): RecordBytes
  decode(key: Buffer, value: Buffer | null): Rec | null
}

export interface RuntimeOptions<S, Rec> {
  readonly name: string
  readonly clock: Clock
  readonly logger: Logger
  readonly log: CoordinatorLog
  readonly codec: RecordCodec<Rec>
  readonly createShard: (partition: number, timer: CoordinatorTimer<Rec>) => S
  /** A write that is not committed after this long is answered COORDINATOR_NOT_AVAILABLE. */
  readonly commitTimeoutMs: number
  /** Compression of the batches, by codec id. */
  readonly compression: number
}

type Slot<S, Rec> = {
  state: 'loading' | 'active' | 'failed'
  shard: S
  timer: CoordinatorTimer<Rec>
  appends: PendingAppends
  /** Of a failed slot whose log the disk has refused. */
  reload: Timer | null
}

/** A log that the disk has refused is read again this much later. */
const reloadDelayMs = 1_000

/**
 * Runs the shards of one internal topic: decide, replay, append, answer.
 *
 * 1. Leadership comes: the partition's log is replayed; meanwhile 14 is answered.
 * 2. A write decides on the state as it is, its records are replayed at once and appended; the response waits
 *    for their commit. Writes that come while an append is under way share the next batch.
 * 3. A read, and a write without records, waits for all that was decided before it, for it may have seen it.
 * 4. An append that fails takes the shard's state with it: the shard is loaded from its log again.
 */
export class CoordinatorRuntime<S extends CoordinatorShard<Rec>, Rec> {
  readonly #options: RuntimeOptions<S, Rec>
  readonly #slots = new Map<number, Slot<S, Rec>>()

  constructor(options: RuntimeOptions<S, Rec>) {
    this.#options = options
  }

  /**
   * This broker leads the partition from now on. Resolves when it is loaded, or is not led any more. A new
   * leader epoch of a partition that is led already changes nothing.
   */
  async load(partition: number): Promise<void> {
    const known = this.#slots.get(partition)
    if (known && known.state !== 'failed') return
    const { logger, log, codec } = this.#options
    const slot = this.#createSlot(partition)
    this.#slots.set(partition, slot)
    const isCurrent = () => this.#slots.get(partition) === slot
    try {
      const count = await readShardLog(log, partition, codec, slot.shard, isCurrent)
      if (!isCurrent()) return
      slot.state = 'active'
      slot.shard.loaded()
      logger.debug('coordinator partition loaded', { topic: this.#options.name, partition, records: count })
    } catch (error) {
      if (!isCurrent()) return
      slot.state = 'failed'
      slot.timer.cancelAll()
      logger.error('coordinator partition cannot be loaded', {
        topic: this.#options.name,
        partition,
        error,
      })
      if (isSystemError(error))
        slot.reload = this.#options.clock.schedule(reloadDelayMs, () => void this.load(partition))
    }
  }

  /** This broker does not lead the partition any more. */
  unload(partition: number): void {
    const slot = this.#slots.get(partition)
    if (!slot) return
    this.#slots.delete(partition)
    this.#stop(slot, ErrorCode.NOT_COORDINATOR)
  }

  close(): void {
    for (const partition of this.#slots.keys()) this.unload(partition)
  }

  isActive(partition: number): boolean {
    return this.#slots.get(partition)?.state === 'active'
  }

  /** Partitions that are led here, loading ones included. */
  partitions(): number[] {
    return [...this.#slots.keys()]
  }

  /** `name` is for the log: it says which operation failed. */
  async write<R>(
    name: string,
    partition: number,
    decide: (shard: S) => Decision<R, Rec>,
  ): Promise<R | CoordinatorFailure> {
    const slot = this.#slots.get(partition)
    const unavailable = unavailability(slot)
    if (!slot || unavailable) return new CoordinatorFailure(unavailable ?? ErrorCode.NOT_COORDINATOR)
    let outcome: { final: FinalDecision<R, Rec>; committed: Promise<ErrorCode> } | CoordinatorFailure
    try {
      outcome = this.#decide(slot, decide)
    } catch (error) {
      this.#broken(name, partition, error)
      return new CoordinatorFailure(ErrorCode.UNKNOWN_SERVER_ERROR)
    }
    if (outcome instanceof CoordinatorFailure) return outcome
    const error = await outcome.committed
    if (error !== ErrorCode.NONE) return new CoordinatorFailure(errorOfFailedAppend(error))
    return outcome.final.response
  }

  /** A read sees what was decided before it and waits until that is committed. */
  async read<R>(name: string, partition: number, query: (shard: S) => R): Promise<R | CoordinatorFailure> {
    return this.write<R>(name, partition, (shard) => ({ records: [], response: query(shard) }))
  }

  /** The same write on every partition that is active here; failures are logged and left to the next time. */
  async writeAll(name: string, decide: (shard: S) => Decision<void, Rec>): Promise<void> {
    const active = this.partitions().filter((partition) => this.isActive(partition))
    await Promise.all(
      active.map(async (partition) => {
        const result = await this.write(name, partition, decide)
        if (result instanceof CoordinatorFailure) this.#logFailure(name, partition, result.error)
      }),
    )
  }

  #createSlot(partition: number): Slot<S, Rec> {
    const { clock, log, commitTimeoutMs, compression } = this.#options
    const timer = new CoordinatorTimer<Rec>(clock, (key, operation) =>
      this.#timeIsUp(partition, key, operation),
    )
    const shard = this.#options.createShard(partition, timer)
    const slot: Slot<S, Rec> = {
      state: 'loading',
      shard,
      timer,
      reload: null,
      appends: new PendingAppends({
        clock,
        maxBatchBytes: () => log.maxMessageBytes,
        timeoutMs: commitTimeoutMs,
        compression,
        append: (batch) => log.append(partition, batch),
        failed: (error, cause) => this.#appendFailed(partition, slot, error, cause),
      }),
    }
    return slot
  }

  /** Step 2 of the class: replays and stages what is decided. Throws only where there is a bug. */
  #decide<R>(
    slot: Slot<S, Rec>,
    decide: (shard: S) => Decision<R, Rec>,
  ): { final: FinalDecision<R, Rec>; committed: Promise<ErrorCode> } | CoordinatorFailure {
    const { codec } = this.#options
    const encoded: RecordBytes[] = []
    let decision = decide(slot.shard)
    while ('next' in decision) {
      encoded.push(...decision.records.map((record) => codec.encode(record)))
      this.#replay(slot.shard, decision.records)
      decision = decision.next()
    }
    encoded.push(...decision.records.map((record) => codec.encode(record)))
    if (decision.atomic !== false && !slot.appends.fits(encoded)) {
      assert(encoded.length === decision.records.length, 'a first step was replayed and does not fit')
      const error = errorOfFailedAppend(ErrorCode.MESSAGE_TOO_LARGE)
      decision.refused?.(error)
      return new CoordinatorFailure(error)
    }
    this.#replay(slot.shard, decision.records)
    const committed = slot.appends.add(encoded, decision.committed)
    return { final: decision, committed }
  }

  #replay(shard: S, records: readonly Rec[]): void {
    for (const record of records) shard.replay(record, { offset: null, producerId: -1, transactional: false })
  }

  #timeIsUp(partition: number, key: string, operation: TimedOperation<Rec>): void {
    const name = `timeout ${key.replaceAll('\u0000', ' ')}`
    void this.#runTimed(name, partition, operation)
  }

  async #runTimed(name: string, partition: number, operation: TimedOperation<Rec>): Promise<void> {
    const result = await this.write(name, partition, operation)
    if (result instanceof CoordinatorFailure) this.#logFailure(name, partition, result.error)
  }

  #appendFailed(partition: number, slot: Slot<S, Rec>, error: ErrorCode, cause: unknown): void {
    if (this.#slots.get(partition) !== slot) return
    this.#logFailure('append', partition, error, cause)
    this.#reload(partition, slot, errorOfFailedAppend(error))
  }

  /** A bug stops the shard: what it held in memory is not to be trusted any more. */
  #broken(name: string, partition: number, error: unknown): void {
    this.#options.logger.error('coordinator operation failed', {
      topic: this.#options.name,
      partition,
      operation: name,
      error,
    })
    const slot = this.#slots.get(partition)
    if (slot) this.#reload(partition, slot, ErrorCode.COORDINATOR_NOT_AVAILABLE)
  }

  #reload(partition: number, slot: Slot<S, Rec>, error: ErrorCode): void {
    this.#slots.delete(partition)
    this.#stop(slot, error)
    void this.load(partition)
  }

  #stop(slot: Slot<S, Rec>, error: ErrorCode): void {
    slot.reload?.cancel()
    slot.timer.cancelAll()
    slot.appends.abandon(error)
    slot.shard.unloaded(error)
    // Soft state that `unloaded` touched may have set timers again.
    slot.timer.cancelAll()
  }

  #logFailure(operation: string, partition: number, error: ErrorCode, cause?: unknown): void {
    this.#options.logger.warn('coordinator write failed', {
      topic: this.#options.name,
      partition,
      operation,
      error,
      ...(cause instanceof Error ? { cause } : {}),
    })
  }
}

function unavailability(slot: { state: 'loading' | 'active' | 'failed' } | undefined): ErrorCode | null {
  if (!slot || slot.state === 'failed') return ErrorCode.NOT_COORDINATOR
  return slot.state === 'loading' ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS : null
}

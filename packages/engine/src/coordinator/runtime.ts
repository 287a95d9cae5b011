import {
  assert,
  AssertionFailure,
  type Clock,
  isSystemError,
  type Logger,
  raise,
  thrownMidway,
  type Timer,
} from '@sluice/effects'
import { ErrorCode, errorInfo, type Int64 } from '@sluice/wire'
import type { Verification } from '../storage/verification.ts'
import { inSlices, type Steps } from '../storage/slices.ts'
import type { CoordinatorLog } from './coordinator-log.ts'
import {
  answer,
  CoordinatorFailure,
  type Decision,
  type FinalDecision,
  errorOfFailedAppend,
} from './decision.ts'
import { PendingAppends, type Producer, type RecordBytes, type VersionedEnd } from './pending-appends.ts'
import { type RecordFacts, readShardLog } from './shard-loader.ts'
import { CoordinatorTimer, type TimedOperation } from './timer.ts'

/** The state of one partition of an internal topic. */
export interface CoordinatorShard<Rec> {
  /** The only place where hard state changes. */
  replay(record: Rec, facts: RecordFacts): void
  /** An end marker of a transaction that wrote to this partition. */
  replayEndTransaction(producerId: Int64, committed: boolean): void
  /** All is replayed: soft state begins, timers first. */
  loaded(): void
  /** Answers all that is parked with `error`; the shard is never used again. */
  unloaded(error: ErrorCode): void
}

export interface RecordCodec<Rec> {
  encode(record: Rec): RecordBytes
  decode(key: Buffer, value: Buffer | null): Rec | null
}

interface RuntimeOptions<S, Rec> {
  readonly name: string
  /** Of the broker: what its timers throw stops the broker. */
  readonly clock: Clock
  /** Of the shards' timers, where another one counts for these. */
  readonly timerClock?: Clock
  readonly logger: Logger
  readonly log: CoordinatorLog
  readonly codec: RecordCodec<Rec>
  /**
   * Whether a shard serves nobody before all that it has read is committed: for those whose answers others build on. A
   * leader's predecessor may have written what this leader loses again, if it goes before the others have it.
   */
  readonly awaitsCommit: boolean
  readonly createShard: (partition: number, timer: CoordinatorTimer<Rec>) => S
  /** A write that is not committed after this long is answered COORDINATOR_NOT_AVAILABLE. */
  readonly commitTimeoutMs: number
  /** Compression of the batches, by codec id. */
  readonly compression: number
  /** Of the batches, as Apache Kafka writes it into those of this topic. */
  readonly baseSequence: number
}

type Slot<S, Rec> = {
  readonly partition: number
  state: 'loading' | 'active' | 'failed'
  shard: S
  timer: CoordinatorTimer<Rec>
  appends: PendingAppends
  /** Of a failed slot whose log the disk has refused. */
  reload: Timer | null
}

/** Whoever writes in a transaction, and what its coordinator was asked by (undefined: it need not be). */
export interface TransactionalProducer extends Producer {
  readonly verification?: Verification | null
}

interface Outcome<R, Rec> {
  readonly final: FinalDecision<R, Rec>
  readonly committed: Promise<ErrorCode>
}

/** So much is changed by one write where there may be any number. */
const pieceMax = 1_000
const unaborted = new AbortController().signal

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
 * 5. An ordinary throw of what decides a request ends that request. An AssertionFailure, and any throw where nobody
 *    has asked (a timer, a load), in replay, after it or after a commit, is a bug: the shard does nothing more, and
 *    the broker hears of it.
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
  load(partition: number): Promise<void> {
    const known = this.#slots.get(partition)
    if (known && known.state !== 'failed') return Promise.resolve()
    const slot = this.#createSlot(partition)
    this.#slots.set(partition, slot)
    return this.#loadSlot(slot)
  }

  async #loadSlot(slot: Slot<S, Rec>): Promise<void> {
    const { logger, log, codec } = this.#options
    const { partition } = slot
    const isCurrent = () => this.#slots.get(partition) === slot
    try {
      const count = await readShardLog(log, partition, codec, slot.shard, isCurrent)
      const error =
        this.#options.awaitsCommit && isCurrent() ? await log.committed(partition) : ErrorCode.NONE
      if (!isCurrent()) return
      if (error !== ErrorCode.NONE) return this.#notLoaded(slot, new CommitAwaitedError(error))
      slot.state = 'active'
      midway(() => slot.shard.loaded())
      logger.debug('coordinator partition loaded', { topic: this.#options.name, partition, records: count })
    } catch (error) {
      if (error instanceof AssertionFailure) this.#broken(slot, 'load', error)
      else if (isCurrent()) this.#notLoaded(slot, error)
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

  /** Partitions that are led here, loading ones included. */
  partitions(): number[] {
    return [...this.#slots.keys()]
  }

  /** Those that are loaded. */
  shards(): S[] {
    return [...this.#slots.values()].filter(({ state }) => state === 'active').map(({ shard }) => shard)
  }

  /** `name` is for the log: it says which operation failed. With a producer the records are of its transaction. */
  async write<R>(
    name: string,
    partition: number,
    decide: (shard: S) => Decision<R, Rec>,
    producer: TransactionalProducer | null = null,
  ): Promise<R | CoordinatorFailure> {
    const slot = this.#slots.get(partition)
    const unavailable = unavailability(slot)
    if (!slot || unavailable) return new CoordinatorFailure(unavailable ?? ErrorCode.NOT_COORDINATOR)
    const refusal = producer ? this.#refusal(slot, producer) : ErrorCode.NONE
    if (refusal !== ErrorCode.NONE) return new CoordinatorFailure(refusal)
    let outcome: Outcome<R, Rec> | CoordinatorFailure
    try {
      outcome = this.#decide(slot, decide, producer)
    } catch (error) {
      return this.#failed(slot, name, error)
    }
    if (outcome instanceof CoordinatorFailure) return outcome
    const error = await outcome.committed
    if (error !== ErrorCode.NONE) return new CoordinatorFailure(errorOfFailedAppend(error))
    return outcome.final.response
  }

  /** A transaction that may have written here has ended: the shard does so too, and the marker is appended. */
  async endTransaction(partition: number, end: VersionedEnd): Promise<ErrorCode> {
    const slot = this.#slots.get(partition)
    const unavailable = unavailability(slot)
    if (!slot || unavailable) return unavailable ?? ErrorCode.NOT_COORDINATOR
    const { commit, coordinatorEpoch, transactionVersion } = end
    const facts = { ...end, marker: { commit, coordinatorEpoch } }
    const refusal = this.#options.log.refusal(partition, facts, { transactionVersion })
    if (refusal !== ErrorCode.NONE) return refusal
    try {
      midway(() => slot.shard.replayEndTransaction(end.producerId, commit))
    } catch (error) {
      return this.#failed(slot, 'end-transaction', error).error
    }
    return errorOfFailedAppend(await slot.appends.addEnd(end))
  }

  /** Told before anything is replayed: an append that fails takes the whole shard with it. */
  #refusal({ partition, appends }: Slot<S, Rec>, producer: TransactionalProducer): ErrorCode {
    if (appends.hasEndOf(producer.producerId)) return ErrorCode.INVALID_TXN_STATE
    const { verification } = producer
    return this.#options.log.refusal(partition, { ...producer, marker: null }, { verification })
  }

  /**
   * A read sees what was decided before it and waits until that is committed. In steps: others may write between two of
   * them. Where the shard goes meanwhile, it has seen nothing.
   */
  *read<R>(
    name: string,
    partition: number,
    query: (shard: S) => Steps<R>,
  ): Steps<Promise<R | CoordinatorFailure>> {
    const slot = this.#slots.get(partition)
    const unavailable = unavailability(slot)
    if (!slot || unavailable)
      return Promise.resolve(new CoordinatorFailure(unavailable ?? ErrorCode.NOT_COORDINATOR))
    const { shard } = slot
    let seen: R
    try {
      seen = yield* query(shard)
    } catch (error) {
      return Promise.resolve(this.#failed(slot, name, error))
    }
    const gone = new CoordinatorFailure(ErrorCode.NOT_COORDINATOR)
    return this.write<R | CoordinatorFailure>(name, partition, (current) =>
      answer(current === shard ? seen : gone),
    )
  }

  /**
   * Finds in every shard that is active here, in steps, what is to change, and writes it in pieces. Failures are logged
   * and left to the next time.
   */
  async writeAll<T>(
    name: string,
    find: (shard: S) => Steps<readonly T[]>,
    decide: (shard: S, piece: readonly T[]) => Decision<void, Rec>,
  ): Promise<void> {
    for (const slot of [...this.#slots.values()].filter(({ state }) => state === 'active')) {
      const { partition, shard } = slot
      let found: readonly T[]
      try {
        found = await inSlices(find(shard), this.#options.clock, unaborted)
      } catch (error) {
        // Nobody has asked for it, so that nobody else would hear of what it throws.
        this.#broken(slot, name, thrownMidway(error))
        return
      }
      for (let at = 0; at < found.length; at += pieceMax) {
        const piece = found.slice(at, at + pieceMax)
        const result = await this.write(name, partition, (current) => midway(() => decide(current, piece)))
        if (result instanceof CoordinatorFailure) this.#logFailure(name, partition, result.error)
      }
    }
  }

  #createSlot(partition: number): Slot<S, Rec> {
    const { clock, log, commitTimeoutMs, compression, baseSequence } = this.#options
    const timer = new CoordinatorTimer<Rec>(this.#options.timerClock ?? clock, (key, operation) =>
      this.#timeIsUp(partition, key, operation),
    )
    const shard = this.#options.createShard(partition, timer)
    const slot: Slot<S, Rec> = {
      partition,
      state: 'loading',
      shard,
      timer,
      reload: null,
      appends: new PendingAppends({
        clock,
        maxBatchBytes: () => log.maxMessageBytes,
        timeoutMs: commitTimeoutMs,
        compression,
        baseSequence,
        append: (batch, transactionVersion) => log.append(partition, batch, transactionVersion),
        failed: (error) => this.#appendFailed(slot, error),
        broken: (bug) => this.#broken(slot, 'append', bug),
      }),
    }
    return slot
  }

  /** Step 2 of the class: replays and stages what is decided. */
  #decide<R>(
    slot: Slot<S, Rec>,
    decide: (shard: S) => Decision<R, Rec>,
    producer: Producer | null,
  ): Outcome<R, Rec> | CoordinatorFailure {
    const encoded: RecordBytes[] = []
    let decision = decide(slot.shard)
    while ('next' in decision) {
      if (!this.#carryOut(slot, decision, encoded, producer)) return tooLarge()
      decision = midway(decision.next)
    }
    const { committed, refused } = decision
    if (!this.#carryOut(slot, decision, encoded, producer)) return tooLarge(refused)
    return { final: decision, committed: midway(() => slot.appends.add(encoded, producer, committed)) }
  }

  /** Replays one step's records. False: the topic does not take them, and nothing has changed. */
  #carryOut(
    slot: Slot<S, Rec>,
    step: Pick<FinalDecision<unknown, Rec>, 'records' | 'encoded' | 'atomic'>,
    encoded: RecordBytes[],
    producer: Producer | null,
  ): boolean {
    const { records, atomic = true } = step
    const encode = () => step.encoded ?? records.map((record) => this.#options.codec.encode(record))
    const bytes = encoded.length > 0 ? midway(encode) : encode()
    if (atomic && !slot.appends.fits([...encoded, ...bytes])) {
      assert(encoded.length === 0, 'a first step was replayed, and the next one does not fit')
      return false
    }
    for (const one of bytes) encoded.push(one)
    const { producerId, producerEpoch } = producer ?? noProducer
    const facts = { producerId, producerEpoch, transactional: producer !== null }
    midway(() => {
      for (const record of records) slot.shard.replay(record, facts)
    })
    return true
  }

  #timeIsUp(partition: number, key: string, operation: TimedOperation<Rec>): void {
    const name = `timeout ${key.replaceAll('\u0000', ' ')}`
    void this.write(name, partition, () => midway(operation)).then((result) => {
      if (result instanceof CoordinatorFailure) this.#logFailure(name, partition, result.error)
    })
  }

  /** Of what decides or looks, before anything has changed. */
  #failed(slot: Slot<S, Rec>, operation: string, error: unknown): CoordinatorFailure {
    if (error instanceof AssertionFailure) this.#broken(slot, operation, error)
    else this.#logError('coordinator operation failed', slot, { operation, error })
    return new CoordinatorFailure(ErrorCode.UNKNOWN_SERVER_ERROR)
  }

  /** What is no bug is the log's to say: a disk that may come back, or bytes that nobody can read. */
  #notLoaded(slot: Slot<S, Rec>, error: unknown): void {
    const { clock } = this.#options
    slot.state = 'failed'
    slot.timer.cancelAll()
    this.#logError('coordinator partition cannot be loaded', slot, { error })
    if (isSystemError(error) || error instanceof CommitAwaitedError)
      slot.reload = clock.schedule(reloadDelayMs, () => void this.load(slot.partition))
  }

  #appendFailed(slot: Slot<S, Rec>, error: ErrorCode): void {
    if (this.#slots.get(slot.partition) !== slot) return
    this.#logFailure('append', slot.partition, error)
    this.#reload(slot, errorOfFailedAppend(error))
  }

  /** Step 5 of the class. What the shard holds in memory is not to be trusted any more, by nobody. */
  #broken(slot: Slot<S, Rec>, operation: string, bug: unknown): void {
    slot.state = 'failed'
    slot.timer.cancelAll()
    slot.appends.abandon(ErrorCode.UNKNOWN_SERVER_ERROR)
    this.#logError('a bug has stopped a coordinator partition', slot, { operation, error: bug })
    raise(this.#options.clock, bug)
  }

  #reload(slot: Slot<S, Rec>, error: ErrorCode): void {
    this.#slots.delete(slot.partition)
    this.#stop(slot, error)
    void this.load(slot.partition)
  }

  #stop(slot: Slot<S, Rec>, error: ErrorCode): void {
    slot.reload?.cancel()
    slot.timer.cancelAll()
    slot.appends.abandon(error)
    slot.shard.unloaded(error)
    // Soft state that `unloaded` touched may have set timers again.
    slot.timer.cancelAll()
  }

  #logFailure(operation: string, partition: number, error: ErrorCode): void {
    const topic = this.#options.name
    // What the disk refuses the disk's own state tells, once.
    const level = error === ErrorCode.KAFKA_STORAGE_ERROR ? 'debug' : 'warn'
    this.#options.logger[level]('coordinator write failed', { topic, partition, operation, error })
  }

  #logError(message: string, { partition }: Slot<S, Rec>, facts: Record<string, unknown>): void {
    this.#options.logger.error(message, { topic: this.#options.name, partition, ...facts })
  }
}

/** What a shard has read is not committed, and this broker cannot say when it will be. */
class CommitAwaitedError extends Error {
  constructor(code: ErrorCode) {
    super(`what was read is not committed: ${errorInfo(code).name}`)
  }
}

const noProducer: Producer = { producerId: -1, producerEpoch: -1 }

/** State changes here: an ordinary throw leaves it in pieces, and is a bug like any other. */
function midway<T>(change: () => T): T {
  try {
    return change()
  } catch (error) {
    throw thrownMidway(error)
  }
}

function tooLarge(refused?: (error: ErrorCode) => void): CoordinatorFailure {
  const error = errorOfFailedAppend(ErrorCode.MESSAGE_TOO_LARGE)
  midway(() => refused?.(error))
  return new CoordinatorFailure(error)
}

function unavailability(slot: { state: 'loading' | 'active' | 'failed' } | undefined): ErrorCode | null {
  if (!slot || slot.state === 'failed') return ErrorCode.NOT_COORDINATOR
  return slot.state === 'loading' ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS : null
}

import {
  AssertionFailure,
  type Clock,
  isSystemError,
  type Logger,
  raise,
  thrownMidway,
} from '@sluice/effects'
import { ErrorCode, type Int64 } from '@sluice/wire'
import type { Log, Rejected, StageResult, Validated } from '../storage/log.ts'
import { Purgatory } from './purgatory.ts'

/** After a failed write the next append or fetch may try again this much later. */
const offlineRetryMs = 1_000

/** Who is told how an append ended. One object serves all partitions of a request; `index` says which. */
export interface AppendSink {
  appended(index: number, outcome: AppendOutcome): void
}

export interface AppendOutcome {
  /** NONE when the records are as durable as was asked for. */
  readonly error: ErrorCode
  /** Offset of the first record, −1 on error. */
  readonly baseOffset: number
  /** When the broker stamped the records, ms; −1 under CreateTime. */
  readonly logAppendTimeMs: Int64
  readonly logStartOffset: number
  readonly errorMessage: string | null
  readonly recordErrors: readonly { batchIndex: number; message: string | null }[]
}

export interface AppendRequest {
  /** Whole record batches; dead after the commit. */
  records: Buffer
  readonly origin: 'client' | 'coordinator'
  /** Of the Produce request; old ones may not carry zstd. */
  readonly apiVersion?: number
  readonly acks: number
  readonly timeoutMs: number
  readonly nowMs: number
  readonly sink: AppendSink
  readonly index: number
}

/** A long poll. `dataArrived` may call `forget`. */
export interface FetchWaiter {
  dataArrived(partition: Partition): void
}

interface Staged {
  readonly request: AppendRequest
  readonly result: Extract<StageResult, { kind: 'staged' }>
}

export interface PartitionState {
  leader: number
  leaderEpoch: number
  partitionEpoch: number
  replicas: readonly number[]
  isr: readonly number[]
}

/**
 * One partition on one broker: its log, its role, and how far its records are committed.
 *
 * An append is validated, staged (`append`), and made visible with all others of the same socket read
 * (`commit`). A batch whose codec has no synchronous form holds the later batches of this partition until it is
 * checked, and nothing else.
 *
 * It alone advances the log's high watermark, which never falls while this broker leads.
 */
export class Partition {
  readonly topic: string
  readonly index: number
  readonly log: Log
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #brokerId: number
  readonly #minInSyncReplicas: () => number
  readonly #stagedFirst: (partition: Partition) => void
  readonly #purgatory: Purgatory
  readonly #waiters = new Set<FetchWaiter>()
  #staged: Staged[] = []
  #held: AppendRequest[] | null = null
  #state: PartitionState
  #offlineAt: number | null = null

  constructor(options: {
    topic: string
    index: number
    log: Log
    clock: Clock
    logger: Logger
    brokerId: number
    state: PartitionState
    /** As it was when this broker stopped. */
    highWatermark: number
    minInSyncReplicas: () => number
    /** Called when the first batch is staged after a commit. */
    stagedFirst: (partition: Partition) => void
  }) {
    this.topic = options.topic
    this.index = options.index
    this.log = options.log
    this.#clock = options.clock
    this.#logger = options.logger
    this.#brokerId = options.brokerId
    this.#state = options.state
    this.#minInSyncReplicas = options.minInSyncReplicas
    this.#stagedFirst = options.stagedFirst
    this.#purgatory = new Purgatory(options.clock, ErrorCode.REQUEST_TIMED_OUT)
    this.log.advanceHighWatermark(options.highWatermark)
    if (this.isLeader) this.#becomeLeader()
    this.#advanceHighWatermark()
  }

  get state(): PartitionState {
    return this.#state
  }

  get isLeader(): boolean {
    return this.#state.leader === this.#brokerId
  }

  get leaderEpoch(): number {
    return this.#state.leaderEpoch
  }

  /** A new state from the metadata log. */
  update(state: PartitionState): void {
    const wasLeader = this.isLeader
    const newEpoch = state.leaderEpoch !== this.#state.leaderEpoch
    this.#state = state
    if (this.isLeader && (newEpoch || !wasLeader)) this.#becomeLeader()
    if (wasLeader && !this.isLeader) {
      this.#purgatory.failAll(ErrorCode.NOT_LEADER_OR_FOLLOWER)
      this.#wake()
    }
    this.#advanceHighWatermark()
  }

  /**
   * Is this broker the leader, at the epoch that the client believes (−1: it does not say), and is its disk
   * well?
   */
  check(currentLeaderEpoch: number): ErrorCode {
    if (currentLeaderEpoch >= 0 && currentLeaderEpoch < this.leaderEpoch) return ErrorCode.FENCED_LEADER_EPOCH
    if (currentLeaderEpoch > this.leaderEpoch) return ErrorCode.UNKNOWN_LEADER_EPOCH
    if (!this.isLeader) return ErrorCode.NOT_LEADER_OR_FOLLOWER
    if (this.#offlineAt !== null && this.#clock.monotonic() - this.#offlineAt < offlineRetryMs)
      return ErrorCode.KAFKA_STORAGE_ERROR
    return ErrorCode.NONE
  }

  /** Stages the records; the sink hears of the outcome, at once for a refusal, else after `commit`. */
  append(request: AppendRequest): void {
    if (this.#held) {
      this.#hold(request)
      return
    }
    const error = this.#checkAppend(request)
    if (error !== ErrorCode.NONE) {
      request.sink.appended(request.index, refusedAppend(error))
      return
    }
    const validated = this.log.validate(request.records, request)
    if (validated instanceof Promise) this.#stageLater(request, validated)
    else this.#stage(request, validated)
  }

  /** Writes what is staged with one call and tells the sinks. The disk's failure becomes error 56. */
  commit(): void {
    const staged = this.#staged
    if (staged.length === 0) return
    this.#staged = []
    try {
      this.log.commit()
    } catch (error) {
      if (!isSystemError(error)) throw thrownMidway(error)
      this.#goOffline(error)
      for (const { request } of staged)
        request.sink.appended(request.index, refusedAppend(ErrorCode.KAFKA_STORAGE_ERROR))
      return
    }
    this.#offlineAt = null
    this.#advanceHighWatermark()
    for (const { request, result } of staged) this.#answer(request, result)
  }

  /** Calls the waiter whenever more records become readable, until `forget`. */
  awaitData(waiter: FetchWaiter): void {
    this.#waiters.add(waiter)
  }

  forget(waiter: FetchWaiter): void {
    this.#waiters.delete(waiter)
  }

  /** The partition leaves this broker: everything that waits is answered with `error`. */
  close(error: ErrorCode): void {
    this.#purgatory.failAll(error)
    for (const request of this.#held ?? []) request.sink.appended(request.index, refusedAppend(error))
    this.#held = null
    this.#wake()
  }

  /** A read of the log failed. Only the system's errors are the disk's; anything else is a bug, and goes on. */
  readFailed(error: unknown): void {
    if (!isSystemError(error)) throw error
    this.#goOffline(error)
  }

  #becomeLeader(): void {
    try {
      this.log.leaderEpochs.assign(this.leaderEpoch, this.log.logEndOffset)
    } catch (error) {
      if (!isSystemError(error)) throw error
      // The epoch is known in memory, and written with the next flush; the batches carry it too.
      this.#goOffline(error)
    }
  }

  #checkAppend(request: AppendRequest): ErrorCode {
    const error = this.check(-1)
    if (error !== ErrorCode.NONE) return error
    if (request.acks === -1 && this.#state.isr.length < this.#minInSyncReplicas())
      return ErrorCode.NOT_ENOUGH_REPLICAS
    return ErrorCode.NONE
  }

  #stage(request: AppendRequest, validated: Validated | Rejected): void {
    const result = validated.kind === 'rejected' ? validated : this.log.stage(validated, this.leaderEpoch)
    if (result.kind === 'rejected') {
      request.sink.appended(request.index, {
        error: result.error,
        baseOffset: -1,
        logAppendTimeMs: -1,
        logStartOffset: this.log.logStartOffset,
        errorMessage: result.message,
        recordErrors: result.recordErrors,
      })
      return
    }
    if (result.kind === 'duplicate') {
      // The first answer was lost, not the records. They may still wait for their commit: so does this answer.
      this.commit()
      this.#answer(request, { ...result, kind: 'staged' })
      return
    }
    this.#staged.push({ request, result })
    if (this.#staged.length === 1) this.#stagedFirst(this)
  }

  #stageLater(request: AppendRequest, pending: Promise<Validated | Rejected>): void {
    const held: AppendRequest[] = []
    this.#held = held
    const finish = (validated: Validated | Rejected) => {
      if (this.#held !== held) {
        request.sink.appended(request.index, refusedAppend(ErrorCode.NOT_LEADER_OR_FOLLOWER))
        return
      }
      this.#held = null
      this.#stage(request, validated)
      this.commit()
      // Some of these may hold the rest again.
      for (const next of held) this.append(next)
      this.commit()
    }
    const refuse = (error: unknown) => {
      if (error instanceof AssertionFailure) throw error
      this.#logger.error('validation failed', { topic: this.topic, partition: this.index, error })
      finish({
        kind: 'rejected',
        error: ErrorCode.UNKNOWN_SERVER_ERROR,
        message: String(error),
        recordErrors: [],
      })
    }
    pending.then(finish, refuse).catch((bug: unknown) => raise(this.#clock, bug))
  }

  #hold(request: AppendRequest): void {
    // The receive buffer is used again before this request's turn comes.
    request.records = Buffer.from(request.records)
    this.#held?.push(request)
  }

  #answer(request: AppendRequest, result: Extract<StageResult, { kind: 'staged' }>): void {
    const outcome: AppendOutcome = {
      error: ErrorCode.NONE,
      baseOffset: result.baseOffset,
      logAppendTimeMs: result.logAppendTimeMs,
      logStartOffset: this.log.logStartOffset,
      errorMessage: null,
      recordErrors: noRecordErrors,
    }
    if (request.acks !== -1 || this.log.highWatermark > result.lastOffset) {
      request.sink.appended(request.index, outcome)
      return
    }
    this.#purgatory.wait(result.lastOffset + 1, request.timeoutMs, {
      committed: () => request.sink.appended(request.index, outcome),
      failed: (error) => request.sink.appended(request.index, refusedAppend(error)),
    })
  }

  /** The smallest end offset in the ISR. Only the leader itself is in it until brokers replicate. */
  #advanceHighWatermark(): void {
    if (!this.isLeader || this.#state.isr.some((id) => id !== this.#brokerId)) return
    if (!this.log.advanceHighWatermark(this.log.logEndOffset)) return
    if (this.#purgatory.size > 0) this.#purgatory.advance(this.log.highWatermark)
    if (this.#waiters.size > 0) this.#wake()
  }

  #wake(): void {
    for (const waiter of [...this.#waiters]) waiter.dataArrived(this)
  }

  #goOffline(error: unknown): void {
    this.#offlineAt = this.#clock.monotonic()
    this.#logger.error('the disk failed; the partition is offline', {
      topic: this.topic,
      partition: this.index,
      error,
    })
  }
}

const noRecordErrors: readonly never[] = []

/** What an append hears that comes to nothing. */
export function refusedAppend(error: ErrorCode): AppendOutcome {
  return {
    error,
    baseOffset: -1,
    logAppendTimeMs: -1,
    logStartOffset: -1,
    errorMessage: null,
    recordErrors: noRecordErrors,
  }
}

import { assert, AssertionFailure, raise, thrownMidway } from '@sluice/effects'
import { ErrorCode } from '@sluice/wire'
import type { Rejected, StageResult, Validated } from '../storage/log.ts'
import { type AppendRequest, refusedAppend } from './append.ts'
import type { Replica } from './replica.ts'

/** Where a batch stands, or will stand after the commit. */
export type Placed = Extract<StageResult, { kind: 'staged' | 'duplicate' }>

/** A batch on its way into the log. */
export interface Staged {
  readonly request: AppendRequest
  readonly result: Placed
}

/** The leader, as its staging sees it. */
export interface StagingHome {
  readonly leaderEpoch: number
  /** A held request's turn has come. */
  append(request: AppendRequest): void
  /** The first batch since the last commit is staged. */
  stagedFirst(): void
  commit(): void
  /** These batches have been written. */
  wrote(batches: readonly Buffer[]): void
  /** The records stand in the log: since now, or since an earlier try. */
  written(request: AppendRequest, result: Placed): void
}

const nothing: readonly never[] = []

/**
 * The way of batches into the log of a leader.
 *
 * 1. `add` judges a batch and gives it offsets: it is staged.
 * 2. A batch whose codec has no synchronous form is judged later. It holds the batches behind it, copied, because
 *    the receive buffer is used again before their turn comes. Those that there is no room for may come again.
 * 3. `write` puts everything that is staged into the log with one call, or nothing of it.
 *
 * Invariant: what is staged here is staged in the log, one for one and in the same order.
 */
export class Staging {
  readonly #replica: Pick<Replica, 'log' | 'disk' | 'context'>
  readonly #home: StagingHome
  #staged: Staged[] = []
  /** What stands behind the batch that is judged now; null while none is. */
  #held: AppendRequest[] | null = null

  constructor(replica: Pick<Replica, 'log' | 'disk' | 'context'>, home: StagingHome) {
    this.#replica = replica
    this.#home = home
  }

  /** Whether the request has to wait for its turn; then it is held. */
  hold(request: AppendRequest): boolean {
    if (!this.#held) return false
    if (this.#replica.log.keepWaiting(request.records.length)) {
      request.records = Buffer.from(request.records)
      this.#held.push(request)
    } else refuse(request, ErrorCode.REQUEST_TIMED_OUT)
    return true
  }

  add(request: AppendRequest): void {
    const validated = this.#replica.log.validate(request.records, request)
    if (validated instanceof Promise) this.#stageLater(request, validated)
    else this.#stage(request, validated)
  }

  /** Writes what is staged and returns it. After the disk's failure that is nothing, and everyone has heard of it. */
  write(): readonly Staged[] {
    const staged = this.#staged
    if (staged.length === 0) return nothing
    const { log, disk } = this.#replica
    assert(staged.length === log.stagedCount, 'all that the log writes is answered')
    this.#staged = []
    let batches: readonly Buffer[]
    try {
      batches = log.commit()
    } catch (error) {
      disk.failed(thrownMidway(error))
      for (const { request } of staged) refuse(request, ErrorCode.KAFKA_STORAGE_ERROR)
      return nothing
    }
    disk.worked()
    this.#home.wrote(batches)
    return staged
  }

  /** The leader resigns: what is held comes to nothing, and so will the batch that is judged now. */
  close(error: ErrorCode): void {
    for (const request of this.#held ?? []) {
      this.#replica.log.letGoWaiting(request.records.length)
      refuse(request, error)
    }
    this.#held = null
  }

  #stage(request: AppendRequest, validated: Validated | Rejected): void {
    const { log } = this.#replica
    const result = validated.kind === 'rejected' ? validated : this.#stageInLog(validated, request)
    if (!result) return refuse(request, ErrorCode.KAFKA_STORAGE_ERROR)
    if (result.kind === 'rejected') {
      request.sink.appended(request.index, {
        ...refusedAppend(result.error),
        logStartOffset: log.logStartOffset,
        errorMessage: result.message,
        recordErrors: result.recordErrors,
      })
      return
    }
    if (result.kind === 'duplicate') {
      // The first answer was lost, not the records. They may still wait for their commit: so does this answer.
      this.#home.commit()
      this.#home.written(request, result)
      return
    }
    this.#staged.push({ request, result })
    if (this.#staged.length === 1) this.#home.stagedFirst()
  }

  /** Null after the disk's failure. */
  #stageInLog(validated: Validated, request: AppendRequest): StageResult | null {
    try {
      return this.#replica.log.stage(validated, this.#home.leaderEpoch, request)
    } catch (error) {
      this.#replica.disk.failed(error)
      return null
    }
  }

  #stageLater(request: AppendRequest, pending: Promise<Validated | Rejected>): void {
    const { log, context } = this.#replica
    const held: AppendRequest[] = []
    this.#held = held
    const finish = (validated: Validated | Rejected) => {
      if (this.#held !== held) {
        refuse(request, ErrorCode.NOT_LEADER_OR_FOLLOWER)
        return
      }
      this.#held = null
      this.#stage(request, validated)
      this.#takeUp(held)
      this.#home.commit()
    }
    const failed = (error: unknown) => {
      if (error instanceof AssertionFailure) throw error
      context.logger.error('validation failed', { ...log.topicPartition, error })
      finish({
        kind: 'rejected',
        error: ErrorCode.UNKNOWN_SERVER_ERROR,
        message: String(error),
        recordErrors: [],
      })
    }
    pending.then(finish, failed).catch((bug: unknown) => raise(context.clock, bug))
  }

  /** One of them may hold the rest again, as it is: there may be thousands, and each is copied already. */
  #takeUp(requests: readonly AppendRequest[]): void {
    for (const request of requests) {
      if (this.#held) this.#held.push(request)
      else {
        this.#replica.log.letGoWaiting(request.records.length)
        this.#home.append(request)
      }
    }
  }
}

function refuse(request: AppendRequest, error: ErrorCode): void {
  request.sink.appended(request.index, refusedAppend(error))
}

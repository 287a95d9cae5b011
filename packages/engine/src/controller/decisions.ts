import {
  AssertionFailure,
  type Clock,
  Deferred,
  isSystemError,
  type Logger,
  type NodeGuard,
  thrownMidway,
} from '@sluice/effects'
import { ErrorCode } from '@sluice/wire'
import type { ChannelContext } from '../metadata/controller-channel.ts'
import type { MetadataImage } from '../metadata/image.ts'
import type { NewRecord } from '../metadata/records.ts'
import { Lane } from '../storage/lane.ts'
import type { NodeDisk } from '../storage/node-disk.ts'
import { atOnce, isSteps, type Steps } from '../storage/slices.ts'
import type { CommitQueue } from './commit-queue.ts'
import type { ControllerRequest } from './controller-request.ts'
import { type Decision, ExcessiveDecision } from './decision.ts'
import type { MetadataLog, SealedBatch } from './metadata-log.ts'
import type { Managers } from './requests.ts'

/** A request, and who asks, as their broker knows them. */
interface Asked extends ChannelContext {
  readonly handler: ControllerRequest<Managers>
  readonly version: number
  readonly request: unknown
}

/** What has come of a request; null: this controller decides no more. */
export type Decided = { readonly response: unknown } | { readonly refusal: unknown } | null
type Resolve = (decided: Decided) => void

interface SealedDecision {
  /** Null where nothing changes. */
  readonly batch: SealedBatch | null
  readonly decision: Decision<unknown>
}

/** What a request is told whose decision, or answer, has a bug. */
export const unexpected = 'The controller failed unexpectedly.'
/** What the log of the service says of a disk that refuses. */
export const notWritten = 'the metadata log cannot be written'

/**
 * Makes decisions, appends their records to the metadata log and replays them, so that the next decision sees them.
 *
 * A decision that names thousands of things is made in slices, and must find the image at its last step as it was at
 * its first one:
 *
 * 1. One such decision is under way at a time. Until its records are appended and replayed, all at once, nobody else
 *    appends anything, so the image stands still.
 * 2. What has come out without records has changed nothing, so it may be decided between two slices: whatever asks, is
 *    refused, or finds nothing to do, as the heartbeat of a broker that stays what it is. A decision at once is
 *    therefore made at any time; if it has records while another one is under way, it is dropped, and made anew when
 *    that one is written. What managers remember beside the image of what was decided they are told when it is written; of what was
 *    asked (that a broker is alive) they may be told twice.
 * 3. Then those at once come first, and what is urgent, in their order, before the next one in slices: a broker that
 *    leaves its fence, or a leader that changes its ISR, waits for one decision of a client at most.
 * 4. Thousands may have waited: they, too, go on in slices, and whoever comes meanwhile is behind them.
 */
export class Decisions {
  readonly #managers: Managers
  readonly #image: MetadataImage
  readonly #log: MetadataLog
  readonly #queue: CommitQueue
  readonly #guard: NodeGuard
  readonly #disk: NodeDisk
  readonly #logger: Logger
  readonly #lane: Lane
  readonly #clock: Clock
  #isUnderWay = false
  #isGoingOnSoon = false
  #isClosed = false
  /** They wait for the one that is under way, or behind others that have. */
  readonly #waitingFirst: (() => void)[] = []
  readonly #waitingInSlices: (() => void)[] = []

  constructor(options: {
    managers: Managers
    image: MetadataImage
    log: MetadataLog
    queue: CommitQueue
    guard: NodeGuard
    disk: NodeDisk
    logger: Logger
    clock: Clock
  }) {
    this.#managers = options.managers
    this.#image = options.image
    this.#log = options.log
    this.#queue = options.queue
    this.#guard = options.guard
    this.#disk = options.disk
    this.#logger = options.logger
    this.#clock = options.clock
    this.#lane = new Lane(options.clock)
  }

  /** What is refused has changed nothing. */
  decide(asked: Asked): Promise<Decided> {
    const { promise, resolve } = new Deferred<Decided>()
    this.#begin(asked, resolve)
    return promise
  }

  /** Runs what the controller decides by itself, when nothing is under way. */
  whenFree(act: () => void): void {
    if (!this.#isBusy) act()
    else
      this.#waitingFirst.push(() => {
        if (!this.#isClosed) act()
      })
  }

  /** Only where nothing is under way. */
  append(records: readonly NewRecord[]): void {
    this.#append(atOnce(this.#log.sealInSteps(records)))
  }

  /** What waits, or is under way, ends without having happened. */
  close(): void {
    this.#isClosed = true
    this.#goOnSoon()
  }

  get #isBusy(): boolean {
    return this.#isUnderWay || this.#waitingFirst.length > 0 || this.#waitingInSlices.length > 0
  }

  #begin(asked: Asked, resolve: Resolve, mustWait = this.#isBusy): void {
    if (this.#isClosed) return resolve(null)
    try {
      const made = this.#made(asked)
      const isLong = isSteps(made)
      if (mustWait && (isLong || made.records.length > 0)) {
        const waiting = isLong && !asked.handler.isUrgent ? this.#waitingInSlices : this.#waitingFirst
        waiting.push(() => this.#begin(asked, resolve, false))
      } else if (isLong) this.#inSlices(asked, made, resolve)
      else resolve(this.#written(asked, atOnce(this.#sealed(made))))
    } catch (error) {
      resolve(this.#failed(asked, error))
    }
  }

  #made({
    handler,
    version,
    request,
    principal,
    clientId,
  }: Asked): Decision<unknown> | Steps<Decision<unknown>> {
    return handler.decide(this.#managers, request, {
      version,
      offset: this.#log.endOffset,
      principal,
      clientId,
    })
  }

  #inSlices(asked: Asked, steps: Steps<Decision<unknown>>, resolve: Resolve): void {
    const end = (decided: () => Decided) => {
      this.#isUnderWay = false
      resolve(decided())
      this.#goOnSoon()
    }
    this.#isUnderWay = true
    this.#lane.run({
      steps: this.#whileOpen(this.#decidedAndSealed(steps)),
      isWanted: () => true,
      done: (decision) => end(() => decision && this.#written(asked, decision)),
      failed: (error) => end(() => this.#failed(asked, error)),
    })
  }

  *#decidedAndSealed(steps: Steps<Decision<unknown>>): Steps<SealedDecision> {
    return yield* this.#sealed(yield* steps)
  }

  *#sealed(decision: Decision<unknown>): Steps<SealedDecision> {
    const { records } = decision
    const batch = records.length > 0 ? yield* this.#log.sealInSteps(records) : null
    return { batch, decision }
  }

  /** Null where the controller is closed meanwhile. */
  *#whileOpen<T>(steps: Steps<T>): Steps<T | null> {
    for (;;) {
      if (this.#isClosed) return null
      const step = steps.next()
      if (step.done) return step.value
      yield
    }
  }

  #goOnSoon(): void {
    if (this.#isClosed) return this.#goOn(Infinity)
    if (this.#isGoingOnSoon || this.#isUnderWay || !this.#isBusy) return
    this.#isGoingOnSoon = true
    this.#clock.share((endMs) => {
      this.#isGoingOnSoon = false
      this.#goOn(endMs)
    })
  }

  #goOn(endMs: number): void {
    while (!this.#isUnderWay) {
      const next = this.#waitingFirst.shift() ?? this.#waitingInSlices.shift()
      if (!next) return
      next()
      if (this.#clock.monotonic() >= endMs) return this.#goOnSoon()
    }
  }

  #written(asked: Asked, { batch, decision }: SealedDecision): Decided {
    const { handler, request } = asked
    try {
      if (batch) this.#append(batch)
      decision.written?.()
      return { response: decision.response }
    } catch (error) {
      if (!isSystemError(error)) return this.#failed(asked, thrownMidway(error))
      this.#disk.failed(notWritten, error)
      return { refusal: handler.refuse(request, ErrorCode.KAFKA_STORAGE_ERROR, cannotBeWritten(error)) }
    }
  }

  #failed({ handler, request }: Asked, error: unknown): Decided {
    if (error instanceof ExcessiveDecision)
      return { refusal: handler.refuse(request, ErrorCode.POLICY_VIOLATION, error.message) }
    if (error instanceof AssertionFailure) this.#guard.fail(error)
    else this.#logger.error('a decision failed', { api: handler.api.name, error })
    return { refusal: handler.refuse(request, ErrorCode.UNKNOWN_SERVER_ERROR, unexpected) }
  }

  #append(batch: SealedBatch): void {
    const { endOffset } = this.#log
    const logged = this.#log.append(batch)
    try {
      this.#image.replay(logged)
    } catch (error) {
      this.#takeBack(endOffset)
      throw thrownMidway(error)
    }
    this.#queue.push(logged)
  }

  /** No broker has seen the records, and the next start would trip over them again. */
  #takeBack(offset: number): void {
    try {
      this.#log.takeBack(offset)
    } catch (error) {
      this.#logger.error('records that cannot be replayed stay in the metadata log', { error })
    }
  }
}

export function cannotBeWritten(error: Error): string {
  return `The metadata log cannot be written: ${error.message}`
}

import { type Clock, raise, thrownMidway } from '@sluice/effects'
import type { Lane } from '../../../storage/lane.ts'
import type { Steps } from '../../../storage/slices.ts'
import type { Assignment } from './assignment.ts'

/** A target that cannot be recorded is not made again before this is over. */
const retryDelayMs = 10_000
/** Of so many groups that is remembered; where there are more they may try again sooner. */
const failedMax = 1_000

export interface MadeTarget {
  /** Of the group, when it was begun. */
  readonly epoch: number
  readonly assignor: string
  /** By member, where it is another one than before. */
  readonly changed: ReadonlyMap<string, Assignment>
  /** Of static members among these, their instances. */
  readonly instances: ReadonlyMap<string, string>
}

interface MakerOptions {
  readonly clock: Clock
  /** Of the broker: one target after the other is made. */
  readonly lane: Lane
  /** Hands over what was made; false: it could not be recorded. */
  readonly made: (groupId: string, target: MadeTarget) => Promise<boolean>
}

/** One group's target on its way. */
interface Making {
  isBehind: boolean
  atOnce: MadeTarget | null
}

/** Makes target assignments: at once where that is soon done, else in slices, behind the request. One a group at a time. */
export class TargetMaker {
  readonly #options: MakerOptions
  readonly #making = new Map<string, Making>()
  /** By the monotonic clock. */
  readonly #failedAtMs = new Map<string, number>()

  constructor(options: MakerOptions) {
    this.#options = options
  }

  /** Null: it is not there yet. */
  make(groupId: string, steps: Steps<MadeTarget>): MadeTarget | null {
    const { clock, lane } = this.#options
    const failedAtMs = this.#failedAtMs.get(groupId) ?? -Infinity
    if (this.#making.has(groupId) || clock.monotonic() < failedAtMs + retryDelayMs) return null
    const making: Making = { isBehind: false, atOnce: null }
    this.#making.set(groupId, making)
    lane.run({
      steps,
      done: (target) => {
        if (making.isBehind) return this.#handOver(groupId, making, target)
        this.#making.delete(groupId)
        making.atOnce = target
      },
      failed: (error) => {
        if (making.isBehind) return raise(clock, thrownMidway(error))
        this.#making.delete(groupId)
        throw error
      },
      isWanted: () => this.#making.get(groupId) === making,
    })
    making.isBehind = true
    return making.atOnce
  }

  /** The group is no more: another one may have its name. */
  forget(groupId: string): void {
    this.#making.delete(groupId)
    this.#failedAtMs.delete(groupId)
  }

  /** The groups are coordinated elsewhere. */
  close(): void {
    this.#making.clear()
  }

  #handOver(groupId: string, making: Making, target: MadeTarget): void {
    const { clock, made } = this.#options
    made(groupId, target)
      .then((isRecorded) => {
        if (this.#making.get(groupId) !== making) return
        this.#making.delete(groupId)
        if (isRecorded) this.#failedAtMs.delete(groupId)
        else this.#failed(groupId)
      })
      .catch((error: unknown) => raise(clock, thrownMidway(error)))
  }

  #failed(groupId: string): void {
    if (this.#failedAtMs.size >= failedMax) this.#failedAtMs.clear()
    this.#failedAtMs.set(groupId, this.#options.clock.monotonic())
  }
}

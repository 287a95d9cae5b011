import { ErrorCode } from '@sluice/wire'
import type { MatchFacts } from '../../metadata/client-metrics-match.ts'
import type { Wanted } from './subscriptions.ts'

/** After these a client asks again at once, for it has to. */
const mendedByAsking: readonly ErrorCode[] = [
  ErrorCode.UNKNOWN_SUBSCRIPTION_ID,
  ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
]

/** One client, of which there may be several in a process: what it is to push, and when it has come last. */
export class ClientInstance {
  readonly facts: MatchFacts
  readonly wanted: Wanted
  readonly subscriptionId: number
  /** Of the subscriptions that it has been measured against. */
  readonly revision: number
  usedAtMs = 0
  /** It has said that it ends: nothing more is taken of it. */
  isTerminating = false
  lastError: ErrorCode = ErrorCode.NONE
  #askedAtMs = Number.NEGATIVE_INFINITY
  #pushedAtMs = Number.NEGATIVE_INFINITY

  constructor(options: { facts: MatchFacts; wanted: Wanted; subscriptionId: number; revision: number }) {
    this.facts = options.facts
    this.wanted = options.wanted
    this.subscriptionId = options.subscriptionId
    this.revision = options.revision
  }

  /** Not again within its interval. */
  mayAsk(nowMs: number): boolean {
    const isDue = nowMs - Math.max(this.#askedAtMs, this.#pushedAtMs) >= this.wanted.pushIntervalMs
    if (isDue) this.#askedAtMs = nowMs
    const mayAsk = isDue || mendedByAsking.includes(this.lastError)
    if (mayAsk) this.lastError = ErrorCode.NONE
    return mayAsk
  }

  /** The first push after it has asked may come at any time: clients spread theirs by chance. */
  mayPush(nowMs: number): boolean {
    const mayPush =
      this.#askedAtMs > this.#pushedAtMs || nowMs - this.#pushedAtMs >= this.wanted.pushIntervalMs
    if (mayPush) this.#pushedAtMs = nowMs
    return mayPush
  }
}

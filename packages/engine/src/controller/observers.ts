import type { Clock } from '@sluice/effects'

/** After this time without a fetch nobody observes any more, as on Apache Kafka. */
const observerSessionMs = 300_000
/** Whoever reaches the listener can say any id. */
const observersMax = 1_000

interface Observer {
  readonly replicaId: number
  readonly directoryId: string
  readonly logEndOffset: number
  /** By the wall clock. */
  readonly lastFetchMs: number
  /** When it last had all that there was; −1 where it never has. */
  readonly lastCaughtUpMs: number
}

interface Seen extends Observer {
  /** What there was to have when it fetched last. */
  readonly leaderEndOffset: number
}

/** Who fetches the metadata log, and how far they have come (KIP-836). */
export class Observers {
  readonly #clock: Clock
  readonly #seen = new Map<string, Seen>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  fetched(replicaId: number, directoryId: string, offset: number, leaderEndOffset: number): void {
    if (replicaId < 0) return
    const key = `${replicaId}:${directoryId}`
    const before = this.#seen.get(key)
    if (!before && this.all().length >= observersMax) return
    const nowMs = this.#clock.now()
    this.#seen.set(key, {
      replicaId,
      directoryId,
      logEndOffset: offset,
      leaderEndOffset,
      lastFetchMs: nowMs,
      lastCaughtUpMs: caughtUpMs(before, offset, leaderEndOffset, nowMs),
    })
  }

  all(): readonly Observer[] {
    const nowMs = this.#clock.now()
    for (const [key, { lastFetchMs }] of this.#seen)
      if (lastFetchMs + observerSessionMs < nowMs) this.#seen.delete(key)
    return [...this.#seen.values()]
  }
}

function caughtUpMs(
  before: Seen | undefined,
  offset: number,
  leaderEndOffset: number,
  nowMs: number,
): number {
  if (offset >= leaderEndOffset) return nowMs
  if (before && offset >= before.leaderEndOffset) return Math.max(before.lastFetchMs, before.lastCaughtUpMs)
  return before?.lastCaughtUpMs ?? -1
}

import type { Clock } from '@sluice/effects'
import type { Int64 } from '@sluice/wire'
import type { BrokerImage } from '../metadata/image.ts'

/** What one broker said last. */
interface Heard {
  readonly epoch: Int64
  readonly atMs: number
  /** How far its metadata has come. */
  readonly metadataOffset: Int64
  /** Of the last record of its controlled shutdown; null while there is none. */
  shutdownOffset: number | null
  /** Where it is fenced it comes, or comes back; not once it has shut down or was given up. */
  mayCome: boolean
}

export interface HeardBroker {
  readonly broker: BrokerImage
  readonly metadataOffset: number
  /** By the wall clock. */
  readonly heardAtMs: number
}

/** Nobody has said anything yet. */
const unknownOffset = -1

const newcomer: Pick<Heard, 'shutdownOffset' | 'mayCome'> = { shutdownOffset: null, mayCome: true }

/** What this controller alone remembers of the brokers' heartbeats, each by the broker's epoch. */
export class BrokerHeartbeats {
  readonly #clock: Clock
  readonly #sessionTimeoutMs: number
  readonly #heard = new Map<number, Heard>()
  /** Brokers that were here before this controller started have a session from then on. */
  readonly #startedAtMs: number
  readonly #patienceMs: number

  constructor(options: {
    clock: Clock
    sessionTimeoutMs: number
    /** How long after its own start the controller goes on to expect those who were here before. */
    patienceMs: number
  }) {
    const { clock } = options
    this.#clock = clock
    this.#sessionTimeoutMs = options.sessionTimeoutMs
    this.#patienceMs = options.patienceMs
    this.#startedAtMs = clock.monotonic()
  }

  heard(brokerId: number, epoch: Int64, metadataOffset: Int64 = unknownOffset): void {
    const before = this.#heard.get(brokerId)
    const { shutdownOffset, mayCome } = before?.epoch === epoch ? before : newcomer
    const atMs = this.#clock.monotonic()
    this.#heard.set(brokerId, { epoch, atMs, metadataOffset, shutdownOffset, mayCome })
  }

  /** It has shut down, or nobody waits for it any more. */
  isGone(broker: BrokerImage): void {
    const heard = this.#of(broker)
    if (heard) heard.mayCome = false
  }

  /**
   * Whether a fenced broker may soon serve: it starts, or was killed and may be started again, and its session is not
   * over; or it was here before this controller, which has not been here for long.
   */
  isExpected(broker: BrokerImage): boolean {
    const heard = this.#of(broker)
    if (heard) return heard.mayCome && this.msLeft(broker) > 0
    return this.#clock.monotonic() - this.#startedAtMs < this.#patienceMs
  }

  /** Whether a fenced broker is waited for until its session is over. */
  isAwaited(broker: BrokerImage): boolean {
    return this.#of(broker)?.mayCome === true
  }

  forget(brokerId: number): void {
    this.#heard.delete(brokerId)
  }

  /** Only words that this controller has heard itself prove that somebody is alive. */
  isAlive(broker: BrokerImage): boolean {
    return !broker.fenced && this.#of(broker) !== undefined && this.msLeft(broker) > 0
  }

  /** Of the broker's session. */
  msLeft(broker: BrokerImage): number {
    const sinceMs = this.#of(broker)?.atMs ?? this.#startedAtMs
    return sinceMs + this.#sessionTimeoutMs - this.#clock.monotonic()
  }

  /** The records of its controlled shutdown end at `offset`. */
  shutsDown(broker: BrokerImage, offset: number): void {
    const heard = this.#of(broker)
    if (heard) heard.shutdownOffset = offset
  }

  /** Whether each of these brokers knows that the one leaves, and so fetches from it no more. */
  allKnowOfShutdown(leaving: BrokerImage, others: readonly BrokerImage[]): boolean {
    const offset = this.#of(leaving)?.shutdownOffset ?? null
    if (offset === null) return false
    return others.every((other) => (this.#of(other)?.metadataOffset ?? unknownOffset) >= offset)
  }

  /** What an alive broker said last; nothing where it has not said anything. */
  lastOf(broker: BrokerImage): HeardBroker[] {
    const heard = this.#of(broker)
    if (!heard || heard.metadataOffset === unknownOffset || this.msLeft(broker) <= 0) return []
    const heardAtMs = this.#clock.now() - (this.#clock.monotonic() - heard.atMs)
    return [{ broker, metadataOffset: Number(heard.metadataOffset), heardAtMs: Math.round(heardAtMs) }]
  }

  isShuttingDown(broker: BrokerImage): boolean {
    return broker.inControlledShutdown && (this.#of(broker)?.shutdownOffset ?? null) !== null
  }

  #of({ id, epoch }: BrokerImage): Heard | undefined {
    const heard = this.#heard.get(id)
    return heard?.epoch === epoch ? heard : undefined
  }
}

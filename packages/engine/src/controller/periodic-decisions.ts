import { type Clock, isSystemError, type Logger, type Timer } from '@sluice/effects'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { NewRecord } from '../metadata/records.ts'
import type { NodeDisk } from '../storage/node-disk.ts'
import { notWritten } from './decisions.ts'
import type { Managers } from './requests.ts'

interface PeriodicDecision {
  /** What the log says of it. */
  readonly name: string
  readonly intervalMs: number
  /** Never too many at once: while it has something to say, there may be more. */
  readonly decide: () => NewRecord[]
}

/**
 * What the controller decides by itself from time to time: preferred leaders take their partitions back, partitions that
 * stay without a leader get an unclean one, where that is allowed, and delegation tokens that have ended go. As in Apache Kafka's KRaft, every partition is
 * given back whose preferred leader can lead; `leader.imbalance.per.broker.percentage` has no say.
 */
export class PeriodicDecisions {
  readonly #clock: Clock
  readonly #disk: NodeDisk
  readonly #logger: Logger
  readonly #whenFree: (act: () => void) => void
  readonly #append: (records: readonly NewRecord[]) => void
  readonly #decisions: readonly PeriodicDecision[]
  readonly #timers = new Map<string, Timer>()

  constructor(options: {
    clock: Clock
    disk: NodeDisk
    logger: Logger
    config: BrokerConfig
    managers: Pick<Managers, 'elections' | 'delegationTokens'>
    /** Runs a decision when no other one is under way. */
    whenFree: (act: () => void) => void
    append: (records: readonly NewRecord[]) => void
  }) {
    const { clock, logger, config, whenFree, append } = options
    const { elections, delegationTokens } = options.managers
    this.#clock = clock
    this.#disk = options.disk
    this.#logger = logger
    this.#whenFree = whenFree
    this.#append = append
    const balanced = {
      name: 'preferred leaders are elected',
      intervalMs: config.long('leader.imbalance.check.interval.seconds') * 1000,
      decide: () => elections.balance(),
    }
    this.#decisions = [
      ...(config.boolean('auto.leader.rebalance.enable') ? [balanced] : []),
      {
        name: 'unclean leaders are elected',
        intervalMs: config.long('unclean.leader.election.interval.ms'),
        decide: () => elections.electUncleanly(),
      },
      {
        name: 'delegation tokens have ended',
        intervalMs: config.long('delegation.token.expiry.check.interval.ms'),
        decide: () => delegationTokens.removeEnded(),
      },
    ]
  }

  start(): void {
    for (const decision of this.#decisions) this.#schedule(decision)
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel()
  }

  #schedule(decision: PeriodicDecision): void {
    const timer = this.#clock.schedule(decision.intervalMs, () => {
      this.#whenFree(() => this.#decide(decision))
      this.#schedule(decision)
    })
    this.#timers.set(decision.name, timer)
  }

  #decide({ name, decide }: PeriodicDecision): void {
    try {
      const records = decide()
      if (records.length === 0) return
      this.#logger.info(name, { records: records.length })
      this.#append(records)
    } catch (error) {
      // The next time is soon enough.
      if (!isSystemError(error)) throw error
      this.#disk.failed(notWritten, error)
    }
  }
}

import { type Clock, isSystemError, type Logger, type Timer } from '@sluice/effects'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { NewRecord } from '../metadata/records.ts'
import type { NodeDisk } from '../storage/node-disk.ts'
import { notWritten } from './decisions.ts'
import type { ElectionsManager } from './elections.ts'

interface Election {
  readonly name: string
  readonly intervalMs: number
  /** Never too many at once: while it has something to say, there may be more. */
  readonly decide: () => NewRecord[]
}

/**
 * Elections that the controller holds from time to time: preferred leaders take their partitions back, and partitions
 * that stay without a leader get an unclean one, where that is allowed. As in Apache Kafka's KRaft, every partition is
 * given back whose preferred leader can lead; `leader.imbalance.per.broker.percentage` has no say.
 */
export class PeriodicElections {
  readonly #clock: Clock
  readonly #disk: NodeDisk
  readonly #logger: Logger
  readonly #whenFree: (act: () => void) => void
  readonly #append: (records: readonly NewRecord[]) => void
  readonly #elections: readonly Election[]
  readonly #timers = new Map<string, Timer>()

  constructor(options: {
    clock: Clock
    disk: NodeDisk
    logger: Logger
    config: BrokerConfig
    elections: ElectionsManager
    /** Runs a decision when no other one is under way. */
    whenFree: (act: () => void) => void
    append: (records: readonly NewRecord[]) => void
  }) {
    const { clock, logger, config, elections, whenFree, append } = options
    this.#clock = clock
    this.#disk = options.disk
    this.#logger = logger
    this.#whenFree = whenFree
    this.#append = append
    const balanced = {
      name: 'preferred leaders',
      intervalMs: config.long('leader.imbalance.check.interval.seconds') * 1000,
      decide: () => elections.balance(),
    }
    this.#elections = [
      ...(config.boolean('auto.leader.rebalance.enable') ? [balanced] : []),
      {
        name: 'unclean leaders',
        intervalMs: config.long('unclean.leader.election.interval.ms'),
        decide: () => elections.electUncleanly(),
      },
    ]
  }

  start(): void {
    for (const election of this.#elections) this.#schedule(election)
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel()
  }

  #schedule(election: Election): void {
    const timer = this.#clock.schedule(election.intervalMs, () => {
      this.#whenFree(() => this.#hold(election))
      this.#schedule(election)
    })
    this.#timers.set(election.name, timer)
  }

  #hold({ name, decide }: Election): void {
    try {
      const records = decide()
      if (records.length === 0) return
      this.#logger.info(`${name} are elected`, { partitions: records.length })
      this.#append(records)
    } catch (error) {
      // The next time is soon enough.
      if (!isSystemError(error)) throw error
      this.#disk.failed(notWritten, error)
    }
  }
}

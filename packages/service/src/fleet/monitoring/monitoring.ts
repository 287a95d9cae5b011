import type { Clock, Disk, Logger, Random, Timer } from '@sluice/effects'
import type { Place } from '../place.ts'
import { Alarms } from './alarms.ts'
import { ClusterMetrics, type ClusterMetricsOptions } from './cluster-metrics.ts'
import type { MetricSource } from './metric-source.ts'
import { MetricStore } from './metric-store.ts'

/** MSK's period, and that of all other services here. */
const periodMs = 60_000

interface MonitoringOptions extends ClusterMetricsOptions {
  dataDirectory: string
  disk: Disk
  logger: Logger
  clock: Clock
  random: Random
  place: Place
}

/** Asks once a minute what is measured of all services, and looks whether an alarm follows from it. */
export class Monitoring {
  readonly metrics = new MetricStore()
  readonly alarms: Alarms
  readonly clusters: ClusterMetrics
  readonly #options: MonitoringOptions
  readonly #sources: MetricSource[]
  #timer: Timer | null = null
  #isFull = false

  constructor(options: MonitoringOptions) {
    this.#options = options
    this.alarms = new Alarms({ ...options, metrics: this.metrics })
    this.clusters = new ClusterMetrics(options)
    this.#sources = [this.clusters]
  }

  /** Of another service. */
  include(source: MetricSource): void {
    this.#sources.push(source)
  }

  /** Reads what is on disk, and begins to look. */
  load(): void {
    this.alarms.load()
    this.#wait()
  }

  stop(): void {
    this.#timer?.cancel()
  }

  /** At the beginning of each minute, so that the values of one stand together. */
  #wait(): void {
    const { clock, logger } = this.#options
    this.#timer = clock.schedule(periodMs - (clock.now() % periodMs), () => {
      this.#wait()
      this.measure().catch((error: unknown) => logger.error('alarms could not be judged', { error }))
    })
  }

  /** Now. */
  async measure(): Promise<void> {
    const atMs = this.#options.clock.now()
    await Promise.all(this.#sources.map((source) => this.#measureOne(source, atMs)))
    this.alarms.evaluate(atMs)
  }

  async #measureOne(source: MetricSource, atMs: number): Promise<void> {
    const { logger } = this.#options
    const { namespace } = source
    try {
      const refused = this.metrics.record(atMs, namespace, await source.measure(atMs))
      if (refused > 0 && !this.#isFull)
        logger.warn('there are more metrics than are kept; others are left out', { refused })
      this.#isFull ||= refused > 0
    } catch (error) {
      logger.error('a service could not be measured', { namespace, error })
    }
  }
}

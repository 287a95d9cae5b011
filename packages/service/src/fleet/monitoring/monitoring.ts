import type { Clock, Disk, Logger, Random, Timer } from '@sluice/effects'
import type { ClusterRecord } from '../clusters/cluster-record.ts'
import type { Clusters } from '../clusters/clusters.ts'
import type { EngineCluster } from '../engines/engine.ts'
import type { Place } from '../place.ts'
import { Alarms } from './alarms.ts'
import { MetricStore } from './metric-store.ts'
import type { Reading } from './reading.ts'
import { samplesOf } from './samples.ts'

/** MSK's period. */
const periodMs = 60_000

interface MonitoringOptions {
  dataDirectory: string
  clusters: Pick<Clusters, 'list' | 'storageUse'>
  /** What runs of a cluster. */
  runningOf: (uuid: string) => Pick<EngineCluster, 'brokers' | 'figures'> | null
  disk: Disk
  logger: Logger
  clock: Clock
  random: Random
  place: Place
}

/** Reads once a minute what all clusters are doing, and looks whether an alarm follows from it. */
export class Monitoring {
  readonly metrics = new MetricStore()
  readonly alarms: Alarms
  readonly #options: MonitoringOptions
  /** The last one, by cluster. */
  readonly #readings = new Map<string, Reading>()
  #timer: Timer | null = null
  #isFull = false

  constructor(options: MonitoringOptions) {
    this.#options = options
    this.alarms = new Alarms({ ...options, metrics: this.metrics })
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
      this.#gather().catch((error: unknown) => logger.error('clusters could not be measured', { error }))
    })
  }

  async #gather(): Promise<void> {
    const { clusters, clock } = this.#options
    const atMs = clock.now()
    const records = clusters.list()
    for (const uuid of this.#readings.keys())
      if (!records.some((record) => record.uuid === uuid)) this.#readings.delete(uuid)
    await Promise.all(records.map((record) => this.#measure(record, atMs)))
    this.alarms.evaluate(atMs)
  }

  /** What a cluster is doing now; null where nothing of it runs. */
  async read(record: ClusterRecord): Promise<Reading | null> {
    const { clusters, runningOf, clock } = this.#options
    const running = runningOf(record.uuid)
    if (!running) return null
    const { brokers } = running
    // Where nobody answers there is nothing to tell of.
    const [overview, storage, offsets] = await Promise.all([
      brokers.overview().catch(() => null),
      clusters.storageUse(record).catch(() => []),
      brokers.consumerOffsets().catch(() => []),
    ])
    return { atMs: clock.now(), record, overview, storage, offsets, figures: running.figures() }
  }

  async #measure(record: ClusterRecord, atMs: number): Promise<void> {
    const { logger } = this.#options
    const now = await this.read(record)
    if (!now) return
    const reading = { ...now, atMs }
    const refused = this.metrics.record(atMs, samplesOf(reading, this.#readings.get(record.uuid)))
    this.#readings.set(record.uuid, reading)
    if (refused > 0 && !this.#isFull)
      logger.warn('there are more metrics than are kept; others are left out', { refused })
    this.#isFull ||= refused > 0
  }
}

import type { Clock } from '@sluice/effects'
import type { ClusterRecord } from '../clusters/cluster-record.ts'
import type { Clusters } from '../clusters/clusters.ts'
import type { EngineCluster } from '../engines/engine.ts'
import type { Sample } from './metric.ts'
import type { MetricSource } from './metric-source.ts'
import type { Reading } from './reading.ts'
import { samplesOf } from './samples.ts'

export interface ClusterMetricsOptions {
  clusters: Pick<Clusters, 'list' | 'storageUse'>
  /** What runs of a cluster. */
  runningOf: (uuid: string) => Pick<EngineCluster, 'brokers' | 'figures'> | null
  clock: Clock
}

/** What all clusters are doing, as MSK's metrics. */
export class ClusterMetrics implements MetricSource {
  readonly namespace = 'AWS/Kafka'
  readonly #options: ClusterMetricsOptions
  /** The last one, by cluster. */
  readonly #readings = new Map<string, Reading>()

  constructor(options: ClusterMetricsOptions) {
    this.#options = options
  }

  async measure(atMs: number): Promise<Sample[]> {
    const records = this.#options.clusters.list()
    for (const uuid of this.#readings.keys())
      if (!records.some((record) => record.uuid === uuid)) this.#readings.delete(uuid)
    return (await Promise.all(records.map((record) => this.#samplesOf(record, atMs)))).flat()
  }

  async #samplesOf(record: ClusterRecord, atMs: number): Promise<Sample[]> {
    const now = await this.read(record)
    if (!now) return []
    const reading = { ...now, atMs }
    const samples = samplesOf(reading, this.#readings.get(record.uuid))
    this.#readings.set(record.uuid, reading)
    return samples
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
}

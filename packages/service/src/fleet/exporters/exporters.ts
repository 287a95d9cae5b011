import type { Logger, Machine } from '@sluice/effects'
import { exportersOf } from '../clusters/cluster-plan.ts'
import type { ClusterRecord } from '../clusters/cluster-record.ts'
import type { Clusters } from '../clusters/clusters.ts'
import type { EngineCluster, ListenerName } from '../engines/engine.ts'
import type { Monitoring } from '../monitoring/monitoring.ts'
import { Mutex } from '../mutex.ts'
import { jmxRows, nodeRows, type Row } from './exposition.ts'
import { prometheusText } from './prometheus-text.ts'

/** What puts a page on a port; it is none of the fleet's to speak HTTP. */
export interface PageHost {
  open(
    address: { host: string; port: number },
    read: () => Promise<string>,
  ): Promise<{ close(): Promise<void> }>
}

interface ExportersOptions {
  clusters: Pick<Clusters, 'list' | 'byArn'>
  runningOf: (uuid: string) => Pick<EngineCluster, 'brokers'> | null
  monitoring: Pick<Monitoring, 'clusters' | 'metrics'>
  host: string
  /** Without one nobody is measured. */
  pages: PageHost | undefined
  machine: Machine | undefined
  logger: Logger
}

interface Wanted {
  record: ClusterRecord
  nodeId: number
  listener: ListenerName
  port: number
}

/**
 * MSK's open monitoring: the exporters of brokers, each on a port that was allocated as a listener's. They live in the
 * service, whatever the brokers run in.
 */
export class Exporters {
  readonly #options: ExportersOptions
  readonly #open = new Map<string, { close(): Promise<void> }>()
  readonly #lock = new Mutex()
  #isStopped = false

  constructor(options: ExportersOptions) {
    this.#options = options
  }

  /** Opens what is wanted by now, and closes what is not any more. */
  look(): Promise<void> {
    return this.#lock.run(() => this.#look())
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.look()
  }

  async #look(): Promise<void> {
    const { pages, host, logger } = this.#options
    if (!pages) return
    const wanted = new Map(this.#wanted().map((one) => [keyOf(one), one]))
    for (const [key, page] of this.#open) {
      if (wanted.has(key)) continue
      this.#open.delete(key)
      await page.close()
    }
    for (const [key, one] of wanted) {
      if (this.#open.has(key)) continue
      try {
        this.#open.set(key, await pages.open({ host, port: one.port }, () => this.#text(one)))
      } catch (error) {
        // The next look tries again.
        logger.warn('an exporter cannot be opened', { cluster: one.record.name, port: one.port, error })
      }
    }
  }

  #wanted(): Wanted[] {
    if (this.#isStopped) return []
    const serving = this.#options.clusters.list().filter(({ state }) => state !== 'DELETING')
    return serving.flatMap((record) =>
      record.ports
        .filter(({ listener, ...node }) => exportersOf(record, node).includes(listener))
        .map(({ nodeId, listener, port }) => ({ record, nodeId, listener, port })),
    )
  }

  async #text({ record: { arn, uuid }, nodeId, listener }: Wanted): Promise<string> {
    const { clusters, runningOf, machine } = this.#options
    const record = clusters.byArn(arn)
    const directories = (await runningOf(uuid)?.brokers.logDirectories()) ?? []
    const directory = directories.find((one) => one.nodeId === nodeId)
    if (listener === 'NODE_EXPORTER') return prometheusText(nodeRows(machine, directory))
    return prometheusText(record ? await this.#jmxRows(record, nodeId, directory) : [])
  }

  async #jmxRows(
    record: ClusterRecord,
    nodeId: number,
    directory: Parameters<typeof nodeRows>[1],
  ): Promise<Row[]> {
    const { monitoring } = this.#options
    const reading = await monitoring.clusters.read(record)
    if (!reading) return []
    const rateOf = (name: string, topic?: string) =>
      monitoring.metrics.latest({
        namespace: monitoring.clusters.namespace,
        name,
        dimensions: {
          'Cluster Name': record.name,
          'Broker ID': String(nodeId),
          ...(topic !== undefined && { Topic: topic }),
        },
      })
    return jmxRows({ nodeId, reading, directory, rateOf })
  }
}

function keyOf({ record, nodeId, listener, port }: Wanted): string {
  return [record.uuid, nodeId, listener, port].join('/')
}

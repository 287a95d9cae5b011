import type { Clock, Logger, Timer } from '@sluice/effects'
import { isBroker } from '../clusters/cluster-plan.ts'
import type { ClusterRecord } from '../clusters/cluster-record.ts'
import type { Clusters } from '../clusters/clusters.ts'
import { type EngineCluster, ListenerName } from '../engines/engine.ts'
import type { BrokerFigures } from '../engines/cluster-view.ts'
import { allTraffic } from '../monitoring/all-traffic.ts'
import { serverlessZones } from '../clusters/serverless-limits.ts'
import { type Load, spareMinutes, wantedBrokers } from './wanted-brokers.ts'

interface ServerlessCapacityOptions {
  clusters: Pick<Clusters, 'list' | 'setCapacity'>
  /** What runs of a cluster; null where nothing does. */
  runningOf: (uuid: string) => Pick<EngineCluster, 'figures'> | null
  clock: Clock
  logger: Logger
}

/** What is known of a cluster since this process looks. */
interface Watched {
  atMs: number
  figures: readonly BrokerFigures[]
  /** The newest last. */
  minutes: Load[]
}

const lookMs = 60_000

/**
 * Looks once a minute at what the clients of serverless clusters do, and has as many brokers stand behind each as that
 * takes. Nobody is told of it: the cluster stays ACTIVE. Where all brokers share one event loop more of them would carry no
 * more, so clusters that are hosted inline keep theirs.
 */
export class ServerlessCapacity {
  readonly #options: ServerlessCapacityOptions
  readonly #watched = new Map<string, Watched>()
  #timer: Timer | null = null

  constructor(options: ServerlessCapacityOptions) {
    this.#options = options
  }

  begin(): void {
    const { clock, logger } = this.#options
    this.#timer = clock.schedule(lookMs, () => {
      this.begin()
      try {
        this.#look()
      } catch (error) {
        logger.error('the capacity of serverless clusters could not be seen to', { error })
      }
    })
  }

  stop(): void {
    this.#timer?.cancel()
  }

  #look(): void {
    const elastic = this.#options.clusters
      .list()
      .filter(({ spec, hosting }) => spec.serverless && hosting === 'process')
    for (const uuid of this.#watched.keys())
      if (!elastic.some((record) => record.uuid === uuid)) this.#watched.delete(uuid)
    for (const record of elastic) this.#lookAt(record)
  }

  #lookAt(record: ClusterRecord): void {
    const { clusters, logger } = this.#options
    const minutes = this.#measure(record)
    const current = record.spec.numberOfBrokerNodes
    // One thing at a time: those that come or go have arrived, or are gone.
    const isSettled = record.state === 'ACTIVE' && record.nodes.filter(isBroker).length === current
    const wanted = wantedBrokers(minutes, current)
    if (!isSettled || wanted === current) return
    logger.info('the brokers behind a serverless cluster change', {
      ...{ cluster: record.name, from: current, to: wanted, load: minutes.at(-1) },
    })
    clusters.setCapacity(record, wanted)
  }

  #measure({ uuid }: ClusterRecord): readonly Load[] {
    const { runningOf, clock } = this.#options
    const figures = runningOf(uuid)?.figures() ?? []
    const before = this.#watched.get(uuid)
    const now: Watched = { atMs: clock.monotonic(), figures, minutes: before?.minutes ?? [] }
    if (before) now.minutes = [...now.minutes, loadBetween(before, now)].slice(-spareMinutes)
    this.#watched.set(uuid, now)
    return now.minutes
  }
}

/** A broker that has started anew counts from nothing. */
function loadBetween(before: Watched, now: Watched): Load {
  const seconds = (now.atMs - before.atMs) / 1_000
  const added = (figure: 'bytesIn' | 'bytesOut') =>
    now.figures.reduce((sum, broker) => {
      const earlier = before.figures.find(({ nodeId }) => nodeId === broker.nodeId)
      const [there, was] = [allTraffic(broker)[figure], earlier ? allTraffic(earlier)[figure] : 0]
      return sum + (there >= was ? there - was : there)
    }, 0)
  const summed = (of: (broker: BrokerFigures) => number) =>
    now.figures.reduce((sum, broker) => sum + of(broker), 0)
  return {
    bytesInPerSecond: added('bytesIn') / seconds,
    bytesOutPerSecond: added('bytesOut') / seconds,
    // Each has a replica a zone.
    partitions: summed(({ partitions }) => partitions.users) / serverlessZones,
    connections: summed(({ connections }) => connections.byListener[ListenerName.clientIam] ?? 0),
  }
}

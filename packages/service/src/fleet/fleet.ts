import type { Clock, Disk, Logger, Network, Processes, Random } from '@sluice/effects'
import type { ClusterRecord } from './cluster-record.ts'
import { reconcileCluster } from './cluster-reconciler.ts'
import type { Place } from './cluster-spec.ts'
import { ClusterStore } from './cluster-store.ts'
import { Clusters } from './clusters.ts'
import { explained } from './data-directory.ts'
import type { Engine } from './engines/engine.ts'
import { Mutex } from './mutex.ts'
import { isFree, portTaken } from './ports.ts'
import { ReconcileLoop } from './reconcile-loop.ts'
import type { ClusterRuntime, ReconcileSettings } from './steps/step.ts'

export interface FleetOptions {
  /** Locked by the caller; see data-directory.ts. */
  dataDirectory: string
  engine: Engine
  region: string
  account: string
  effects: {
    clock: Clock
    disk: Disk
    network: Network
    random: Random
    logger: Logger
    processes: Processes
  }
  /** The address that brokers listen on and are known by. */
  host?: string
  /** Where default ports are looked for. */
  kafkaPortBase?: number
  controllerPortBase?: number
  /**
   * A Kafka port that the user asks for (0: any free one): the first broker of the cluster of that name gets
   * it or an error. Without a name it is where new clusters look first.
   */
  kafkaPort?: { port: number; cluster: string | null } | null
}

/** One cluster for `sluice status` and the start screen. */
export interface ClusterStatus {
  arn: string
  name: string
  state: ClusterRecord['state']
  stateInfo: ClusterRecord['stateInfo']
  kafkaClusterId: string | null
  directory: string
  bootstrap: string | null
  brokers: {
    id: number
    pid: number
    directory: string
    listeners: { name: string; host: string; port: number }[]
  }[]
  /** Default ports that were taken when this process started the cluster. */
  movedPorts: { listener: string; wanted: number; port: number }[]
}

export interface Fleet {
  /** What the AWS operations work on. */
  readonly clusters: Clusters
  /**
   * Reads the clusters and starts them; resolves when each has been tried once. Rejects with an OperatingError
   * where the data directory cannot be read or an explicit Kafka port is taken. A single cluster that does not
   * start tells so in its state.
   */
  start(): Promise<void>
  /** Stops every broker cleanly. */
  stop(): Promise<void>
  status(): ClusterStatus[]
  /** Resolves when the loop has nothing to do for the cluster at this moment (retries are not waited for). */
  idle(uuid: string): Promise<void>
}

export const kafkaPortBase = 9_092
export const controllerPortBase = 19_093

export function createFleet(options: FleetOptions): Fleet {
  return new FleetOfClusters(options)
}

class FleetOfClusters implements Fleet {
  readonly clusters: Clusters
  readonly #options: FleetOptions
  readonly #settings: ReconcileSettings
  readonly #store: ClusterStore
  readonly #loop: ReconcileLoop
  readonly #portsLock = new Mutex()
  readonly #runtimes = new Map<string, ClusterRuntime>()

  constructor(options: FleetOptions) {
    const { dataDirectory, effects, engine, region, account } = options
    this.#options = options
    this.#settings = {
      host: options.host ?? '127.0.0.1',
      kafkaPortBase: options.kafkaPortBase ?? kafkaPortBase,
      controllerPortBase: options.controllerPortBase ?? controllerPortBase,
      askedPort: options.kafkaPort ?? null,
    }
    this.#store = new ClusterStore({ disk: effects.disk, logger: effects.logger, dataDirectory })
    this.#loop = new ReconcileLoop(effects.clock, effects.logger, (uuid) => this.#reconcile(uuid))
    this.clusters = new Clusters({
      place: placeOf(region, account),
      host: this.#settings.host,
      store: this.#store,
      effects,
      checkProperties: (properties) => engine.checkProperties(properties),
      trigger: (uuid) => this.#loop.trigger(uuid),
    })
  }

  async start(): Promise<void> {
    const { network } = this.#options.effects
    const asked = this.#settings.askedPort
    if (asked && asked.port !== 0 && !(await isFree(network, this.#settings.host, asked.port)))
      throw portTaken(asked.port)
    try {
      this.#store.load()
    } catch (error) {
      throw explained(this.#options.dataDirectory, error)
    }
    await Promise.all(this.#store.list().map((record) => this.#restore(record)))
  }

  async #restore(record: ClusterRecord): Promise<void> {
    // What stood in the way of a creation may be gone: a new start is a new attempt.
    if (record.state === 'FAILED') this.#store.observe(record.uuid, { state: 'CREATING', stateInfo: null })
    this.#loop.trigger(record.uuid)
    await this.#loop.idle(record.uuid)
  }

  async stop(): Promise<void> {
    await this.#loop.stop()
    const running = [...this.#runtimes.values()].flatMap((runtime) => runtime.running ?? [])
    for (const runtime of this.#runtimes.values()) runtime.running = null
    const stopped = await Promise.allSettled(running.map((cluster) => cluster.stop()))
    const failed = stopped.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
  }

  status(): ClusterStatus[] {
    return this.#store.list().map((record) => {
      const runtime = this.#runtimes.get(record.uuid)
      const running = runtime?.running ?? null
      const brokers = (running?.brokers ?? []).map(({ nodeId, ...rest }) => ({ id: nodeId, ...rest }))
      const addresses = brokers.flatMap((broker) =>
        broker.listeners.map(({ host, port }) => `${host}:${port}`),
      )
      return {
        arn: record.arn,
        name: record.name,
        state: record.state,
        stateInfo: record.stateInfo,
        kafkaClusterId: running?.clusterId ?? null,
        directory: this.#store.directory(record.uuid),
        bootstrap: addresses.length > 0 ? addresses.join(',') : null,
        brokers,
        movedPorts: runtime?.movedPorts ?? [],
      }
    })
  }

  idle(uuid: string): Promise<void> {
    return this.#loop.idle(uuid)
  }

  async #reconcile(uuid: string) {
    let runtime = this.#runtimes.get(uuid)
    if (!runtime) {
      runtime = { running: null, failure: null, portsChecked: false, failedAttempts: 0, movedPorts: [] }
      this.#runtimes.set(uuid, runtime)
    }
    const outcome = await reconcileCluster(uuid, {
      store: this.#store,
      runtime,
      engine: this.#options.engine,
      effects: this.#options.effects,
      settings: this.#settings,
      portsLock: this.#portsLock,
      trigger: () => this.#loop.trigger(uuid),
    })
    if (!this.#store.get(uuid) && !runtime.running) this.#runtimes.delete(uuid)
    return outcome
  }
}

/** AWS's partitions by the region's name. */
export function placeOf(region: string, account: string): Place {
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
  return { partition, region, account }
}

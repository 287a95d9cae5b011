import type { CreateClusterRequest } from '@aws-sdk/client-kafka'
import type { Clock, Random } from '@sluice/effects'
import { engineTag } from './broker-properties.ts'
import type { ClusterRecord, OperationRecord } from './cluster-record.ts'
import type { Place } from '../place.ts'
import { invalid, type Refusal } from '../refusal.ts'
import { clusterSpec, type FindConfiguration } from './cluster-spec.ts'
import type { ClusterStore } from './cluster-store.ts'
import type { Update } from './changes/cluster-updates.ts'
import type { Configurations } from '../configurations/configurations.ts'
import type { Engine } from '../engines/engine.ts'
import type { Engines } from '../engines/engines.ts'
import { activeOperation, newVersion } from './changes/change.ts'

export type CreateResult = { created: ClusterRecord } | { refusal: Refusal } | { nameTaken: true }

export type UpdateOutcome = { record: ClusterRecord; operation: OperationRecord } | { refusal: Refusal }

export type DeleteResult =
  | { deleting: ClusterRecord }
  | { unknown: true }
  | { staleVersion: true }
  | { wrongState: ClusterRecord }

export interface ClustersOptions {
  place: Place
  /** The address of every broker. */
  host: string
  store: ClusterStore
  configurations: Configurations
  engines: Engines
  effects: { clock: Clock; random: Random }
  /** Looks at a cluster: it has changed. */
  trigger: (uuid: string) => void
}

/**
 * The desired state of all clusters, as the AWS operations read and write it. A change is durable before it is
 * answered; the reconcile loop does the work.
 */
export class Clusters {
  readonly place: Place
  readonly host: string
  readonly configurations: Configurations
  readonly engines: Engines
  readonly #options: ClustersOptions
  readonly #store: ClusterStore
  readonly #findConfiguration: FindConfiguration

  constructor(options: ClustersOptions) {
    this.place = options.place
    this.host = options.host
    this.configurations = options.configurations
    this.engines = options.engines
    this.#options = options
    this.#store = options.store
    this.#findConfiguration = (wanted, version) => options.configurations.forCluster(wanted, version)
  }

  /** In order of creation. */
  list(): ClusterRecord[] {
    return this.#store.list()
  }

  byArn(arn: string): ClusterRecord | undefined {
    return this.#store.byArn(arn)
  }

  create(request: CreateClusterRequest): CreateResult {
    const engine = this.#engineFor(request.Tags ?? {})
    if ('refusal' in engine) return engine
    const result = clusterSpec(request, this.place, engine, this.#findConfiguration)
    if ('refusal' in result) return result
    const name = request.ClusterName ?? ''
    if (this.#store.byName(name)) return { nameTaken: true }
    const { random, clock } = this.#options.effects
    const { partition, region, account } = this.place
    const uuid = `${random.uuid()}-${1 + random.int(25)}`
    const created: ClusterRecord = {
      formatVersion: 2,
      arn: `arn:${partition}:kafka:${region}:${account}:cluster/${name}/${uuid}`,
      uuid,
      name,
      createdAtMs: clock.now(),
      currentVersion: newVersion(random),
      state: 'CREATING',
      stateInfo: null,
      engine: engine.name,
      spec: result.spec,
      tags: request.Tags ?? {},
      nodes: [],
      ports: [],
      operations: [],
    }
    this.#store.insert(created)
    this.#options.trigger(uuid)
    return { created }
  }

  /** Takes a change of a cluster in hand. Durable when it returns. */
  update(before: ClusterRecord, change: Update, clientRequestId: string): UpdateOutcome {
    const { clock, random } = this.#options.effects
    const engine = this.engineOf(before)
    if ('refusal' in engine) return engine
    const result = change(before, {
      engine,
      findConfiguration: this.#findConfiguration,
      nowMs: clock.now(),
      uuid: random.uuid(),
      clientRequestId,
    })
    if ('refusal' in result) return result
    const record = this.#store.update(before.uuid, result.record)
    this.#options.trigger(before.uuid)
    return { record, operation: record.operations.at(-1) as OperationRecord }
  }

  delete(arn: string, currentVersion: string | undefined): DeleteResult {
    const record = this.#store.byArn(arn)
    if (!record) return { unknown: true }
    if (currentVersion !== undefined && currentVersion !== record.currentVersion)
      return { staleVersion: true }
    if (record.state === 'CREATING' || record.state === 'DELETING') return { wrongState: record }
    const deleting = this.#store.update(record.uuid, { state: 'DELETING', stateInfo: null })
    this.#options.trigger(record.uuid)
    return { deleting }
  }

  /** The tags a cluster has from now on. */
  setTags(record: ClusterRecord, tags: Record<string, string>): void {
    this.#store.update(record.uuid, { tags })
  }

  /** Has a cluster this configuration, or would one have it again if its change were taken back? */
  usesConfiguration(arn: string): boolean {
    return this.#store
      .list()
      .some(
        (record) =>
          record.spec.configuration?.arn === arn ||
          activeOperation(record)?.source.configuration?.arn === arn,
      )
  }

  /** The engine that runs a cluster; a start of the service without it leaves the cluster as it is. */
  engineOf({ name, engine }: Pick<ClusterRecord, 'name' | 'engine'>): Engine | { refusal: Refusal } {
    return (
      this.engines.of(engine) ?? {
        refusal: invalid(`The cluster ${name} is run by ${engine}. ${this.#knownEngines()}`, 'clusterArn'),
      }
    )
  }

  #engineFor(tags: Readonly<Record<string, string>>): Engine | { refusal: Refusal } {
    const asked = tags[engineTag]
    if (asked === undefined) return this.engines.default
    return (
      this.engines.of(asked) ?? {
        refusal: invalid(`There is no engine '${asked}'. ${this.#knownEngines()}`, 'tags'),
      }
    )
  }

  #knownEngines(): string {
    return `The engines of this service are: ${this.engines.all.map((engine) => engine.name).join(', ')}.`
  }
}

import type { CreateClusterRequest } from '@aws-sdk/client-kafka'
import type { Clock, Random } from '@sluice/effects'
import type { ClusterRecord } from './cluster-record.ts'
import { clusterSpec, type Place, type Refusal } from './cluster-spec.ts'
import type { ClusterStore } from './cluster-store.ts'
import type { PropertyProblem } from './engines/engine.ts'

export type CreateResult = { created: ClusterRecord } | { refusal: Refusal } | { nameTaken: true }

export type DeleteResult =
  | { deleting: ClusterRecord }
  | { unknown: true }
  | { staleVersion: true }
  | { wrongState: ClusterRecord }

/**
 * The desired state of all clusters, as the AWS operations read and write it. A change is durable before it is
 * answered; the reconcile loop does the work.
 */
export class Clusters {
  readonly place: Place
  /** The address of every broker. */
  readonly host: string
  readonly #store: ClusterStore
  readonly #effects: { clock: Clock; random: Random }
  readonly #checkProperties: (properties: Record<string, string>) => PropertyProblem[]
  readonly #trigger: (uuid: string) => void

  constructor(options: {
    place: Place
    host: string
    store: ClusterStore
    effects: { clock: Clock; random: Random }
    checkProperties: (properties: Record<string, string>) => PropertyProblem[]
    trigger: (uuid: string) => void
  }) {
    this.place = options.place
    this.host = options.host
    this.#store = options.store
    this.#effects = options.effects
    this.#checkProperties = options.checkProperties
    this.#trigger = options.trigger
  }

  /** In order of creation. */
  list(): ClusterRecord[] {
    return this.#store.list()
  }

  byArn(arn: string): ClusterRecord | undefined {
    return this.#store.byArn(arn)
  }

  create(request: CreateClusterRequest): CreateResult {
    const result = clusterSpec(request, this.place, this.#checkProperties)
    if ('refusal' in result) return result
    const name = request.ClusterName ?? ''
    if (this.#store.byName(name)) return { nameTaken: true }
    const { random, clock } = this.#effects
    const { partition, region, account } = this.place
    const uuid = `${random.uuid()}-${1 + random.int(25)}`
    const created: ClusterRecord = {
      formatVersion: 1,
      arn: `arn:${partition}:kafka:${region}:${account}:cluster/${name}/${uuid}`,
      uuid,
      name,
      createdAtMs: clock.now(),
      currentVersion: newVersion(random),
      state: 'CREATING',
      stateInfo: null,
      spec: result.spec,
      tags: request.Tags ?? {},
      nodes: [],
      ports: [],
    }
    this.#store.insert(created)
    this.#trigger(uuid)
    return { created }
  }

  delete(arn: string, currentVersion: string | undefined): DeleteResult {
    const record = this.#store.byArn(arn)
    if (!record) return { unknown: true }
    if (currentVersion !== undefined && currentVersion !== record.currentVersion)
      return { staleVersion: true }
    if (record.state === 'CREATING' || record.state === 'DELETING') return { wrongState: record }
    const deleting = this.#store.update(record.uuid, { state: 'DELETING', stateInfo: null })
    this.#trigger(record.uuid)
    return { deleting }
  }

  /** The tags a cluster has from now on. */
  setTags(record: ClusterRecord, tags: Record<string, string>): void {
    this.#store.update(record.uuid, { tags })
  }
}

/** MSK's opaque versions: `K3AEGXETSR30VB`. */
function newVersion(random: Random): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
  return `K${Array.from({ length: 13 }, () => letters.charAt(random.int(letters.length))).join('')}`
}

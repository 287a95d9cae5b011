import type { CreateClusterRequest, CreateClusterV2Request } from '@aws-sdk/client-kafka'
import { assert, type Clock, type Random } from '@sluice/effects'
import { policyProblem } from '../../iam/policy/policy.ts'
import type { PrivateAuthorities } from '../authority/private-authorities.ts'
import type { Configurations } from '../configurations/configurations.ts'
import type { Engine, Finding, Hosting, ObservedNode, WantedChange } from '../engines/engine.ts'
import type { ClusterTopics, LogDirectory } from '../engines/cluster-view.ts'
import type { Reach } from '../reach.ts'
import { type Engines, hostingProblem } from '../engines/engines.ts'
import { newResource, newVersion, type Place } from '../place.ts'
import type { UnreadableRecord } from '../record-store.ts'
import { invalid, nameTaken, type OrRefusal, type Refusal, tooMany } from '../refusal.ts'
import { type ListenerAddress, listenerAddresses } from './addresses.ts'
import { activeChange } from './changes/change-life.ts'
import { staleVersion, type Update, versionRefusal } from './changes/update.ts'
import type { ChangeRecord, ClusterRecord } from './cluster-record.ts'
import { privateAuthoritiesOf } from './client-listeners.ts'
import { type ClusterSpec, clusterSpec, type FindConfiguration } from './cluster-spec.ts'
import type { ClusterStore } from './cluster-store.ts'
import { clusterTypeOf, serverlessClustersMax, serverlessEngine, serverlessSpec } from './serverless.ts'
import { type StorageUse, storageUse, volumeBytesOf } from './storage-use.ts'
import { listenerPlace } from './listener-places.ts'
import { customListenersOf, engineTag, hostingTag } from './static-properties.ts'

/** Brokers of all clusters of an account (MSK quotas). */
const accountBrokersMax = 90

interface ClustersOptions {
  place: Place
  reach: Reach
  store: ClusterStore
  configurations: Configurations
  privateAuthorities: PrivateAuthorities
  engines: Engines
  effects: { clock: Clock; random: Random }
  /** What people have to know of a cluster's nodes beside its state. */
  findings: (uuid: string) => readonly Finding[]
  /** The nodes of a cluster that run now, or did and failed. */
  observed: (uuid: string) => readonly ObservedNode[]
  /** Undefined where nothing of the cluster runs. */
  topics: (uuid: string) => ClusterTopics | undefined
  /** What its brokers have on their disks; nothing where nothing of the cluster runs. */
  logDirectories: (uuid: string) => Promise<LogDirectory[]>
  /** A cluster has another policy, or none any more. */
  onPolicy: (uuid: string) => void
  /** Makes the reconcile loop look at a cluster, because what is wanted of it has changed. */
  trigger: (uuid: string) => void
}

/**
 * The desired state of all clusters, as the AWS operations read and write it. A change is durable before it is
 * answered; the reconcile loop does the work.
 */
export class Clusters {
  readonly place: Place
  readonly configurations: Configurations
  readonly engines: Engines
  readonly #options: ClustersOptions
  readonly #store: ClusterStore
  readonly #findConfiguration: FindConfiguration

  constructor(options: ClustersOptions) {
    this.place = options.place
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

  /** Those whose records cannot be read: they are told, and left as they are. */
  unreadable(): UnreadableRecord[] {
    return this.#store.unreadable()
  }

  byArn(arn: string): ClusterRecord | undefined {
    return this.#store.byArn(arn)
  }

  byName(name: string): ClusterRecord | undefined {
    return this.#store.byName(name)
  }

  /** Where the listeners of its nodes are reached, by node id. */
  addresses(record: ClusterRecord): ListenerAddress[] {
    const { observed, reach } = this.#options
    const custom = customListenersOf(record.spec)
    const kept = record.ports.map((port) => ({ ...port, place: listenerPlace(reach, custom, port) }))
    return listenerAddresses(kept, observed(record.uuid))
  }

  /** As its brokers know them; undefined where nothing of it runs. */
  topics({ uuid }: ClusterRecord): ClusterTopics | undefined {
    return this.#options.topics(uuid)
  }

  /** How full the volume of each broker is that answers. */
  async storageUse({ uuid, spec }: ClusterRecord): Promise<StorageUse[]> {
    return storageUse(await this.#options.logDirectories(uuid), volumeBytesOf(spec))
  }

  /** Why it is in its state, and what else there is to know of it. */
  stateInfo({ uuid, stateInfo }: ClusterRecord): ClusterRecord['stateInfo'] {
    const findings = this.#options.findings(uuid)
    const all = [...(stateInfo ? [stateInfo] : []), ...findings]
    const [first] = all
    return first ? { code: first.code, message: all.map(({ message }) => message).join(' ') } : null
  }

  create(request: CreateClusterRequest): OrRefusal<{ record: ClusterRecord }> {
    const { Tags: tags = {} } = request
    return this.#create(request, this.#engineFor(tags, this.engines.default), (engine) => {
      const result = clusterSpec(request, this.place, engine, this.#findConfiguration)
      const unknown = 'spec' in result ? this.#authoritiesRefusal(result.spec, []) : null
      return unknown ? { refusal: unknown } : result
    })
  }

  createServerless(request: CreateClusterV2Request): OrRefusal<{ record: ClusterRecord }> {
    const { Tags: tags = {} } = request
    return this.#create(request, this.#engineFor(tags, serverlessEngine(this.engines)), (engine) =>
      serverlessSpec(request, this.place, engine),
    )
  }

  #create(
    { ClusterName: name = '', Tags: tags = {} }: Pick<CreateClusterRequest, 'ClusterName' | 'Tags'>,
    engine: OrRefusal<Engine>,
    specFor: (engine: Engine) => OrRefusal<{ spec: ClusterSpec }>,
  ): OrRefusal<{ record: ClusterRecord }> {
    if ('refusal' in engine) return engine
    const hosting = this.#hostingFor(tags, engine)
    if ('refusal' in hosting) return hosting
    const result = specFor(engine)
    if ('refusal' in result) return result
    if (this.#store.isNameTaken(name)) return { refusal: nameTaken('clusterName') }
    const refusal = this.#clustersRefusal(result.spec) ?? this.#quotaRefusal(brokersOf(result))
    if (refusal) return { refusal }
    const { random, clock } = this.#options.effects
    const mark = result.spec.serverless ? 's' : ''
    const record: ClusterRecord = {
      formatVersion: 4,
      ...newResource(this.place, random, 'cluster', name, mark),
      name,
      createdAtMs: clock.now(),
      currentVersion: newVersion(random),
      state: 'CREATING',
      stateInfo: null,
      engine: engine.name,
      hosting: hosting.hosting,
      hasSecureNodes: result.spec.encryption.EncryptionInTransit?.InCluster ?? true,
      spec: result.spec,
      tags,
      nodes: [],
      ports: [],
      changes: [],
    }
    this.#store.insert(record)
    this.#options.trigger(record.uuid)
    return { record }
  }

  /** Takes a change of a cluster in hand. Durable when it returns. */
  update(
    before: ClusterRecord,
    wanted: Update,
    clientRequestId: string,
  ): OrRefusal<{ record: ClusterRecord; change: ChangeRecord }> {
    const { clock, random } = this.#options.effects
    const engine = this.engineOf(before)
    if ('refusal' in engine) return engine
    const result = wanted(before, {
      engine,
      findConfiguration: this.#findConfiguration,
      nowMs: clock.now(),
      uuid: random.uuid(),
      clientRequestId,
    })
    if ('refusal' in result) return result
    const more = result.record.spec.numberOfBrokerNodes - before.spec.numberOfBrokerNodes
    const refusal =
      notFollowed(engine, before, result.record.changes.at(-1) as ChangeRecord) ??
      this.#quotaRefusal(more) ??
      this.#authoritiesRefusal(result.record.spec, privateAuthoritiesOf(before.spec))
    if (refusal) return { refusal }
    const record = this.#store.update(before.uuid, result.record)
    this.#options.trigger(before.uuid)
    return { record, change: record.changes.at(-1) as ChangeRecord }
  }

  /** The cluster shall go, in whatever version it is where none is named. Durable when it returns. */
  delete(before: ClusterRecord, currentVersion: string | undefined): OrRefusal<{ record: ClusterRecord }> {
    const stale = currentVersion === undefined ? undefined : versionRefusal(before, currentVersion)
    if (stale) return { refusal: stale }
    const { state, uuid } = before
    if (state === 'CREATING' || state === 'DELETING')
      return { refusal: invalid(`You can't delete a cluster in ${state} state.`, 'clusterArn') }
    const engine = this.engines.of(before.engine)
    const refusal = engine && notFollowed(engine, before, { type: 'DELETE_CLUSTER', target: {} })
    if (refusal) return { refusal }
    const record = this.#store.update(uuid, { state: 'DELETING', stateInfo: null })
    this.#options.trigger(uuid)
    return { record }
  }

  /** So many brokers shall stand behind a serverless cluster. Durable when it returns. */
  setCapacity({ uuid, spec }: ClusterRecord, brokers: number): void {
    this.#store.update(uuid, { spec: { ...spec, numberOfBrokerNodes: brokers } })
    this.#options.trigger(uuid)
  }

  /** The tags a cluster has from now on. */
  setTags(record: ClusterRecord, tags: Record<string, string>): void {
    this.#store.update(record.uuid, { tags })
  }

  /** The secrets whose users may log in by SCRAM from now on. Durable when it returns. */
  setScramSecrets({ uuid }: ClusterRecord, scramSecrets: string[]): void {
    this.#store.update(uuid, { scramSecrets })
    this.#options.trigger(uuid)
  }

  /** The cluster has this policy from now on. Durable when it returns. */
  putPolicy(
    { uuid, policy: before }: ClusterRecord,
    text: string,
    version: string | undefined,
  ): OrRefusal<{ version: string }> {
    const problem = policyProblem(text, 'resource')
    if (problem !== null) return { refusal: invalid(problem, 'policy') }
    if (before && version === undefined)
      return { refusal: invalid('Current cluster policy version needed for Update', 'currentVersion') }
    if (version !== before?.version && version !== undefined) return { refusal: staleVersion() }
    const policy = { text, version: newVersion(this.#options.effects.random) }
    this.#store.update(uuid, { policy })
    this.#options.onPolicy(uuid)
    return { version: policy.version }
  }

  deletePolicy({ uuid }: ClusterRecord): void {
    this.#store.update(uuid, { policy: undefined })
    this.#options.onPolicy(uuid)
  }

  /** Has a cluster this configuration, or would one have it again if its change were taken back? */
  usesConfiguration(arn: string): boolean {
    return this.#store
      .list()
      .some(
        (record) =>
          record.spec.configuration?.arn === arn || activeChange(record)?.source.configuration?.arn === arn,
      )
  }

  /** The engine that runs a cluster; a start of the service without it leaves the cluster as it is. */
  engineOf({ name, engine }: Pick<ClusterRecord, 'name' | 'engine'>): OrRefusal<Engine> {
    return (
      this.engines.of(engine) ?? {
        refusal: invalid(`The cluster ${name} is run by ${engine}. ${this.#knownEngines()}`, 'clusterArn'),
      }
    )
  }

  /** Brokers count from the request that asks for them until their cluster is gone. */
  #quotaRefusal(more: number): Refusal | null {
    const brokers = this.list().reduce((sum, record) => sum + brokersOf(record), more)
    if (more <= 0 || brokers <= accountBrokersMax) return null
    return tooMany(`An account has at most ${accountBrokersMax} brokers, and this would make ${brokers}.`)
  }

  #clustersRefusal({ serverless }: ClusterSpec): Refusal | null {
    const there = this.list().filter((record) => clusterTypeOf(record) === 'SERVERLESS').length
    if (!serverless || there < serverlessClustersMax) return null
    return tooMany(`An account has at most ${serverlessClustersMax} serverless clusters.`)
  }

  /** Whoever has named them before may name them again: what is missing then is told by the cluster. */
  #authoritiesRefusal(spec: ClusterSpec, before: readonly string[]): Refusal | null {
    const named = privateAuthoritiesOf(spec).filter((arn) => !before.includes(arn))
    const problem = this.#options.privateAuthorities.refusalOf(named)
    return problem === null ? null : invalid(problem, 'certificateAuthorityArnList')
  }

  #engineFor(tags: Readonly<Record<string, string>>, usual: Engine): OrRefusal<Engine> {
    const asked = tags[engineTag]
    if (asked === undefined) return usual
    return (
      this.engines.of(asked) ?? {
        refusal: invalid(`There is no engine '${asked}'. ${this.#knownEngines()}`, 'tags'),
      }
    )
  }

  #hostingFor(tags: Readonly<Record<string, string>>, engine: Engine): OrRefusal<{ hosting: Hosting }> {
    const { hosting: usual } = this.engines
    const asked = tags[hostingTag]
    const problem = asked === undefined ? null : hostingProblem(engine, asked)
    if (problem !== null) return { refusal: invalid(problem, 'tags') }
    const hosting = engine.hostings.find((one) => one === (asked ?? usual)) ?? engine.hostings[0]
    assert(hosting, `the engine ${engine.name} has a hosting`)
    return { hosting }
  }

  #knownEngines(): string {
    return `The engines of this service are: ${this.engines.all.map((engine) => engine.name).join(', ')}.`
  }
}

function notFollowed(engine: Engine, { name }: ClusterRecord, change: WantedChange): Refusal | null {
  const message = engine.notFollowed?.(name, change) ?? null
  return message === null ? null : { kind: 'not-implemented', message, parameter: 'clusterArn' }
}

/** Those of a serverless cluster are no affair of its account's. */
function brokersOf({ spec }: Pick<ClusterRecord, 'spec'>): number {
  return spec.serverless ? 0 : spec.numberOfBrokerNodes
}

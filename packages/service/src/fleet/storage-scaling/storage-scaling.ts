import { join } from 'node:path'
import type { Clock, Disk, Logger, Random, Timer } from '@sluice/effects'
import { scaleStorage } from '../clusters/changes/storage.ts'
import type { ClusterRecord } from '../clusters/cluster-record.ts'
import type { Clusters } from '../clusters/clusters.ts'
import type { Place } from '../place.ts'
import { RecordStore } from '../record-store.ts'
import type { ScalableTargetRecord, ScalingPolicyRecord } from './scaling-record.ts'

interface StorageScalingOptions {
  dataDirectory: string
  clusters: Pick<Clusters, 'byArn' | 'update' | 'storageUse'>
  disk: Disk
  logger: Logger
  clock: Clock
  random: Random
  place: Place
}

/** MSK Developer Guide, "Automatic scaling for clusters": how often it looks, and by how much volumes grow. */
const lookMs = 60_000
const stepGiBMin = 10
const stepShare = 0.1
const activitiesKeptMax = 100

/**
 * Application Auto Scaling, as far as it is about the volumes of MSK's brokers. Once a minute the fullest broker of each
 * cluster that has a policy is looked at: above its target all volumes of the cluster grow, once in six hours.
 */
export class StorageScaling {
  readonly #options: StorageScalingOptions
  readonly #store: RecordStore<ScalableTargetRecord>
  #timer: Timer | null = null

  constructor(options: StorageScalingOptions) {
    this.#options = options
    this.#store = new RecordStore<ScalableTargetRecord>({
      ...options,
      directory: join(options.dataDirectory, 'scalable-targets'),
      noun: 'scalable target',
      fileOf: (uuid) => `${uuid}.json`,
      formatVersion: 1,
      members: ['clusterArn', 'minGiB', 'maxGiB', 'activities'],
      loss: 'the volumes of its cluster are then scaled by nobody',
    })
  }

  /** Reads what is on disk, and begins to look. */
  load(): void {
    this.#store.load()
    this.#wait()
  }

  stop(): void {
    this.#timer?.cancel()
  }

  /** In order of creation. */
  list(): ScalableTargetRecord[] {
    return this.#store.list()
  }

  of(clusterArn: string): ScalableTargetRecord | undefined {
    return this.list().find((target) => target.clusterArn === clusterArn)
  }

  clusterOf({ clusterArn }: ScalableTargetRecord): ClusterRecord | undefined {
    return this.#options.clusters.byArn(clusterArn)
  }

  /** Durable when it returns. */
  register(
    { arn: clusterArn, name }: ClusterRecord,
    wanted: Pick<ScalableTargetRecord, 'minGiB' | 'maxGiB' | 'isSuspended' | 'roleArn' | 'tags'>,
  ): ScalableTargetRecord {
    const known = this.of(clusterArn)
    if (known) return this.#store.update(known.uuid, wanted)
    const { random, clock, place } = this.#options
    const uuid = random.uuid()
    const id = uuid.replaceAll('-', '').slice(0, 22)
    const record: ScalableTargetRecord = {
      formatVersion: 1,
      arn: `arn:${place.partition}:application-autoscaling:${place.region}:${place.account}:scalable-target/${id}`,
      uuid,
      name,
      createdAtMs: clock.now(),
      clusterArn,
      ...wanted,
      policy: null,
      activities: [],
    }
    this.#store.insert(record)
    return record
  }

  /** Its policy goes with it. */
  deregister({ uuid }: ScalableTargetRecord): void {
    this.#store.remove(uuid)
  }

  /** Durable when it returns. */
  putPolicy(
    { uuid, clusterArn, policy: before }: ScalableTargetRecord,
    wanted: Omit<ScalingPolicyRecord, 'arn' | 'createdAtMs'>,
  ): ScalingPolicyRecord {
    const { random, clock, place } = this.#options
    const arn = `arn:${place.partition}:autoscaling:${place.region}:${place.account}:scalingPolicy:${random.uuid()}:resource/kafka/${clusterArn}:policyName/${wanted.name}`
    const policy = { arn: before?.arn ?? arn, createdAtMs: before?.createdAtMs ?? clock.now(), ...wanted }
    this.#store.update(uuid, { policy })
    return policy
  }

  deletePolicy({ uuid }: ScalableTargetRecord): void {
    this.#store.update(uuid, { policy: null })
  }

  #wait(): void {
    const { clock, logger } = this.#options
    this.#timer = clock.schedule(lookMs, () => {
      this.#wait()
      for (const target of this.list())
        this.#look(target).catch((error: unknown) =>
          logger.error('the volumes of a cluster could not be scaled', { cluster: target.name, error }),
        )
    })
  }

  async #look({ uuid, clusterArn }: ScalableTargetRecord): Promise<void> {
    const { clusters, logger } = this.#options
    const cluster = clusters.byArn(clusterArn)
    if (!cluster) return this.#store.remove(uuid)
    if (cluster.state !== 'ACTIVE') return
    const percent = Math.max(0, ...(await clusters.storageUse(cluster)).map((use) => use.percent))
    // Much may have been asked for meanwhile.
    const target = this.of(clusterArn)
    const now = clusters.byArn(clusterArn)
    const sizes = now && target && sizesOf(now, target, percent)
    if (!sizes) return
    const requestId = this.#options.random.uuid()
    const result = clusters.update(now, scaleStorage(sizes.toGiB), requestId)
    // It has grown within the last six hours: the next minute asks again.
    if ('refusal' in result) return
    logger.info('the volumes of a cluster are scaled', { cluster: cluster.name, percent, ...sizes })
    this.#note(target, { ...sizes, percent, changeUuid: result.change.uuid })
  }

  #note(
    { uuid, policy, activities }: ScalableTargetRecord,
    what: { fromGiB: number; toGiB: number; percent: number; changeUuid: string },
  ): void {
    const { clock, random } = this.#options
    const activity = {
      id: random.uuid(),
      startedAtMs: clock.now(),
      policyName: policy?.name ?? '',
      ...what,
    }
    this.#store.note(uuid, { activities: [...activities, activity].slice(-activitiesKeptMax) })
  }
}

/** What the volumes have and shall have; undefined where they stay. Pure. */
function sizesOf(
  { spec }: Pick<ClusterRecord, 'spec'>,
  { policy, isSuspended, maxGiB }: Pick<ScalableTargetRecord, 'policy' | 'isSuspended' | 'maxGiB'>,
  percent: number,
): { fromGiB: number; toGiB: number } | undefined {
  const fromGiB = spec.brokerNodeGroup.StorageInfo?.EbsStorageInfo?.VolumeSize
  if (!policy || isSuspended.scaleOut || fromGiB === undefined || percent <= policy.targetValue)
    return undefined
  const toGiB = Math.min(maxGiB, fromGiB + Math.max(stepGiBMin, Math.ceil(fromGiB * stepShare)))
  return toGiB > fromGiB ? { fromGiB, toGiB } : undefined
}

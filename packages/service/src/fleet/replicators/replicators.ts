import { join } from 'node:path'
import type { KafkaCluster, LogDelivery, ReplicationInfo } from '@aws-sdk/client-kafka'
import type { Clock, Disk, Logger, Random } from '@sluice/effects'
import { newResource, newVersion, type Place } from '../place.ts'
import { nameTaken, type OrRefusal, tooMany } from '../refusal.ts'
import { Resources } from '../resources.ts'

/** One replicator as it is kept in `<data>/replicators/<uuid>.json`. The blocks keep AWS's shapes. */
export interface ReplicatorRecord {
  formatVersion: 1
  arn: string
  uuid: string
  name: string
  createdAtMs: number
  /** Changes with each update. */
  currentVersion: string
  state: 'CREATING' | 'RUNNING' | 'UPDATING' | 'DELETING'
  clusters: KafkaCluster[]
  replication: ReplicationInfo
  serviceExecutionRoleArn: string
  description: string | null
  logDelivery: LogDelivery | null
  tags: Record<string, string>
}

interface ReplicatorsOptions {
  dataDirectory: string
  disk: Disk
  logger: Logger
  clock: Clock
  random: Random
  place: Place
}

/** MSK quotas: of an account. */
const replicatorsMax = 15

/** What is not true of a replicator that is RUNNING, for people. */
export const nothingReplicated =
  'This replicator is described and does nothing yet: no record, topic or offset is copied.'

/** The replicators of MSK Replicator. They are kept, and copy nothing yet. */
export class Replicators extends Resources<ReplicatorRecord> {
  readonly #options: ReplicatorsOptions

  constructor(options: ReplicatorsOptions) {
    super({
      ...options,
      directory: join(options.dataDirectory, 'replicators'),
      noun: 'replicator',
      fileOf: (uuid) => `${uuid}.json`,
      formatVersion: 1,
      members: ['state', 'clusters', 'replication', 'tags'],
      loss: 'the replicator is then unknown',
      next: ({ state }) => (state === 'DELETING' ? 'GONE' : state === 'RUNNING' ? null : 'RUNNING'),
    })
    this.#options = options
  }

  /** Durable when it returns. */
  create(
    wanted: Pick<
      ReplicatorRecord,
      'name' | 'clusters' | 'replication' | 'serviceExecutionRoleArn' | 'description' | 'logDelivery' | 'tags'
    >,
  ): OrRefusal<{ record: ReplicatorRecord }> {
    const { place, random, clock } = this.#options
    if (this.isNameTaken(wanted.name)) return { refusal: nameTaken('replicatorName') }
    if (this.list().length >= replicatorsMax)
      return { refusal: tooMany(`An account has at most ${replicatorsMax} replicators.`) }
    const record = this.insert({
      formatVersion: 1,
      ...newResource(place, random, 'replicator', wanted.name),
      createdAtMs: clock.now(),
      currentVersion: newVersion(random),
      state: 'CREATING',
      ...wanted,
    })
    return { record }
  }

  /** Gives it another replication, or delivery of its log, and a new version. Durable when it returns. */
  change(
    record: ReplicatorRecord,
    change: Partial<Pick<ReplicatorRecord, 'replication' | 'logDelivery'>>,
  ): ReplicatorRecord {
    const currentVersion = newVersion(this.#options.random)
    return this.update(record, { ...change, currentVersion, state: 'UPDATING' })
  }
}

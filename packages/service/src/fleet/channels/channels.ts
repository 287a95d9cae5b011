import { join } from 'node:path'
import type { CreateChannelRequest } from '@aws-sdk/client-kafka'
import type { Clock, Disk, Logger, Random } from '@sluice/effects'
import { newResource, type Place } from '../place.ts'
import { nameTaken, type OrRefusal } from '../refusal.ts'
import { Resources } from '../resources.ts'

/** What a channel copies, and whither, in AWS's shapes. */
export type ChannelSpec = Pick<
  CreateChannelRequest,
  | 'TopicConfigurationList'
  | 'EncryptionConfiguration'
  | 'IcebergDestinationConfiguration'
  | 'S3DestinationConfiguration'
  | 'LoggingInfo'
>

/** One channel of Data Delivery, as it is kept in `<data>/channels/<uuid>.json`. */
export interface ChannelRecord {
  formatVersion: 1
  /** `…:channel/<name of the cluster>/<uuid of the cluster>/<uuid>`. */
  arn: string
  uuid: string
  name: string
  createdAtMs: number
  state: 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING'
  clusterArn: string
  spec: ChannelSpec
  tags: Record<string, string>
}

interface ChannelsOptions {
  dataDirectory: string
  disk: Disk
  logger: Logger
  clock: Clock
  random: Random
  place: Place
  /** Is its cluster still there? */
  hasCluster: (arn: string) => boolean
}

/** What is not true of a channel that is ACTIVE, for people. */
export const nothingDelivered = 'This channel is described and does nothing yet: no record is delivered.'

/** The channels of clusters, which are kept, go with their clusters, and deliver nothing yet. */
export class Channels extends Resources<ChannelRecord> {
  readonly #options: ChannelsOptions

  constructor(options: ChannelsOptions) {
    super({
      ...options,
      directory: join(options.dataDirectory, 'channels'),
      noun: 'channel',
      fileOf: (uuid) => `${uuid}.json`,
      formatVersion: 1,
      members: ['state', 'clusterArn', 'spec', 'tags'],
      loss: 'the channel is then unknown',
      next: ({ state, clusterArn }) => {
        if (state === 'DELETING' || !options.hasCluster(clusterArn)) return 'GONE'
        return state === 'ACTIVE' ? null : 'ACTIVE'
      },
    })
    this.#options = options
  }

  /** Of one cluster, in order of creation. */
  of(arn: string): ChannelRecord[] {
    return this.list().filter(({ clusterArn }) => clusterArn === arn)
  }

  /** Durable when it returns. */
  create(
    cluster: { arn: string; name: string; uuid: string },
    wanted: Pick<ChannelRecord, 'name' | 'spec' | 'tags'>,
  ): OrRefusal<{ record: ChannelRecord }> {
    if (this.of(cluster.arn).some(({ name }) => name === wanted.name))
      return { refusal: nameTaken('channelName') }
    const { place, random, clock } = this.#options
    const record = this.insert({
      formatVersion: 1,
      ...newResource(place, random, 'channel', `${cluster.name}/${cluster.uuid}`),
      createdAtMs: clock.now(),
      state: 'CREATING',
      clusterArn: cluster.arn,
      ...wanted,
    })
    return { record }
  }
}

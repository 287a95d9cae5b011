import type { CreateChannelInput } from '@aws-sdk/client-kinesis'

/** What a channel delivers and whither, in AWS's shapes, with everything that has a default. */
export type ChannelSpec = Pick<
  CreateChannelInput,
  | 'EncryptionConfiguration'
  | 'LoggingConfiguration'
  | 'S3DestinationConfiguration'
  | 'S3TablesDestinationConfiguration'
  | 'ServiceExecutionRoleARN'
  | 'StreamConfigurationList'
>

type ChannelState = 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING' | 'FAILED'

/** One channel of a stream, as it is kept in `<data>/streams/channels/<uuid>.json`. */
export interface ChannelRecord {
  formatVersion: 1
  /** `…:channel/<uuid>` */
  arn: string
  uuid: string
  name: string
  createdAtMs: number
  state: ChannelState
  /** Why it is FAILED. */
  stateReason: string | null
  /** Of which it delivers the records; the uuid tells it from later ones of its name. */
  stream: { arn: string; name: string; uuid: string; createdAtMs: number }
  spec: ChannelSpec
  tags: Record<string, string>
  /**
   * By shard, the offset of the first record that is not delivered yet; of shards that are not named, and came later, that is the
   * first. Null before it is ACTIVE.
   */
  undelivered: Record<string, number> | null
  /** How many deliveries there were: it stands in the names of their objects. */
  deliveries: number
  /** Objects of the last delivery that may still have to be put in their places, in the order in which they are staged. */
  pending: string[]
}

export type NewChannel = Pick<ChannelRecord, 'name' | 'stream' | 'spec' | 'tags'>

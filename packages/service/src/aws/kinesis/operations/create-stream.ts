import type { CreateStreamInput } from '@aws-sdk/client-kinesis'
import { violation } from '../constraints.ts'
import { inUse, limitExceeded, onDemandOnly, stored, validation } from '../exceptions.ts'
import { checkShardLimit, onDemandStreamsMax } from '../limits.ts'
import type { Services } from '../services.ts'
import { checkedTags } from '../tags.ts'
import { checkWarm } from '../warm-throughput.ts'

const creatingMax = 5
const onDemandShards = 4
const maxRecordKiBDefault = 1_024

/**
 * Makes a stream, which is CREATING until its shards are there. Without a mode and a count of shards it is on demand.
 *
 * Refuses, in this order: a count of shards, a distribution or a warm throughput that does not go with the mode; tags; a name that is taken; more than five that are
 * CREATING; more shards, or streams on demand, than an account may have.
 */
export const createStream =
  ({ streams }: Pick<Services, 'streams'>) =>
  (input: CreateStreamInput): void => {
    const { StreamName: name = '', ShardCount: asked, Tags: tags } = input
    const mode = input.StreamModeDetails?.StreamMode ?? (asked === undefined ? 'ON_DEMAND' : 'PROVISIONED')
    if (mode === 'ON_DEMAND' && asked !== undefined)
      throw validation(
        "Value at 'shardCount' failed to satisfy constraint: ShardCount must not be set for a stream in mode ON_DEMAND",
      )
    if (mode === 'PROVISIONED' && asked === undefined) throw violation(null, 'shardCount', 'not be null')
    const { RecordDistributionStrategy: distribution = 'USER_PARTITION_KEY', WarmThroughputMiBps: warm } =
      input
    const isSpread = distribution === 'AUTO'
    if (mode === 'PROVISIONED' && (isSpread || warm !== undefined))
      throw onDemandOnly(isSpread ? 'recordDistributionStrategy' : 'warmThroughputMiBps')
    if (warm !== undefined) checkWarm({ streams }, warm)
    const checked = checkedTags(tags)
    const { account, region } = streams.place
    if (streams.isNameTaken(name)) throw inUse(`Stream ${name} under account ${account} already exists.`)
    const all = streams.list().map(({ record }) => record)
    if (all.filter(({ state }) => state === 'CREATING').length >= creatingMax)
      throw limitExceeded(
        `Only ${creatingMax} streams can be in CREATING state at the same time. Wait until one of them is ACTIVE.`,
      )
    const warmMiBps = warm ?? 0
    const shardCount = asked ?? Math.max(onDemandShards, warmMiBps)
    checkShardLimit({ streams }, shardCount)
    if (mode === 'ON_DEMAND' && all.filter((one) => one.mode === mode).length >= onDemandStreamsMax)
      throw limitExceeded(
        `This request would exceed the limit of ${onDemandStreamsMax} on-demand streams for the account ${account} in ${region}.`,
      )
    const maxRecordKiB = input.MaxRecordSizeInKiB ?? maxRecordKiBDefault
    stored(() =>
      streams.create({ name, mode, shardCount, maxRecordKiB, warmMiBps, distribution, tags: checked }),
    )
  }

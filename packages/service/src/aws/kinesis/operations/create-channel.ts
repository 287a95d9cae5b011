import type {
  CreateChannelInput,
  CreateChannelOutput,
  RecordConfiguration,
  S3DestinationConfiguration,
  S3TablesDestinationConfiguration,
} from '@aws-sdk/client-kinesis'
import type { ChannelSpec, NewChannel } from '../../../streams/channels/channel-record.ts'
import { freshnessSecondsDefault } from '../../../streams/channels/channels.ts'
import {
  keyTemplateDefault,
  problemOfErrorPrefix,
  problemOfTemplate,
} from '../../../streams/channels/object-key.ts'
import { channelDescription, checkFreshness } from '../channels.ts'
import { inUse, invalidArgument, limitExceeded, stored } from '../exceptions.ts'
import { streamOfMode } from '../operation.ts'
import type { Services } from '../services.ts'
import { checkedTags } from '../tags.ts'

/**
 * Makes a channel from a stream on demand to a bucket, which delivers what comes to the stream from when it is ACTIVE on. One to
 * streaming tables becomes FAILED, with a reason: they are not served.
 *
 * Refuses, in this order: anything but one destination and one stream; a format that does not go with the destination; its freshness; the service's own key;
 * tags; a stream that there is not, that is not ACTIVE or not on demand; a name that is taken; a second one of a kind of a stream; the template of its keys, and the prefix of
 * those of dead letters.
 */
export const createChannel =
  ({ streams, random }: Pick<Services, 'random' | 'streams'>) =>
  (input: CreateChannelInput): CreateChannelOutput => {
    const { ChannelName: name = '', StreamConfigurationList: sources = [] } = input
    const { S3DestinationConfiguration: s3, S3TablesDestinationConfiguration: tables } = input
    if (!s3 === !tables)
      throw invalidArgument(
        'Specify either S3DestinationConfiguration or S3TablesDestinationConfiguration, but not both.',
      )
    const [source, another] = sources
    if (!source || another) throw invalidArgument('A channel delivers the records of exactly one stream.')
    checkFormat(source.RecordConfiguration, tables)
    checkFreshness((s3 ?? tables)?.DataFreshnessInSeconds)
    if (/^(?:.*:)?alias\/aws\/kinesis$|^aws\/kinesis$/.test(input.EncryptionConfiguration?.KeyId ?? ''))
      throw invalidArgument('The key aws/kinesis cannot be used for channels: use a customer managed key.')
    const tags = checkedTags(input.Tags)
    const choice = { StreamARN: source.StreamARN }
    const stream = streamOfMode({ streams }, choice, 'ON_DEMAND')
    const { account } = streams.place
    if (streams.channels.isNameTaken(name))
      throw inUse(`Channel ${name} under account ${account} already exists.`)
    const { arn, name: streamName, uuid: streamUuid, createdAtMs } = stream.record
    const kind = s3 ? 'S3DestinationConfiguration' : 'S3TablesDestinationConfiguration'
    if (streams.channels.of(stream).some(({ spec }) => spec[kind]))
      throw limitExceeded(
        `Stream ${streamName} under account ${account} has a channel to ${s3 ? 'a general purpose bucket' : 'streaming tables'} already, and can have one.`,
      )
    const uuid = random.uuid()
    const wanted = {
      name,
      stream: { arn, name: streamName, uuid: streamUuid, createdAtMs },
      tags,
    }
    const spec = specOf(input, uuid)
    checkKeys(uuid, { ...wanted, spec })
    return {
      ChannelDescription: channelDescription(
        stored(() => streams.channels.create(uuid, { ...wanted, spec })),
      ),
    }
  }

function checkFormat(
  { RecordFormatType: format, GSRSchemaARN: schema }: Partial<RecordConfiguration> = {},
  tables: S3TablesDestinationConfiguration | undefined,
): void {
  if (!tables && format === 'GSR_JSON')
    throw invalidArgument('The record format GSR_JSON is only supported for streaming tables.')
  if (!tables) return
  if (format !== 'JSON' && format !== 'GSR_JSON')
    throw invalidArgument(`The record format ${format} is not supported for streaming tables.`)
  if (schema === undefined) throw invalidArgument('Streaming tables need a GSRSchemaARN.')
  if (tables.S3TablesConfigurationList?.length !== 1)
    throw invalidArgument('A channel delivers to exactly one table.')
}

function checkKeys(uuid: string, channel: NewChannel): void {
  const { StorageConfiguration: storage, DeadLetterQueueS3Configuration: dead } =
    channel.spec.S3DestinationConfiguration ?? {}
  if (!storage) return
  const problem =
    problemOfTemplate(storage.OutputKeyTemplate ?? '', {
      channel: { ...channel, uuid },
      compression: storage.CompressionType,
    }) ?? problemOfErrorPrefix(dead?.ErrorOutputPrefix ?? '')
  if (problem !== null) throw invalidArgument(problem)
}

/** With everything that AWS fills in. */
function specOf(input: CreateChannelInput, uuid: string): ChannelSpec {
  const {
    ChannelName: name = '',
    S3DestinationConfiguration: s3,
    S3TablesDestinationConfiguration: tables,
  } = input
  const { Enabled = false, ...log } = input.LoggingConfiguration?.CloudWatchLogs ?? { Enabled: false }
  const logDefaults = { LogGroupName: `/aws/kinesis/${name}/${uuid}`, LogStreamName: 'DestinationDelivery' }
  const { ServiceExecutionRoleARN, StreamConfigurationList, EncryptionConfiguration } = input
  return {
    ServiceExecutionRoleARN,
    StreamConfigurationList,
    ...(EncryptionConfiguration && { EncryptionConfiguration }),
    LoggingConfiguration: { CloudWatchLogs: { Enabled, ...(Enabled && { ...logDefaults, ...log }) } },
    ...(s3 && { S3DestinationConfiguration: withDefaults(s3, `kinesis-channel/errors/${name}/${uuid}/`) }),
    ...(tables && {
      S3TablesDestinationConfiguration: { DataFreshnessInSeconds: freshnessSecondsDefault, ...tables },
    }),
  }
}

function withDefaults(s3: S3DestinationConfiguration, errorPrefix: string): S3DestinationConfiguration {
  const { StorageConfiguration: storage, DeadLetterQueueS3Configuration: dead } = s3
  const { BucketARN, ExpectedBucketOwner } = dead ?? storage ?? {}
  return {
    DataFreshnessInSeconds: s3.DataFreshnessInSeconds ?? freshnessSecondsDefault,
    DeadLetterQueueS3Configuration: {
      BucketARN,
      ExpectedBucketOwner,
      ErrorOutputPrefix: dead?.ErrorOutputPrefix ?? errorPrefix,
    },
    StorageConfiguration: storage && {
      ...storage,
      OutputKeyTemplate: storage.OutputKeyTemplate ?? keyTemplateDefault,
      StorageClass: storage.StorageClass ?? 'STANDARD',
    },
  }
}

import type { CreateChannelRequest, CreateChannelResponse, TopicConfiguration } from '@aws-sdk/client-kafka'
import type { ChannelSpec } from '../../../fleet/channels/channels.ts'
import type { ClusterRecord } from '../../../fleet/clusters/cluster-record.ts'
import { isExpress } from '../../../fleet/clusters/instance-types.ts'
import { checkFreshness, type DestinationType } from '../channels.ts'
import { badRequest } from '../exceptions.ts'
import { exceptionOf, stored } from '../refusal.ts'
import type { Services } from '../services.ts'
import { checkTags } from '../tags.ts'
import { topicArn, topicOf, topicsOf } from '../topics.ts'

/**
 * Keeps a channel from one topic of an Express cluster to S3, or to an Iceberg table: CREATING, then ACTIVE, with a
 * `stateInfo` that says that nothing is delivered yet.
 *
 * Refuses, in this order: tags; the ARN and a cluster that is not ACTIVE; Standard brokers; anything but one destination, its
 * freshness, anything but one topic and how its values are read; a topic that is not there (404); a name that is taken (409).
 */
export const createChannel =
  (services: Pick<Services, 'channels' | 'clusters'>) =>
  async (input: CreateChannelRequest): Promise<CreateChannelResponse> => {
    const { ClusterArn, ChannelName: name = '', Tags = {}, ...spec } = input
    checkTags(Tags)
    const { record: cluster, topics } = topicsOf(services, ClusterArn)
    if (!isExpress(cluster.spec.brokerNodeGroup.InstanceType))
      throw badRequest('Channels need a cluster with Express brokers.', 'clusterArn')
    const destination = checkedDestination(spec)
    const [topic, another] = spec.TopicConfigurationList ?? []
    if (!topic || another) throw badRequest('Specify exactly one topic.', 'topicConfigurationList')
    checkConverter(topic, destination)
    await topicOf(topics, topicNameOf(cluster, topic))
    const withDefaults = { ...spec, ...destinationWithDefaults(spec) }
    const result = stored('The channel', () =>
      services.channels.create(cluster, { name, spec: withDefaults, tags: Tags }),
    )
    if ('refusal' in result) throw exceptionOf(result.refusal)
    return { ChannelArn: result.record.arn }
  }

function checkedDestination(spec: ChannelSpec): DestinationType {
  const { S3DestinationConfiguration: s3, IcebergDestinationConfiguration: iceberg } = spec
  if (!s3 === !iceberg) throw badRequest('Specify exactly one destination.', 's3DestinationConfiguration')
  checkFreshness((s3 ?? iceberg)?.DataFreshnessInSeconds)
  if (!iceberg) return 'S3'
  if (iceberg.AppendOnly !== true) throw badRequest('An Iceberg table is only appended to.', 'appendOnly')
  if (iceberg.DestinationTableList?.length !== 1)
    throw badRequest('Specify exactly one table.', 'destinationTableList')
  return 'ICEBERG'
}

const freshnessDefaultS = 600

function destinationWithDefaults(spec: ChannelSpec): ChannelSpec {
  const { S3DestinationConfiguration: s3, IcebergDestinationConfiguration: iceberg } = spec
  const fresh = { DataFreshnessInSeconds: freshnessDefaultS }
  return {
    TopicConfigurationList: spec.TopicConfigurationList,
    ...(s3 && { S3DestinationConfiguration: { ...fresh, ...s3 } }),
    ...(iceberg && {
      IcebergDestinationConfiguration: { ...fresh, CompressionType: 'ZSTD' as const, ...iceberg },
    }),
  }
}

/** Which values each destination can read (MSK Developer Guide, "Data Delivery"). */
const converters: Readonly<Record<DestinationType, readonly string[]>> = {
  S3: ['JSON', 'BYTE_ARRAY', 'STRING'],
  ICEBERG: ['JSON', 'JSON_SCHEMA_GSR'],
}

function checkConverter(
  { RecordConverter, RecordSchema }: TopicConfiguration,
  destination: DestinationType,
): void {
  const converter = RecordConverter?.ValueConverter ?? ''
  const valid = converters[destination]
  if (!valid.includes(converter))
    throw badRequest(`The value converter must be one of ${valid.join(', ')}.`, 'valueConverter')
  if (destination === 'ICEBERG' && converter === 'JSON' && !RecordSchema)
    throw badRequest('An Iceberg table from JSON needs a record schema.', 'recordSchema')
}

function topicNameOf(cluster: ClusterRecord, { TopicArn = '' }: TopicConfiguration): string {
  const prefix = topicArn(cluster, '')
  if (!TopicArn.startsWith(prefix))
    throw badRequest('The parameter topicArn is not the ARN of a topic of the cluster.', 'topicArn')
  return TopicArn.slice(prefix.length)
}

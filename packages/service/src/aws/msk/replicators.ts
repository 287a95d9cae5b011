import type {
  KafkaCluster,
  KafkaClusterDescription,
  ReplicationInfo,
  ReplicationInfoDescription,
} from '@aws-sdk/client-kafka'
import type { ReplicatorRecord } from '../../fleet/replicators/replicators.ts'
import { badRequest, notFound } from './exceptions.ts'
import type { Services } from './services.ts'

/** The replicator that an ARN names, or the exception of the model. */
export function replicatorOf(
  { replicators }: Pick<Services, 'replicators'>,
  arn = '',
  parameter = 'replicatorArn',
): ReplicatorRecord {
  if (!/^arn:[\w-]+:kafka:[\w-]*:\d*:replicator\/[0-9A-Za-z-]+\/[0-9A-Za-z-]+$/.test(arn))
    throw badRequest(`The parameter ${parameter} is not the ARN of a replicator.`, parameter)
  const record = replicators.byArn(arn)
  if (!record) throw notFound('The replicator does not exist.', parameter)
  return record
}

/** By what a replication names a cluster: its ARN, or the id of one that is not MSK's. */
export function clusterIdOf({ AmazonMskCluster, ApacheKafkaCluster }: KafkaCluster): string {
  return AmazonMskCluster?.MskClusterArn ?? ApacheKafkaCluster?.ApacheKafkaClusterId ?? ''
}

/** The two ends of a replication, as it names them. */
export function endsOf(
  info: Pick<
    ReplicationInfo,
    'SourceKafkaClusterArn' | 'SourceKafkaClusterId' | 'TargetKafkaClusterArn' | 'TargetKafkaClusterId'
  >,
): { source: string | undefined; target: string | undefined } {
  return {
    source: info.SourceKafkaClusterArn ?? info.SourceKafkaClusterId,
    target: info.TargetKafkaClusterArn ?? info.TargetKafkaClusterId,
  }
}

/** What stands before the names of copied topics: the name of MSK's cluster, or the id of another one. */
function aliasOf(clusterId: string): string {
  return /:cluster\/([^/]+)\//.exec(clusterId)?.[1] ?? clusterId
}

export function clusterDescription(cluster: KafkaCluster): KafkaClusterDescription {
  return { ...cluster, KafkaClusterAlias: aliasOf(clusterIdOf(cluster)) }
}

export function replicationDescription(info: ReplicationInfo): ReplicationInfoDescription {
  const { source = '', target = '' } = endsOf(info)
  return {
    SourceKafkaClusterAlias: aliasOf(source),
    TargetKafkaClusterAlias: aliasOf(target),
    TargetCompressionType: info.TargetCompressionType,
    TopicReplication: info.TopicReplication,
    ConsumerGroupReplication: info.ConsumerGroupReplication,
  }
}

import type {
  KafkaCluster,
  KafkaClusterDescription,
  ReplicationInfo,
  ReplicationInfoDescription,
} from '@aws-sdk/client-kafka'
import type { ReplicatorRecord } from '../../fleet/replicators/replicators.ts'
import { namedBy } from './arns.ts'
import { badRequest } from './exceptions.ts'
import type { Services } from './services.ts'

const replicator = { type: 'replicator', noun: 'replicator', parts: 2 }

/** The replicator that an ARN names, or the exception of the model. */
export function replicatorOf(
  { replicators }: Pick<Services, 'replicators'>,
  arn: string | undefined,
  parameter = 'replicatorArn',
): ReplicatorRecord {
  return namedBy(arn, replicator, parameter, (wanted) => replicators.byArn(wanted))
}

/** Whoever changes a replicator names the version of it that they mean. */
export function checkVersion({ currentVersion }: ReplicatorRecord, named: string | undefined): void {
  if (named !== currentVersion)
    throw badRequest(
      'The version of the replicator isn’t current. Check the current version and try again.',
      'currentVersion',
    )
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

import type {
  CreateReplicatorRequest,
  CreateReplicatorResponse,
  KafkaCluster,
  ReplicationInfo,
} from '@aws-sdk/client-kafka'
import { badRequest } from '../exceptions.ts'
import { clusterOf } from '../operation.ts'
import { exceptionOf, stored } from '../refusal.ts'
import { clusterIdOf, endsOf } from '../replicators.ts'
import type { Services } from '../services.ts'
import { checkTags } from '../tags.ts'

/**
 * Keeps a replicator: CREATING, then RUNNING, with a `stateInfo` that says that nothing is copied yet.
 *
 * Refuses, in this order: tags; anything but two clusters, each MSK's own or another; clusters that are not there; anything
 * but one replication, from the one to the other; a name that is taken (409); the sixteenth replicator (429).
 */
export const createReplicator =
  (services: Pick<Services, 'clusters' | 'replicators'>) =>
  (input: CreateReplicatorRequest): CreateReplicatorResponse => {
    const { KafkaClusters = [], ReplicationInfoList = [], Tags = {} } = input
    checkTags(Tags)
    if (KafkaClusters.length !== 2) throw badRequest('Specify exactly two Kafka clusters.', 'kafkaClusters')
    for (const cluster of KafkaClusters) checkCluster(services, cluster)
    const [info, another] = ReplicationInfoList
    if (!info || another) throw badRequest('Specify exactly one replication.', 'replicationInfoList')
    checkEnds(KafkaClusters, info)
    const result = stored('The replicator', () =>
      services.replicators.create({
        name: input.ReplicatorName ?? '',
        clusters: KafkaClusters,
        replication: withDefaults(info),
        serviceExecutionRoleArn: input.ServiceExecutionRoleArn ?? '',
        description: input.Description ?? null,
        logDelivery: input.LogDelivery ?? null,
        tags: Tags,
      }),
    )
    if ('refusal' in result) throw exceptionOf(result.refusal)
    const { arn, name, state } = result.record
    return { ReplicatorArn: arn, ReplicatorName: name, ReplicatorState: state }
  }

function checkCluster(services: Pick<Services, 'clusters'>, cluster: KafkaCluster): void {
  const { AmazonMskCluster: msk, ApacheKafkaCluster: other } = cluster
  if (!msk === !other)
    throw badRequest('Specify exactly one of amazonMskCluster and apacheKafkaCluster.', 'kafkaClusters')
  if (msk) clusterOf(services, msk.MskClusterArn, 'mskClusterArn')
}

function checkEnds(clusters: readonly KafkaCluster[], info: ReplicationInfo): void {
  const { source, target } = endsOf(info)
  const ids = clusters.map(clusterIdOf)
  if (source === undefined || !ids.includes(source))
    throw badRequest(
      'The source of the replication must be one of the Kafka clusters.',
      'sourceKafkaClusterArn',
    )
  if (target === undefined || !ids.includes(target) || target === source)
    throw badRequest(
      'The target of the replication must be the other Kafka cluster.',
      'targetKafkaClusterArn',
    )
}

/** MSK Developer Guide, "Create an MSK Replicator". */
function withDefaults(info: ReplicationInfo): ReplicationInfo {
  const { TopicReplication: topics, ConsumerGroupReplication: groups } = info
  return {
    ...info,
    TopicReplication: {
      CopyAccessControlListsForTopics: true,
      CopyTopicConfigurations: true,
      DetectAndCopyNewTopics: true,
      StartingPosition: { Type: 'LATEST' },
      TopicNameConfiguration: { Type: 'PREFIXED_WITH_SOURCE_CLUSTER_ALIAS' },
      TopicsToExclude: [],
      TopicsToReplicate: [],
      ...topics,
    },
    ConsumerGroupReplication: {
      ConsumerGroupsToExclude: [],
      ConsumerGroupsToReplicate: [],
      DetectAndCopyNewConsumerGroups: true,
      SynchroniseConsumerGroupOffsets: true,
      ...groups,
    },
  }
}

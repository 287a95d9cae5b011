import { clusterPolicyOf } from '../../iam/cluster-access.ts'
import type { AccessTarget } from '../service.ts'
import type { TaggedServices } from './tagged.ts'
import { topicArn } from './topics.ts'

/** Those that have no resource, whatever their input names (Service Authorization Reference, Amazon MSK). */
const withoutResource =
  /^(List(Clusters|Configurations|KafkaVersions|VpcConnections|Replicators)|Create(Cluster|Configuration)|GetCompatibleKafkaVersions)/

/** Which members of inputs name what a call is about. */
const arnMembers = [
  'ClusterArn',
  'ResourceArn',
  'Arn',
  'ClusterOperationArn',
  'ReplicatorArn',
  'TargetClusterArn',
]

/**
 * What operations on topics need beside their own action, as clients of Kafka would (MSK Developer Guide, "Topic
 * operations").
 */
const topicActions: Readonly<Record<string, readonly string[]>> = {
  CreateTopic: ['CreateTopic'],
  DeleteTopic: ['DescribeTopic', 'DeleteTopic'],
  DescribeTopic: ['DescribeTopic', 'DescribeTopicDynamicConfiguration'],
  DescribeTopicPartitions: ['DescribeTopic', 'DescribeTopicDynamicConfiguration'],
  ListTopics: ['DescribeTopic'],
  UpdateTopic: ['DescribeTopic', 'AlterTopic', 'AlterTopicDynamicConfiguration'],
}

/** What a call is about, with its tags; a cluster brings its policy, too. */
export function mskTargets(
  services: TaggedServices,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): AccessTarget[] {
  const member = arnMembers.find((name) => typeof input[name] === 'string')
  if (withoutResource.test(operation) || member === undefined) return [{ resource: '*' }]
  const resource = String(input[member])
  const record = services.clusters.byArn(resource)
  if (!record) return [{ resource, tags: tagsOfOther(services, resource) }]
  const cluster = { resource, tags: record.tags, policy: clusterPolicyOf(record.policy?.text ?? null) }
  const actions = topicActions[operation]
  if (!actions) return [cluster]
  const { TopicName: name } = input
  const topic = { ...cluster, resource: topicArn(record, typeof name === 'string' ? name : '*') }
  return [
    cluster,
    { ...cluster, action: 'kafka-cluster:Connect' },
    ...actions.map((action) => ({ ...topic, action: `kafka-cluster:${action}` })),
  ]
}

function tagsOfOther({ channels, replicators, vpcConnections }: TaggedServices, arn: string) {
  return (channels.byArn(arn) ?? replicators.byArn(arn) ?? vpcConnections.byArn(arn))?.tags ?? {}
}

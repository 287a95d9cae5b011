import { clusterTypeOf } from '../../fleet/clusters/serverless.ts'
import type { OperationName } from '../schema.ts'
import type { operations } from '../schemas/kafka.generated.ts'
import type { Handler } from '../service.ts'
import { badRequest } from './exceptions.ts'
import type { Services } from './services.ts'

type Operation = OperationName<typeof operations>

/**
 * What is for provisioned clusters alone (MSK Developer Guide, "MSK Serverless"): the first version of the API, all that
 * AWS decides by itself for a serverless cluster, what its one way to log in leaves no room for, and topics, which are
 * Kafka's there. Every other operation on a cluster takes both types.
 */
const provisionedOnly: ReadonlySet<string> = new Set<Operation>([
  'BatchAssociateScramSecret',
  'BatchDisassociateScramSecret',
  'CreateChannel',
  'CreateTopic',
  'DeleteChannel',
  'DeleteTopic',
  'DescribeChannel',
  'DescribeCluster',
  'DescribeTopic',
  'DescribeTopicPartitions',
  'GetCompatibleKafkaVersions',
  'ListChannels',
  'ListClusterOperations',
  'ListNodes',
  'ListScramSecrets',
  'ListTopics',
  'RebootBroker',
  'UpdateBrokerCount',
  'UpdateBrokerStorage',
  'UpdateBrokerType',
  'UpdateChannel',
  'UpdateClusterConfiguration',
  'UpdateClusterKafkaVersion',
  'UpdateMonitoring',
  'UpdateRebalancing',
  'UpdateSecurity',
  'UpdateStorage',
  'UpdateTopic',
])

/** The operation, which refuses the clusters that it is not for before it looks at anything else of its input. */
export function forItsClusterTypes(
  operation: string,
  handler: Handler,
  { clusters }: Pick<Services, 'clusters'>,
): Handler {
  if (!provisionedOnly.has(operation)) return handler
  return (input: never, context) => {
    const { ClusterArn: arn = '' }: { ClusterArn?: string } = input
    const record = clusters.byArn(arn)
    if (record && clusterTypeOf(record) === 'SERVERLESS')
      throw badRequest('This operation cannot be performed on serverless clusters.', 'clusterArn')
    return handler(input, context)
  }
}

import type {
  ReplicationInfo,
  UpdateReplicationInfoRequest,
  UpdateReplicationInfoResponse,
} from '@aws-sdk/client-kafka'
import { badRequest } from '../exceptions.ts'
import { stored } from '../refusal.ts'
import { checkVersion, endsOf, replicatorOf } from '../replicators.ts'
import type { Services } from '../services.ts'

/**
 * Changes which topics and groups a replicator is for, or where its log goes; where it begins and how it names topics stay.
 *
 * Refuses, in this order: the ARN; a replicator that is not RUNNING; a version that is not current; other clusters than its
 * own; nothing to change.
 */
export const updateReplicationInfo =
  (services: Pick<Services, 'replicators'>) =>
  (input: UpdateReplicationInfoRequest): UpdateReplicationInfoResponse => {
    const before = replicatorOf(services, input.ReplicatorArn)
    if (before.state !== 'RUNNING')
      throw badRequest(`You can't update a replicator in ${before.state} state.`, 'replicatorArn')
    checkVersion(before, input.CurrentVersion)
    const [own, named] = [endsOf(before.replication), endsOf(input)]
    if ((named.source ?? own.source) !== own.source || (named.target ?? own.target) !== own.target)
      throw badRequest('The replicator has no such replication.', 'sourceKafkaClusterArn')
    const { TopicReplication: topics, ConsumerGroupReplication: groups, LogDelivery } = input
    if (!topics && !groups && !LogDelivery)
      throw badRequest('The request does not include any updates to the replicator.', 'topicReplication')
    const replication: ReplicationInfo = {
      ...before.replication,
      TopicReplication: {
        ...before.replication.TopicReplication,
        ...topics,
      } as ReplicationInfo['TopicReplication'],
      ConsumerGroupReplication: {
        ...before.replication.ConsumerGroupReplication,
        ...groups,
      } as ReplicationInfo['ConsumerGroupReplication'],
    }
    const { arn, state } = stored('The update', () =>
      services.replicators.change(before, { replication, ...(LogDelivery && { logDelivery: LogDelivery }) }),
    )
    return { ReplicatorArn: arn, ReplicatorState: state }
  }

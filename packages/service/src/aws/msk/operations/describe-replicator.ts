import type { DescribeReplicatorRequest, DescribeReplicatorResponse } from '@aws-sdk/client-kafka'
import { nothingReplicated } from '../../../fleet/replicators/replicators.ts'
import { clusterDescription, replicationDescription, replicatorOf } from '../replicators.ts'
import type { Services } from '../services.ts'

/** A replicator with its replication, and what is not done of it. */
export const describeReplicator =
  (services: Pick<Services, 'replicators'>) =>
  (input: DescribeReplicatorRequest): DescribeReplicatorResponse => {
    const record = replicatorOf(services, input.ReplicatorArn)
    return {
      CreationTime: new Date(record.createdAtMs),
      CurrentVersion: record.currentVersion,
      IsReplicatorReference: false,
      KafkaClusters: record.clusters.map(clusterDescription),
      ReplicationInfoList: [replicationDescription(record.replication)],
      ReplicatorArn: record.arn,
      ReplicatorDescription: record.description ?? undefined,
      ReplicatorName: record.name,
      ReplicatorResourceArn: record.arn,
      ReplicatorState: record.state,
      ServiceExecutionRoleArn: record.serviceExecutionRoleArn,
      StateInfo: { Code: 'NOT_ALL_SERVED', Message: nothingReplicated },
      Tags: record.tags,
      LogDelivery: record.logDelivery ?? undefined,
    }
  }

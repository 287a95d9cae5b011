import type { ListReplicatorsRequest, ListReplicatorsResponse } from '@aws-sdk/client-kafka'
import { creationKey, page } from '../pagination.ts'
import { clusterDescription, replicationDescription } from '../replicators.ts'
import type { Services } from '../services.ts'

/** The replicators whose name begins with `replicatorNameFilter`, in order of creation. */
export const listReplicators =
  ({ replicators }: Pick<Services, 'replicators'>) =>
  (input: ListReplicatorsRequest): ListReplicatorsResponse => {
    const wanted = replicators.list().filter(({ name }) => name.startsWith(input.ReplicatorNameFilter ?? ''))
    const { items, nextToken } = page(wanted, creationKey, input)
    return {
      Replicators: items.map((record) => {
        const { SourceKafkaClusterAlias, TargetKafkaClusterAlias } = replicationDescription(
          record.replication,
        )
        return {
          CreationTime: new Date(record.createdAtMs),
          CurrentVersion: record.currentVersion,
          IsReplicatorReference: false,
          KafkaClustersSummary: record.clusters.map(clusterDescription),
          ReplicationInfoSummaryList: [{ SourceKafkaClusterAlias, TargetKafkaClusterAlias }],
          ReplicatorArn: record.arn,
          ReplicatorName: record.name,
          ReplicatorResourceArn: record.arn,
          ReplicatorState: record.state,
        }
      }),
      NextToken: nextToken,
    }
  }

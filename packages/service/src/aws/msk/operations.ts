import type { OperationName } from '../schema.ts'
import type { operations } from '../schemas/kafka.generated.ts'
import type { Handler } from '../service.ts'
import type { Services } from './services.ts'
import { batchAssociateScramSecret } from './operations/batch-associate-scram-secret.ts'
import { batchDisassociateScramSecret } from './operations/batch-disassociate-scram-secret.ts'
import { createChannel } from './operations/create-channel.ts'
import { createCluster } from './operations/create-cluster.ts'
import { createClusterV2 } from './operations/create-cluster-v2.ts'
import { createConfiguration } from './operations/create-configuration.ts'
import { createReplicator } from './operations/create-replicator.ts'
import { createTopic } from './operations/create-topic.ts'
import { createVpcConnection } from './operations/create-vpc-connection.ts'
import { deleteChannel } from './operations/delete-channel.ts'
import { deleteCluster } from './operations/delete-cluster.ts'
import { deleteClusterPolicy } from './operations/delete-cluster-policy.ts'
import { deleteConfiguration } from './operations/delete-configuration.ts'
import { deleteReplicator } from './operations/delete-replicator.ts'
import { deleteTopic } from './operations/delete-topic.ts'
import { deleteVpcConnection } from './operations/delete-vpc-connection.ts'
import { describeChannel } from './operations/describe-channel.ts'
import { describeCluster } from './operations/describe-cluster.ts'
import { describeClusterOperation } from './operations/describe-cluster-operation.ts'
import { describeClusterOperationV2 } from './operations/describe-cluster-operation-v2.ts'
import { describeClusterV2 } from './operations/describe-cluster-v2.ts'
import { describeConfiguration } from './operations/describe-configuration.ts'
import { describeConfigurationRevision } from './operations/describe-configuration-revision.ts'
import { describeReplicator } from './operations/describe-replicator.ts'
import { describeTopic } from './operations/describe-topic.ts'
import { describeTopicPartitions } from './operations/describe-topic-partitions.ts'
import { describeVpcConnection } from './operations/describe-vpc-connection.ts'
import { getBootstrapBrokers } from './operations/get-bootstrap-brokers.ts'
import { getClusterPolicy } from './operations/get-cluster-policy.ts'
import { getCompatibleKafkaVersions } from './operations/get-compatible-kafka-versions.ts'
import { listChannels } from './operations/list-channels.ts'
import { listClientVpcConnections } from './operations/list-client-vpc-connections.ts'
import { listClusterOperations } from './operations/list-cluster-operations.ts'
import { listClusterOperationsV2 } from './operations/list-cluster-operations-v2.ts'
import { listClusters } from './operations/list-clusters.ts'
import { listClustersV2 } from './operations/list-clusters-v2.ts'
import { listConfigurationRevisions } from './operations/list-configuration-revisions.ts'
import { listConfigurations } from './operations/list-configurations.ts'
import { listKafkaVersions } from './operations/list-kafka-versions.ts'
import { listNodes } from './operations/list-nodes.ts'
import { listReplicators } from './operations/list-replicators.ts'
import { listScramSecrets } from './operations/list-scram-secrets.ts'
import { listTagsForResource } from './operations/list-tags-for-resource.ts'
import { listTopics } from './operations/list-topics.ts'
import { putClusterPolicy } from './operations/put-cluster-policy.ts'
import { listVpcConnections } from './operations/list-vpc-connections.ts'
import { rebootBroker } from './operations/reboot-broker.ts'
import { rejectClientVpcConnection } from './operations/reject-client-vpc-connection.ts'
import { tagResource } from './operations/tag-resource.ts'
import { untagResource } from './operations/untag-resource.ts'
import { updateBrokerCount } from './operations/update-broker-count.ts'
import { updateBrokerStorage } from './operations/update-broker-storage.ts'
import { updateBrokerType } from './operations/update-broker-type.ts'
import { updateChannel } from './operations/update-channel.ts'
import { updateClusterConfiguration } from './operations/update-cluster-configuration.ts'
import { updateClusterKafkaVersion } from './operations/update-cluster-kafka-version.ts'
import { updateConfiguration } from './operations/update-configuration.ts'
import { updateConnectivity } from './operations/update-connectivity.ts'
import { updateMonitoring } from './operations/update-monitoring.ts'
import { updateRebalancing } from './operations/update-rebalancing.ts'
import { updateReplicationInfo } from './operations/update-replication-info.ts'
import { updateSecurity } from './operations/update-security.ts'
import { updateStorage } from './operations/update-storage.ts'
import { updateTopic } from './operations/update-topic.ts'

/** What is implemented. Every other operation of the schema is answered with NotImplementedException. */
export function mskHandlers(services: Services): Partial<Record<OperationName<typeof operations>, Handler>> {
  return {
    BatchAssociateScramSecret: batchAssociateScramSecret(services),
    BatchDisassociateScramSecret: batchDisassociateScramSecret(services),
    CreateChannel: createChannel(services),
    CreateCluster: createCluster(services),
    CreateClusterV2: createClusterV2(services),
    CreateConfiguration: createConfiguration(services),
    CreateReplicator: createReplicator(services),
    CreateTopic: createTopic(services),
    CreateVpcConnection: createVpcConnection(services),
    DeleteChannel: deleteChannel(services),
    DeleteCluster: deleteCluster(services),
    DeleteClusterPolicy: deleteClusterPolicy(services),
    DeleteConfiguration: deleteConfiguration(services),
    DeleteReplicator: deleteReplicator(services),
    DeleteTopic: deleteTopic(services),
    DeleteVpcConnection: deleteVpcConnection(services),
    DescribeChannel: describeChannel(services),
    DescribeCluster: describeCluster(services),
    DescribeClusterOperation: describeClusterOperation(services),
    DescribeClusterOperationV2: describeClusterOperationV2(services),
    DescribeClusterV2: describeClusterV2(services),
    DescribeConfiguration: describeConfiguration(services),
    DescribeConfigurationRevision: describeConfigurationRevision(services),
    DescribeReplicator: describeReplicator(services),
    DescribeTopic: describeTopic(services),
    DescribeTopicPartitions: describeTopicPartitions(services),
    DescribeVpcConnection: describeVpcConnection(services),
    GetBootstrapBrokers: getBootstrapBrokers(services),
    GetClusterPolicy: getClusterPolicy(services),
    GetCompatibleKafkaVersions: getCompatibleKafkaVersions(services),
    ListChannels: listChannels(services),
    ListClientVpcConnections: listClientVpcConnections(services),
    ListClusterOperations: listClusterOperations(services),
    ListClusterOperationsV2: listClusterOperationsV2(services),
    ListClusters: listClusters(services),
    ListClustersV2: listClustersV2(services),
    ListConfigurationRevisions: listConfigurationRevisions(services),
    ListConfigurations: listConfigurations(services),
    ListKafkaVersions: listKafkaVersions(services),
    ListNodes: listNodes(services),
    ListReplicators: listReplicators(services),
    ListScramSecrets: listScramSecrets(services),
    ListTagsForResource: listTagsForResource(services),
    ListTopics: listTopics(services),
    PutClusterPolicy: putClusterPolicy(services),
    ListVpcConnections: listVpcConnections(services),
    RebootBroker: rebootBroker(services),
    RejectClientVpcConnection: rejectClientVpcConnection(services),
    TagResource: tagResource(services),
    UntagResource: untagResource(services),
    UpdateBrokerCount: updateBrokerCount(services),
    UpdateBrokerStorage: updateBrokerStorage(services),
    UpdateBrokerType: updateBrokerType(services),
    UpdateChannel: updateChannel(services),
    UpdateClusterConfiguration: updateClusterConfiguration(services),
    UpdateClusterKafkaVersion: updateClusterKafkaVersion(services),
    UpdateConfiguration: updateConfiguration(services),
    UpdateConnectivity: updateConnectivity(services),
    UpdateMonitoring: updateMonitoring(services),
    UpdateRebalancing: updateRebalancing(services),
    UpdateReplicationInfo: updateReplicationInfo(services),
    UpdateSecurity: updateSecurity(services),
    UpdateStorage: updateStorage(services),
    UpdateTopic: updateTopic(services),
  }
}

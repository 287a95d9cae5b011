/** What clients of Kafka do that come by IAM (MSK Developer Guide, "Semantics of IAM authorization policy actions and resources"). */
export const clusterActions = [
  'AlterCluster',
  'AlterClusterDynamicConfiguration',
  'AlterGroup',
  'AlterTopic',
  'AlterTopicDynamicConfiguration',
  'AlterTransactionalId',
  'Connect',
  'CreateTopic',
  'DeleteGroup',
  'DeleteTopic',
  'DescribeCluster',
  'DescribeClusterDynamicConfiguration',
  'DescribeGroup',
  'DescribeTopic',
  'DescribeTopicDynamicConfiguration',
  'DescribeTransactionalId',
  'ReadData',
  'WriteData',
  'WriteDataIdempotently',
] as const

export type ClusterAction = (typeof clusterActions)[number]

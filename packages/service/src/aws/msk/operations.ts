import type { OperationContext, Services } from './services.ts'
import { createClusterV2 } from './operations/create-cluster-v2.ts'
import { createCluster } from './operations/create-cluster.ts'
import { deleteCluster } from './operations/delete-cluster.ts'
import { describeClusterV2 } from './operations/describe-cluster-v2.ts'
import { describeCluster } from './operations/describe-cluster.ts'
import { getBootstrapBrokers } from './operations/get-bootstrap-brokers.ts'
import { listClustersV2 } from './operations/list-clusters-v2.ts'
import { listClusters } from './operations/list-clusters.ts'
import { listKafkaVersions } from './operations/list-kafka-versions.ts'
import { listNodes } from './operations/list-nodes.ts'
import { listTagsForResource } from './operations/list-tags-for-resource.ts'
import { tagResource } from './operations/tag-resource.ts'
import { untagResource } from './operations/untag-resource.ts'

/** An operation with its services: decoded input in, output under the SDK's names out. */
export type Handler = (input: never, context: OperationContext) => object | void | Promise<object | void>

/** What is implemented. Every other operation of the schema is answered with NotImplementedException. */
export function mskHandlers(services: Services): ReadonlyMap<string, Handler> {
  return new Map<string, Handler>(
    Object.entries({
      CreateCluster: createCluster(services),
      CreateClusterV2: createClusterV2(services),
      DeleteCluster: deleteCluster(services),
      DescribeCluster: describeCluster(services),
      DescribeClusterV2: describeClusterV2(services),
      GetBootstrapBrokers: getBootstrapBrokers(services),
      ListClusters: listClusters(services),
      ListClustersV2: listClustersV2(services),
      ListKafkaVersions: listKafkaVersions(),
      ListNodes: listNodes(services),
      ListTagsForResource: listTagsForResource(services),
      TagResource: tagResource(services),
      UntagResource: untagResource(services),
    }),
  )
}

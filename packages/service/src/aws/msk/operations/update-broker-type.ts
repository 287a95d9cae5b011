import type { UpdateBrokerTypeRequest, UpdateBrokerTypeResponse } from '@aws-sdk/client-kafka'
import { updateBrokerType as typeUpdate } from '../../../fleet/clusters/changes/broker-type.ts'
import type { ClusterTopics } from '../../../fleet/engines/cluster-view.ts'
import type { OperationContext } from '../../service.ts'
import { clusterOf, update } from '../operation.ts'
import type { Services } from '../services.ts'
import { reading } from '../topics.ts'

/**
 * Gives all brokers another size. What a size means in CPU and memory has no effect here, so no broker is started anew.
 *
 * Refuses, in this order: the ARN; a cluster that is not ACTIVE; a version that is not current; a size that MSK has not, or
 * not for this Kafka; the size that is there; one for fewer partitions than a broker has.
 */
export const updateBrokerType =
  (services: Pick<Services, 'clusters'>) =>
  async (input: UpdateBrokerTypeRequest, context: OperationContext): Promise<UpdateBrokerTypeResponse> => {
    const record = clusterOf(services, input.ClusterArn)
    const topics = record.state === 'ACTIVE' ? services.clusters.topics(record) : undefined
    const partitions = topics ? await reading(partitionsOfFullest(topics)) : 0
    const { TargetInstanceType = '', CurrentVersion = '' } = input
    return update(
      services,
      input.ClusterArn,
      typeUpdate(TargetInstanceType, partitions, CurrentVersion),
      context,
    )
  }

/** Replicas on the broker that has most. */
async function partitionsOfFullest(topics: ClusterTopics): Promise<number> {
  const counts = new Map<number, number>()
  for (const { partitions } of await topics.list())
    for (const broker of partitions.flatMap(({ replicas }) => replicas))
      counts.set(broker, (counts.get(broker) ?? 0) + 1)
  return Math.max(0, ...counts.values())
}

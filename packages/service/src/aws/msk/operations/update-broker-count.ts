import type { UpdateBrokerCountRequest, UpdateBrokerCountResponse } from '@aws-sdk/client-kafka'
import { updateBrokerCount as updateCount } from '../../../fleet/clusters/changes/broker-count.ts'
import { update } from '../operation.ts'
import type { OperationContext } from '../../service.ts'
import type { Services } from '../services.ts'

/**
 * Adds brokers, or takes the last one of each zone away, once a call; brokers that leave may hold no partition of the
 * users', which is seen when it is their turn: the operation then fails and is taken back.
 *
 * Refuses, in this order: the ARN; a cluster that is not ACTIVE; a version that is not current; a number that is no
 * multiple of the zones or beyond the quota; the number that is there; two of a zone at once; small brokers.
 */
export const updateBrokerCount =
  (services: Pick<Services, 'clusters'>) =>
  (input: UpdateBrokerCountRequest, context: OperationContext): UpdateBrokerCountResponse => {
    const change = updateCount(input.TargetNumberOfBrokerNodes ?? 0, input.CurrentVersion ?? '')
    return update(services, input.ClusterArn, change, context)
  }

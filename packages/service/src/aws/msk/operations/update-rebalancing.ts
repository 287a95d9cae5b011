import type { UpdateRebalancingRequest, UpdateRebalancingResponse } from '@aws-sdk/client-kafka'
import { updateRebalancing as rebalancingUpdate } from '../../../fleet/clusters/changes/rebalancing.ts'
import type { OperationContext } from '../../service.ts'
import { update } from '../operation.ts'
import type { Services } from '../services.ts'

/**
 * Turns the rebalancing of Express brokers on or off, which is described alone.
 *
 * Refuses, in this order: the ARN; a cluster that is not ACTIVE; a version that is not current; Standard brokers; what
 * changes nothing.
 */
export const updateRebalancing =
  (services: Pick<Services, 'clusters'>) =>
  (input: UpdateRebalancingRequest, context: OperationContext): UpdateRebalancingResponse => {
    const change = rebalancingUpdate(input.Rebalancing ?? {}, input.CurrentVersion ?? '')
    return update(services, input.ClusterArn, change, context)
  }

import type { UpdateRebalancingRequest, UpdateRebalancingResponse } from '@aws-sdk/client-kafka'
import { updateRebalancing as rebalancingUpdate } from '../../../fleet/clusters/changes/rebalancing.ts'
import type { OperationContext } from '../../service.ts'
import { update } from '../operation.ts'
import type { Services } from '../services.ts'

/**
 * Intelligent rebalancing is for Express brokers, which no cluster here has.
 *
 * Refuses, in this order: the ARN; a cluster that is not ACTIVE; a version that is not current; Standard brokers.
 */
export const updateRebalancing =
  (services: Pick<Services, 'clusters'>) =>
  (input: UpdateRebalancingRequest, context: OperationContext): UpdateRebalancingResponse =>
    update(services, input.ClusterArn, rebalancingUpdate(input.CurrentVersion ?? ''), context)

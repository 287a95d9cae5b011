import type { UpdateBrokerCountRequest, UpdateBrokerCountResponse } from '@aws-sdk/client-kafka'
import { updateBrokerCount as updateCount } from '../../../fleet/clusters/changes/broker-count.ts'
import { update } from '../operation.ts'
import type { OperationContext } from '../../service.ts'
import type { Services } from '../services.ts'

export const updateBrokerCount =
  (services: Pick<Services, 'clusters'>) =>
  (input: UpdateBrokerCountRequest, context: OperationContext): UpdateBrokerCountResponse => {
    const change = updateCount(input.TargetNumberOfBrokerNodes ?? 0, input.CurrentVersion ?? '')
    return update(services, input.ClusterArn, change, context)
  }

import type { RebootBrokerRequest, RebootBrokerResponse } from '@aws-sdk/client-kafka'
import { rebootBroker as reboot } from '../../../fleet/clusters/changes/reboot.ts'
import { update } from '../operation.ts'
import type { OperationContext } from '../../service.ts'
import type { Services } from '../services.ts'

export const rebootBroker =
  (services: Pick<Services, 'clusters'>) =>
  (input: RebootBrokerRequest, context: OperationContext): RebootBrokerResponse =>
    update(services, input.ClusterArn, reboot(input.BrokerIds ?? []), context)

import type { RebootBrokerRequest, RebootBrokerResponse } from '@aws-sdk/client-kafka'
import { rebootBroker as reboot } from '../../../fleet/clusters/changes/reboot.ts'
import { update } from '../operation.ts'
import type { OperationContext } from '../../service.ts'
import type { Services } from '../services.ts'

/**
 * Restarts one broker. It takes no version of the cluster, and leaves the one that is current as it is.
 *
 * Refuses, in this order: the ARN; a cluster that is not ACTIVE; more brokers than one, or none; one that does not run.
 */
export const rebootBroker =
  (services: Pick<Services, 'clusters'>) =>
  (input: RebootBrokerRequest, context: OperationContext): RebootBrokerResponse =>
    update(services, input.ClusterArn, reboot(input.BrokerIds ?? []), context)

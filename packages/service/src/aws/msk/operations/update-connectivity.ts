import type { UpdateConnectivityRequest, UpdateConnectivityResponse } from '@aws-sdk/client-kafka'
import { updateConnectivity as connectivityUpdate } from '../../../fleet/clusters/changes/connectivity.ts'
import type { OperationContext } from '../../service.ts'
import { update } from '../operation.ts'
import type { Services } from '../services.ts'

/**
 * Turns public access or the connectivity with other VPCs on and off: both are described, and `stateInfo` says that they
 * have no listeners of their own.
 *
 * Refuses, in this order: the ARN; a cluster that is not ACTIVE; a version that is not current; access to a ZooKeeper that
 * is not there (400), or is (501); network type DUAL (501); public access, or connectivity, for a cluster that does not
 * authenticate its clients so; what changes nothing.
 */
export const updateConnectivity =
  (services: Pick<Services, 'clusters'>) =>
  (input: UpdateConnectivityRequest, context: OperationContext): UpdateConnectivityResponse => {
    const wanted = { connectivity: input.ConnectivityInfo, zookeeperAccess: input.ZookeeperAccess }
    return update(services, input.ClusterArn, connectivityUpdate(wanted, input.CurrentVersion ?? ''), context)
  }

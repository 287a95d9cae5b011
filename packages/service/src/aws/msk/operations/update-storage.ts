import type { UpdateStorageRequest, UpdateStorageResponse } from '@aws-sdk/client-kafka'
import { storageChange, updateStorage as storageUpdate } from '../../../fleet/clusters/changes/storage.ts'
import type { OperationContext } from '../../service.ts'
import { notServed } from '../exceptions.ts'
import { clusterOf, update } from '../operation.ts'
import type { Services } from '../services.ts'

/**
 * Describes larger volumes, or another throughput of theirs.
 *
 * Refuses, in this order: the ARN; tiered storage (501); then as UpdateBrokerStorage does.
 */
export const updateStorage =
  (services: Pick<Services, 'clusters'>) =>
  (input: UpdateStorageRequest, context: OperationContext): UpdateStorageResponse => {
    clusterOf(services, input.ClusterArn)
    if (input.StorageMode === 'TIERED') throw notServed('Storage mode TIERED', 'storageMode')
    const wanted = { volumeGiB: input.VolumeSizeGB, throughput: input.ProvisionedThroughput }
    const change = storageUpdate(storageChange, wanted, input.CurrentVersion ?? '')
    return update(services, input.ClusterArn, change, context)
  }

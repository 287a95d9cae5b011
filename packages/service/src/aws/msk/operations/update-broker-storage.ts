import type { UpdateBrokerStorageRequest, UpdateBrokerStorageResponse } from '@aws-sdk/client-kafka'
import { brokerStorageChange, updateStorage } from '../../../fleet/clusters/changes/storage.ts'
import type { OperationContext } from '../../service.ts'
import { badRequest } from '../exceptions.ts'
import { clusterOf, update } from '../operation.ts'
import type { Services } from '../services.ts'

/**
 * Makes volumes larger, while their brokers run, or describes another throughput of theirs, for all brokers at once;
 * UpdateStorage does the same by other members.
 *
 * Refuses, in this order: the ARN; anything but one entry, for all brokers; a cluster that is not ACTIVE; a version that is
 * not current; what changes nothing; less storage, or less than 100 GiB more; growth within six hours of the last one; a
 * throughput that the brokers' size has not.
 */
export const updateBrokerStorage =
  (services: Pick<Services, 'clusters'>) =>
  (input: UpdateBrokerStorageRequest, context: OperationContext): UpdateBrokerStorageResponse => {
    clusterOf(services, input.ClusterArn)
    const [target, another] = input.TargetBrokerEBSVolumeInfo ?? []
    // MSK's documents say ALL, and Terraform says All.
    if (!target || another || target.KafkaBrokerNodeId?.toUpperCase() !== 'ALL')
      throw badRequest(
        'Specify exactly one target, with the kafkaBrokerNodeId All: the storage of all brokers is updated at once.',
        'targetBrokerEBSVolumeInfo',
      )
    const wanted = { volumeGiB: target.VolumeSizeGB, throughput: target.ProvisionedThroughput }
    const change = updateStorage(brokerStorageChange, wanted, input.CurrentVersion ?? '')
    return update(services, input.ClusterArn, change, context)
  }

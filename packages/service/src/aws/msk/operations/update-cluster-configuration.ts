import type {
  UpdateClusterConfigurationRequest,
  UpdateClusterConfigurationResponse,
} from '@aws-sdk/client-kafka'
import { updateConfiguration } from '../../../fleet/clusters/changes/configuration.ts'
import { update } from '../operation.ts'
import type { OperationContext } from '../../service.ts'
import type { Services } from '../services.ts'

const none = { Arn: undefined, Revision: undefined }

/**
 * Rolls the brokers with a revision of a configuration. Later revisions touch no cluster until they are asked for.
 *
 * Refuses, in this order: the ARN; a cluster that is not ACTIVE; a version that is not current; a configuration that is
 * not there, or is for other versions; the revision that the cluster has; properties that its engine does not take, or that
 * do not go with public access.
 */
export const updateClusterConfiguration =
  (services: Pick<Services, 'clusters'>) =>
  (
    input: UpdateClusterConfigurationRequest,
    context: OperationContext,
  ): UpdateClusterConfigurationResponse => {
    const change = updateConfiguration(input.ConfigurationInfo ?? none, input.CurrentVersion ?? '')
    return update(services, input.ClusterArn, change, context)
  }

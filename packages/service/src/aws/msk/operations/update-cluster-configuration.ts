import type {
  UpdateClusterConfigurationRequest,
  UpdateClusterConfigurationResponse,
} from '@aws-sdk/client-kafka'
import { updateConfiguration } from '../../../fleet/clusters/changes/configuration.ts'
import { update } from '../operation.ts'
import type { OperationContext } from '../../service.ts'
import type { Services } from '../services.ts'

const none = { Arn: undefined, Revision: undefined }

export const updateClusterConfiguration =
  (services: Pick<Services, 'clusters'>) =>
  (
    input: UpdateClusterConfigurationRequest,
    context: OperationContext,
  ): UpdateClusterConfigurationResponse => {
    const change = updateConfiguration(input.ConfigurationInfo ?? none, input.CurrentVersion ?? '')
    return update(services, input.ClusterArn, change, context)
  }

import type {
  UpdateClusterKafkaVersionRequest,
  UpdateClusterKafkaVersionResponse,
} from '@aws-sdk/client-kafka'
import { updateKafkaVersion } from '../../../fleet/clusters/changes/kafka-version.ts'
import { update } from '../operation.ts'
import type { OperationContext } from '../../service.ts'
import type { Services } from '../services.ts'

export const updateClusterKafkaVersion =
  (services: Pick<Services, 'clusters'>) =>
  (input: UpdateClusterKafkaVersionRequest, context: OperationContext): UpdateClusterKafkaVersionResponse => {
    const { TargetKafkaVersion = '', CurrentVersion = '', ConfigurationInfo } = input
    const change = updateKafkaVersion(TargetKafkaVersion, CurrentVersion, ConfigurationInfo)
    return update(services, input.ClusterArn, change, context)
  }

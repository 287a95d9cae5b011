import type {
  UpdateClusterKafkaVersionRequest,
  UpdateClusterKafkaVersionResponse,
} from '@aws-sdk/client-kafka'
import { updateKafkaVersion } from '../../../fleet/clusters/changes/kafka-version.ts'
import { update } from '../operation.ts'
import type { OperationContext } from '../../service.ts'
import type { Services } from '../services.ts'

/**
 * Rolls every node with another version, then finalizes Kafka's features; a configuration may come with it. There is no
 * way back to an older version.
 *
 * Refuses, in this order: the ARN; a cluster that is not ACTIVE; a version of it that is not current; a target that
 * GetCompatibleKafkaVersions does not name; a configuration, also the one that stays, that is for other versions;
 * properties that the engine does not take in the new one.
 */
export const updateClusterKafkaVersion =
  (services: Pick<Services, 'clusters'>) =>
  (input: UpdateClusterKafkaVersionRequest, context: OperationContext): UpdateClusterKafkaVersionResponse => {
    const { TargetKafkaVersion = '', CurrentVersion = '', ConfigurationInfo } = input
    const change = updateKafkaVersion(TargetKafkaVersion, CurrentVersion, ConfigurationInfo)
    return update(services, input.ClusterArn, change, context)
  }

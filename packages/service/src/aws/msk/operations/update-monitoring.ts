import type { UpdateMonitoringRequest, UpdateMonitoringResponse } from '@aws-sdk/client-kafka'
import { updateMonitoring as monitoringUpdate } from '../../../fleet/clusters/changes/monitoring.ts'
import type { OperationContext } from '../../service.ts'
import { checkLogging } from '../logging.ts'
import { clusterOf, update } from '../operation.ts'
import type { Services } from '../services.ts'

/**
 * Changes the level of monitoring, the exporters or where logs go; what the request does not name stays. `stateInfo` says
 * what of it is not served.
 *
 * Refuses, in this order: the ARN; a destination of logs that there is not; a cluster that is not ACTIVE; a version that is not
 * current; open monitoring without an exporter; what changes nothing.
 */
export const updateMonitoring =
  (services: Pick<Services, 'clusters' | 'logGroups'>) =>
  (input: UpdateMonitoringRequest, context: OperationContext): UpdateMonitoringResponse => {
    clusterOf(services, input.ClusterArn)
    checkLogging(services, input.LoggingInfo)
    const wanted = {
      ...(input.EnhancedMonitoring && { enhancedMonitoring: input.EnhancedMonitoring }),
      ...(input.OpenMonitoring && { openMonitoring: input.OpenMonitoring }),
      ...(input.LoggingInfo && { loggingInfo: input.LoggingInfo }),
    }
    return update(services, input.ClusterArn, monitoringUpdate(wanted, input.CurrentVersion ?? ''), context)
  }

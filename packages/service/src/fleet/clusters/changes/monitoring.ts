import { isDeepStrictEqual } from 'node:util'
import type { SpecChange } from '../cluster-record.ts'
import type { ClusterSpec } from '../cluster-spec.ts'
import { type ChangeKind, updating } from './change-kind.ts'
import { begin, refuse, type Update, updateRefusal } from './update.ts'

export const monitoringChange: ChangeKind = {
  ...updating,
  type: 'UPDATE_MONITORING',
  step: 'UPDATE_MONITORING',
  reason: () => 'What is watched of the brokers changes.',
}

type Monitoring = Pick<ClusterSpec, 'openMonitoring' | 'loggingInfo'> & Partial<ClusterSpec>

/** What the request does not name stays as it is. What of it is not served is told in `stateInfo`. */
export function updateMonitoring(wanted: Monitoring, currentVersion: string): Update {
  return (record, context) => {
    const refusal = updateRefusal(record, currentVersion)
    if (refusal) return { refusal }
    const { JmxExporter: jmx, NodeExporter: node } = wanted.openMonitoring?.Prometheus ?? {}
    // MSK Developer Guide, "Monitor with Prometheus".
    if (wanted.openMonitoring && !jmx?.EnabledInBroker && !node?.EnabledInBroker)
      return refuse('At least one of the exporters must be enabled.', 'openMonitoring')
    const { spec } = record
    const changed: SpecChange = Object.fromEntries(
      Object.entries(wanted).filter(
        ([member, value]) =>
          value !== undefined && !isDeepStrictEqual(value, spec[member as keyof ClusterSpec]),
      ),
    )
    if (Object.keys(changed).length === 0)
      return refuse(
        'The request does not include any updates to the monitoring of the cluster.',
        'enhancedMonitoring',
      )
    return { record: begin(record, context, monitoringChange, changed) }
  }
}

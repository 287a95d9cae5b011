import type { ConfigurationInfo } from '@aws-sdk/client-kafka'
import { isSameRevision } from '../../configurations/configurations.ts'
import { propertiesRefusal } from '../static-properties.ts'
import { type ChangeKind, updating } from './change-kind.ts'
import { connectivityRefusal } from './connectivity.ts'
import { begin, refuse, type Update, updateRefusal } from './update.ts'

export const configurationChange: ChangeKind = {
  ...updating,
  type: 'UPDATE_CLUSTER_CONFIGURATION',
  step: 'ROLL_BROKERS',
  reason: ({ target: { configuration } }) =>
    `Brokers get revision ${configuration?.revision} of the configuration ${configuration?.arn}.`,
}

export function updateConfiguration(wanted: ConfigurationInfo, currentVersion: string): Update {
  return (record, context) => {
    const refusal = updateRefusal(record, currentVersion)
    if (refusal) return { refusal }
    const { spec } = record
    const found = context.findConfiguration(wanted, spec.kafkaVersion)
    if ('refusal' in found) return found
    const { configuration } = found
    // No text for this is known. MSK refuses an update of the security settings that changes none, so this too.
    if (isSameRevision(configuration, spec.configuration))
      return refuse(
        'The request does not include any updates to the configuration of the cluster.',
        'configurationInfo',
      )
    const changed = { ...spec, configuration }
    const problem =
      propertiesRefusal(changed, context.engine, 'configurationInfo') ?? connectivityRefusal(changed)
    if (problem) return { refusal: problem }
    return { record: begin(record, context, configurationChange, { configuration }) }
  }
}

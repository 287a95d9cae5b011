import type { ClientAuthentication, EncryptionInfo } from '@aws-sdk/client-kafka'
import type { SpecChange } from '../cluster-record.ts'
import { type ClusterSpec, securityRefusal } from '../cluster-spec.ts'
import { clientAuthOf, wantedClientListeners } from '../client-listeners.ts'
import { type ChangeKind, updating } from './change-kind.ts'
import { connectivityRefusal } from './connectivity.ts'
import { begin, refuse, type Update, updateRefusal } from './update.ts'

export const securityChange: ChangeKind = {
  ...updating,
  type: 'UPDATE_SECURITY',
  step: 'ROLL_BROKERS',
  reason: () => 'The listeners for clients, or how clients authenticate, change.',
}

interface WantedSecurity {
  authentication: ClientAuthentication | undefined
  encryption: EncryptionInfo | undefined
}

/** Who may log in, and what is encrypted between clients and brokers; what is not named stays as it is. */
export function updateSecurity(
  { authentication, encryption }: WantedSecurity,
  currentVersion: string,
): Update {
  return (record, context) => {
    const refusal = updateRefusal(record, currentVersion)
    if (refusal) return { refusal }
    if (encryption?.EncryptionAtRest)
      return refuse(
        'Updating encryption-at-rest settings on your cluster is not currently supported.',
        'encryptionAtRest',
      )
    if (encryption?.EncryptionInTransit?.InCluster !== undefined)
      return refuse(
        'Updating the inter-broker encryption setting on your cluster is not currently supported.',
        'inCluster',
      )
    const { spec } = record
    const wanted = changed(spec, authentication, encryption)
    if (isSame(spec, wanted))
      return refuse(
        'The request does not include any updates to the security setting of the cluster',
        'clientAuthentication',
      )
    const problem =
      securityRefusal(wanted.clientAuthentication, wanted.encryption) ??
      connectivityRefusal({ ...spec, ...wanted })
    return problem ? { refusal: problem } : { record: begin(record, context, securityChange, wanted) }
  }
}

function changed(
  { encryption, clientAuthentication: current }: ClusterSpec,
  authentication: ClientAuthentication | undefined,
  wanted: EncryptionInfo | undefined,
): SpecChange & Pick<ClusterSpec, 'encryption'> {
  const clientBroker = wanted?.EncryptionInTransit?.ClientBroker
  const inTransit = { ...encryption.EncryptionInTransit, ...(clientBroker && { ClientBroker: clientBroker }) }
  return {
    encryption: { ...encryption, EncryptionInTransit: inTransit },
    ...(authentication && {
      clientAuthentication: {
        ...current,
        ...authentication,
        ...((current?.Sasl || authentication.Sasl) && { Sasl: { ...current?.Sasl, ...authentication.Sasl } }),
      },
    }),
  }
}

/** Two specs that let in the same clients in the same ways. */
function isSame(spec: ClusterSpec, wanted: Partial<ClusterSpec>): boolean {
  return settingsOf(spec) === settingsOf({ ...spec, ...wanted })
}

function settingsOf(spec: ClusterSpec): string {
  const authorities = spec.clientAuthentication?.Tls?.CertificateAuthorityArnList ?? []
  return JSON.stringify([wantedClientListeners(spec), clientAuthOf(spec), authorities])
}

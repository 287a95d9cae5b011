import type { ClientAuthentication, EncryptionInfo } from '@aws-sdk/client-kafka'
import { type ClientListenerName, type Engine, type NodeTls } from '../engines/engine.ts'

/** What of a spec its listeners come from. */
export interface SecuritySpec {
  encryption: EncryptionInfo
  clientAuthentication?: ClientAuthentication
}

/**
 * The listeners for clients that a cluster of this spec has on MSK (Developer Guide, "Port information" and
 * "Authentication and authorization"), in the order of their ports. Pure.
 */
export function wantedClientListeners({
  encryption,
  clientAuthentication,
}: SecuritySpec): ClientListenerName[] {
  const encrypted = encryption.EncryptionInTransit?.ClientBroker ?? 'TLS'
  const { Sasl: sasl, Tls: tls } = clientAuthentication ?? {}
  const listeners: ClientListenerName[] = []
  if (encrypted !== 'PLAINTEXT' || !sasl) {
    if (encrypted !== 'TLS') listeners.push('CLIENT')
    if (encrypted !== 'PLAINTEXT' && (tls?.Enabled || isOpen(clientAuthentication)))
      listeners.push('CLIENT_SECURE')
  }
  if (sasl?.Scram?.Enabled) listeners.push('CLIENT_SASL_SCRAM')
  if (sasl?.Iam?.Enabled) listeners.push('CLIENT_IAM')
  return listeners
}

/** Those of them that the engine serves. */
export function clientListenersOf(
  spec: SecuritySpec,
  { clientListeners }: Pick<Engine, 'clientListeners'>,
): ClientListenerName[] {
  return wantedClientListeners(spec).filter((name) => clientListeners.has(name))
}

/** Do clients show certificates there? */
export function authenticatesByTls({ clientAuthentication }: SecuritySpec): boolean {
  return clientAuthentication?.Tls?.Enabled ?? false
}

/** Who may have issued them, by their ARNs; none: the local authority. */
export function privateAuthoritiesOf(spec: SecuritySpec): readonly string[] {
  return authenticatesByTls(spec) ? (spec.clientAuthentication?.Tls?.CertificateAuthorityArnList ?? []) : []
}

/** What CLIENT_SECURE wants of clients: who need not say who they are may. */
export function clientAuthOf({ clientAuthentication }: SecuritySpec): NodeTls['clientAuth'] {
  if (!clientAuthentication?.Tls?.Enabled) return 'none'
  return clientAuthentication.Unauthenticated?.Enabled ? 'requested' : 'required'
}

/** Clients without authentication are let in where nothing else is asked for, and where it is said in so many words. */
function isOpen(authentication: ClientAuthentication | undefined): boolean {
  const { Sasl: sasl, Tls: tls, Unauthenticated: unauthenticated } = authentication ?? {}
  if (unauthenticated?.Enabled !== undefined) return unauthenticated.Enabled
  return !sasl?.Scram?.Enabled && !sasl?.Iam?.Enabled && !tls?.Enabled
}

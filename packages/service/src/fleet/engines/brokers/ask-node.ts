import { type Connection, withConnection } from '@sluice/client'
import type { Clock, Network, TlsCredentials } from '@sluice/effects'
import { isSecureInner, type NodeListener } from '../engine.ts'

export interface RemoteEffects {
  clock: Clock
  network: Network
  /** What is shown to nodes that want a certificate. */
  credentials: () => TlsCredentials
}

/** A node that takes longer for one answer is not well. */
export const answerTimeoutMs = 5_000

/** Asks a node over a connection of its own. */
export function askNode<Answer>(
  { clock, network, credentials }: RemoteEffects,
  { name, host, port }: NodeListener,
  use: (connection: Connection) => Promise<Answer>,
  requestTimeoutMs = answerTimeoutMs,
): Promise<Answer> {
  const tls = isSecureInner(name) && { tls: credentials() }
  return withConnection({ network, clock, host, port, ...tls, clientId: 'sluice', requestTimeoutMs }, use)
}

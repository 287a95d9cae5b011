import { type Connection, withConnection } from '@sluice/client'
import type { Clock, Network } from '@sluice/effects'

export interface RemoteEffects {
  clock: Clock
  network: Network
}

/** A node that takes longer for one answer is not well. */
export const answerTimeoutMs = 5_000

/** Asks a node over a connection of its own. */
export function askNode<Answer>(
  { clock, network }: RemoteEffects,
  { host, port }: { host: string; port: number },
  use: (connection: Connection) => Promise<Answer>,
  requestTimeoutMs = answerTimeoutMs,
): Promise<Answer> {
  return withConnection({ network, clock, host, port, clientId: 'sluice', requestTimeoutMs }, use)
}

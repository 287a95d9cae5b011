import { Connection } from '@sluice/client'
import type { Clock, Network } from '@sluice/effects'

export interface RemoteEffects {
  clock: Clock
  network: Network
}

/** A node that takes longer for one answer is not well. */
export const answerTimeoutMs = 5_000

/** Opens a connection for one purpose and closes it. */
export async function withConnection<Answer>(
  { clock, network }: RemoteEffects,
  address: { host: string; port: number },
  use: (connection: Connection) => Promise<Answer>,
): Promise<Answer> {
  const { host, port } = address
  const connection = await Connection.open({
    network,
    clock,
    host,
    port,
    clientId: 'sluice',
    requestTimeoutMs: answerTimeoutMs,
  })
  try {
    return await use(connection)
  } finally {
    await connection.close()
  }
}

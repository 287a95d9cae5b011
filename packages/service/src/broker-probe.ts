import { withConnection } from '@sluice/client'
import type { Network } from '@sluice/effects'

/** Resolves when the broker has answered a Kafka request: a port that accepts is not yet a broker that serves. */
export async function brokerAnswers(network: Network, host: string, port: number): Promise<void> {
  const options = { network, host, port, clientId: 'sluice-start' }
  await withConnection(options, (connection) => connection.negotiate())
}

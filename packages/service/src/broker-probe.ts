import { withConnection } from '@sluice/client'
import type { Clock, Network } from '@sluice/effects'

/** Where a broker is asked, and for how long at most. */
export interface ProbeOptions {
  clock: Clock
  network: Network
  host: string
  port: number
}

const answerMsMax = 2_000

/** Resolves when the broker has answered a Kafka request: a port that accepts is not yet a broker that serves. */
export async function brokerAnswers(options: ProbeOptions): Promise<void> {
  await withConnection(
    { ...options, clientId: 'sluice-start', requestTimeoutMs: answerMsMax },
    (connection) => connection.negotiate(),
  )
}

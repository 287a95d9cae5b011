import type { Stream } from '../../streams/stream.ts'
import { limitExceeded } from './exceptions.ts'
import type { Services } from './services.ts'

/** AWS's, of consumers and queues together; more where the account has committed itself (On-demand Advantage). */
const consumersMax = { standard: 20, committed: 50 }

/** Refuses one more consumer or queue than a stream may have. */
export function checkConsumerLimit({ streams }: Pick<Services, 'streams'>, stream: Stream): void {
  const { name, consumers, mode } = stream.record
  const isCommitted = mode === 'ON_DEMAND' && streams.account.isCommitted
  const max = isCommitted ? consumersMax.committed : consumersMax.standard
  if (consumers.length + streams.queues.of(stream).length >= max)
    throw limitExceeded(
      `Stream ${name} under account ${streams.place.account} can have at most ${max} consumers, queues among them.`,
    )
}

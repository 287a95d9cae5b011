import type { OperationContext } from '../../service.ts'
import type { ReceiveInput } from '../queue-shapes.ts'
import { received } from '../queues.ts'
import type { Services } from '../services.ts'

/** The same of records that were received too often without an acknowledgement. */
export const receiveDeadLetterQueueRecords =
  (services: Pick<Services, 'streams'>) =>
  (input: ReceiveInput, { signal }: OperationContext) =>
    received(services, input, { isDead: true, signal })

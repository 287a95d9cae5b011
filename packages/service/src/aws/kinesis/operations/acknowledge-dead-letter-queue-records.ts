import type { EntriesInput } from '../queue-shapes.ts'
import { withEach } from '../queues.ts'
import type { Services } from '../services.ts'

/** The same of dead letters. */
export const acknowledgeDeadLetterQueueRecords =
  (services: Pick<Services, 'streams'>) => (input: EntriesInput) =>
    withEach(services, input, (queue, { ReceiptHandle }) => queue.acknowledge(ReceiptHandle, true))

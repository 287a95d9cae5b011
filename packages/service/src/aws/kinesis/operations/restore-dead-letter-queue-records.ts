import type { EntriesInput } from '../queue-shapes.ts'
import { withEach } from '../queues.ts'
import type { Services } from '../services.ts'

/** Has the queue deliver dead letters again, as if it never had. */
export const restoreDeadLetterQueueRecords = (services: Pick<Services, 'streams'>) => (input: EntriesInput) =>
  withEach(services, input, (queue, { ReceiptHandle }) => queue.restore(ReceiptHandle))

import type { EntriesInput } from '../queue-shapes.ts'
import { withEach } from '../queues.ts'
import type { Services } from '../services.ts'

/** Says of records that they are done with: the queue does not deliver them again, even after a kill. */
export const acknowledgeQueueRecords = (services: Pick<Services, 'streams'>) => (input: EntriesInput) =>
  withEach(services, input, (queue, { ReceiptHandle }) => queue.acknowledge(ReceiptHandle, false))

import type { VisibilityInput } from '../queue-shapes.ts'
import { withEach } from '../queues.ts'
import type { Services } from '../services.ts'

/** The same of dead letters. */
export const updateDeadLetterQueueRecordsVisibility =
  (services: Pick<Services, 'streams'>) => (input: VisibilityInput) =>
    withEach(services, input, (queue, entry) =>
      queue.hide(entry.ReceiptHandle, true, entry.VisibilityTimeoutSeconds),
    )

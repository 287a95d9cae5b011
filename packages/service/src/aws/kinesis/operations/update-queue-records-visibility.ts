import type { VisibilityInput } from '../queue-shapes.ts'
import { withEach } from '../queues.ts'
import type { Services } from '../services.ts'

/** Keeps records longer, or less long, for who has received them: from now on for so many seconds. */
export const updateQueueRecordsVisibility =
  (services: Pick<Services, 'streams'>) => (input: VisibilityInput) =>
    withEach(services, input, (queue, entry) =>
      queue.hide(entry.ReceiptHandle, false, entry.VisibilityTimeoutSeconds),
    )

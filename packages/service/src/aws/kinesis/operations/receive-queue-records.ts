import type { OperationContext } from '../../service.ts'
import type { ReceiveInput } from '../queue-shapes.ts'
import { received } from '../queues.ts'
import type { Services } from '../services.ts'

/** Up to ten records that are visible, which are then the caller's alone for a while; waits where there is none. */
export const receiveQueueRecords =
  (services: Pick<Services, 'streams'>) =>
  (input: ReceiveInput, { signal }: OperationContext) =>
    received(services, input, { isDead: false, signal })

import { type DescribedQueue, type QueueChoice, queueDescription } from '../queue-shapes.ts'
import { queueOf } from '../queues.ts'
import type { Services } from '../services.ts'

/** A queue with its stream and its attributes, in any state. */
export const describeQueue =
  (services: Pick<Services, 'streams'>) =>
  (input: QueueChoice): DescribedQueue =>
    queueDescription(queueOf(services, input.QueueARN))

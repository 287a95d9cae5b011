import { stored } from '../exceptions.ts'
import type { QueueChoice } from '../queue-shapes.ts'
import { queueOf } from '../queues.ts'
import type { Services } from '../services.ts'

/** Ends a queue in any state, which is DELETING until it is gone, and its receipt handles with it. The records stay in the stream. */
export const deleteQueue =
  (services: Pick<Services, 'streams'>) =>
  (input: QueueChoice): void => {
    const queue = queueOf(services, input.QueueARN)
    stored(() => services.streams.queues.change(queue, { state: 'DELETING' }))
  }

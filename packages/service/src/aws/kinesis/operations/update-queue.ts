import { inUse, stored } from '../exceptions.ts'
import { type DescribedQueue, queueDescription, type UpdateQueueInput } from '../queue-shapes.ts'
import { attributesWith, queueOf } from '../queues.ts'
import type { Services } from '../services.ts'

/** Changes the attributes of a queue; what is in flight stays so as long as it was told. Refuses one that is not ACTIVE. */
export const updateQueue =
  (services: Pick<Services, 'streams'>) =>
  (input: UpdateQueueInput): DescribedQueue => {
    const queue = queueOf(services, input.QueueARN)
    if (queue.state !== 'ACTIVE')
      throw inUse(
        `Queue ${queue.name} under account ${services.streams.place.account} not ACTIVE, instead in state ${queue.state}`,
      )
    const attributes = attributesWith(queue.attributes, input.QueueAttributes)
    return queueDescription(
      stored(() => services.streams.queues.change(queue, { attributes, state: 'UPDATING' })),
    )
  }

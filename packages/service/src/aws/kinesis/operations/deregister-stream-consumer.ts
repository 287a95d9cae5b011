import type { DeregisterStreamConsumerInput } from '@aws-sdk/client-kinesis'
import { stored } from '../exceptions.ts'
import { consumerOf } from '../operation.ts'
import type { Services } from '../services.ts'

/** Ends a consumer, which is DELETING until it is gone; its subscriptions end. */
export const deregisterStreamConsumer =
  (services: Pick<Services, 'streams'>) =>
  (input: DeregisterStreamConsumerInput): void => {
    const { stream, consumer } = consumerOf(services, input)
    stored(() => services.streams.changeConsumer(stream, consumer, { state: 'DELETING' }))
  }

import type { RegisterStreamConsumerInput, RegisterStreamConsumerOutput } from '@aws-sdk/client-kinesis'
import { checkConsumerLimit } from '../consumer-limit.ts'
import { inUse, limitExceeded, stored } from '../exceptions.ts'
import { readyStreamOf } from '../operation.ts'
import type { Services } from '../services.ts'
import { consumerShape } from '../shapes.ts'
import { checkedTags } from '../tags.ts'

const creatingMax = 5

/**
 * Makes a consumer of a stream, which may subscribe to its shards when it is ACTIVE.
 *
 * Refuses, in this order: a stream that there is not; tags; a name that is taken; more of a stream than it may have, or than five that
 * are CREATING.
 */
export const registerStreamConsumer =
  (services: Pick<Services, 'streams'>) =>
  (input: RegisterStreamConsumerInput): RegisterStreamConsumerOutput => {
    const stream = readyStreamOf(services, { StreamARN: input.StreamARN })
    const { ConsumerName: name = '' } = input
    const tags = checkedTags(input.Tags)
    const { consumers, name: of } = stream.record
    const { account } = services.streams.place
    if (consumers.some((one) => one.name === name))
      throw inUse(`Consumer ${name} of stream ${of} under account ${account} already exists.`)
    const creating = consumers.filter(({ state }) => state === 'CREATING').length
    checkConsumerLimit(services, stream)
    if (creating >= creatingMax)
      throw limitExceeded(
        `Stream ${of} under account ${account} can have at most ${creatingMax} consumers in CREATING state.`,
      )
    return { Consumer: consumerShape(stored(() => services.streams.addConsumer(stream, name, tags))) }
  }

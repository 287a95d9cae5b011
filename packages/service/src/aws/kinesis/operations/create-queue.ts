import { checkConsumerLimit } from '../consumer-limit.ts'
import { inUse, limitExceeded, stored, validation } from '../exceptions.ts'
import { streamOfMode } from '../operation.ts'
import { type DescribedQueue, type CreateQueueInput, queueDescription } from '../queue-shapes.ts'
import { attributesWith, onlyOne } from '../queues.ts'
import type { Services } from '../services.ts'
import { checkedTags } from '../tags.ts'

const changingMax = 5
const attributesDefault = { visibilitySeconds: 30, maxReceiveCount: 6 }

/**
 * Makes a queue of a stream on demand, which is CREATING until it delivers.
 *
 * Refuses, in this order: anything but one stream; a time that does not go with the starting position; attributes; tags; a stream
 * that there is not, that is not ACTIVE or not on demand; a name that is taken; more consumers and queues than a stream may have; more than five
 * queues that are CREATING or DELETING.
 */
export const createQueue =
  ({ streams }: Pick<Services, 'streams'>) =>
  (input: CreateQueueInput): DescribedQueue => {
    const { QueueName: name } = input
    const { StreamARN, StartingPosition: start } = onlyOne(input.StreamConfigurationList)
    const { Type: type = 'LATEST', Timestamp: time } = start ?? {}
    if ((type === 'AT_TIMESTAMP') !== (time !== undefined))
      throw validation(
        `Value at 'streamConfigurationList.1.member.startingPosition.timestamp' failed to satisfy constraint: it goes with the type AT_TIMESTAMP, and with no other`,
      )
    const attributes = attributesWith(attributesDefault, input.QueueAttributes ?? {})
    const tags = checkedTags(input.Tags)
    const stream = streamOfMode({ streams }, { StreamARN }, 'ON_DEMAND')
    const { account } = streams.place
    if (streams.queues.isNameTaken(name))
      throw inUse(`Queue ${name} under account ${account} already exists.`)
    checkConsumerLimit({ streams }, stream)
    const changing = streams.queues.list().filter(({ state }) => state === 'CREATING' || state === 'DELETING')
    if (changing.length >= changingMax)
      throw limitExceeded(
        `Only ${changingMax} queues under account ${account} can be in CREATING or DELETING state at the same time.`,
      )
    const { arn, uuid, createdAtMs, name: streamName } = stream.record
    const wanted = {
      name,
      stream: { arn, uuid, createdAtMs, name: streamName },
      start: { type, timestampMs: time?.getTime() ?? null },
      attributes,
      tags,
    }
    return queueDescription(stored(() => streams.queues.create(wanted)))
  }

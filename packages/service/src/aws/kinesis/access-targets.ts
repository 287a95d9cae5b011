import { ownPolicy } from '../../streams/own-policy.ts'
import type { AccessTarget } from '../service.ts'
import type { Services } from './services.ts'

type Input = Readonly<Record<string, unknown>>

/** Operations that make something of a stream need leave to, and this (Developer Guide, "IAM permissions for data delivery" and "for queues"). */
const associating: Readonly<Record<string, string>> = {
  CreateChannel: 'AssociateStreamsWithChannel',
  CreateQueue: 'AssociateStreamsWithQueue',
}

/** What no operation is called, and policies speak of. */
export const permissionOnlyActions = Object.values(associating)

/** What a call is about, each thing with its own tags and policy. */
export function kinesisTargets(
  services: Pick<Services, 'streams'>,
  operation: string,
  input: Input,
): AccessTarget[] {
  const action = associating[operation]
  const { StreamConfigurationList: list } = input
  const [source]: Input[] = Array.isArray(list) ? list : []
  const target = streamTarget(services, operation, action === undefined ? input : (source ?? {}))
  return action === undefined ? [target] : [target, { ...target, action: `kinesis:${action}` }]
}

/** A channel or a queue, or a consumer, where it names one that is registered, else a stream; `*` for those that name none. */
function streamTarget({ streams }: Pick<Services, 'streams'>, operation: string, input: Input): AccessTarget {
  const resource = resourceNamed({ streams }, operation, input)
  if (resource === undefined) return { resource: '*' }
  const consumer = streams.consumerByArn(resource)?.consumer
  if (consumer) return { resource, tags: consumer.tags, policy: ownPolicy(consumer, 'the consumer policy') }
  const channel = streams.channels.byArn(resource)
  if (channel) return { resource, tags: channel.tags }
  const queue = streams.queues.byArn(resource)
  if (queue) return { resource, tags: queue.tags, policy: ownPolicy(queue, 'the queue policy') }
  const record = streams.byArn(resource)?.record
  if (!record || operation === 'CreateStream') return { resource }
  return { resource, tags: record.tags, policy: ownPolicy(record, 'the stream policy') }
}

/** An ARN, whatever way the call names it. */
function resourceNamed(
  { streams }: Pick<Services, 'streams'>,
  operation: string,
  {
    ShardIterator: iterator,
    ConsumerARN,
    ChannelARN,
    QueueARN,
    ResourceARN,
    StreamARN,
    StreamName,
    ConsumerName,
  }: Input,
): string | undefined {
  if (operation === 'ListChannels' || operation === 'ListQueues') return streams.arnOf('*')
  if (typeof iterator === 'string') {
    const position = streams.iterators.open(iterator)
    if (position) return streams.arnOf(position.streamName)
  }
  const arn = [ConsumerARN, ChannelARN, QueueARN, ResourceARN, StreamARN].find(
    (one) => typeof one === 'string',
  )
  const stream = arn ?? (typeof StreamName === 'string' ? streams.arnOf(StreamName) : undefined)
  // One that is registered now is nobody's yet.
  if (stream === undefined || typeof ConsumerName !== 'string' || operation === 'RegisterStreamConsumer')
    return stream
  const named = streams.byArn(stream)?.record.consumers.find(({ name }) => name === ConsumerName)
  return named?.arn ?? stream
}

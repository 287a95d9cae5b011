import type { AccessTarget } from '../service.ts'
import type { Services } from './services.ts'

/** The stream that a call names, with its tags; `*` for those that name none. */
export function streamTarget(
  { streams }: Pick<Services, 'streams'>,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): AccessTarget {
  const {
    StreamName: name,
    StreamARN: arn,
    ResourceARN: resource,
    ConsumerARN: consumer,
    ShardIterator: iterator,
  } = input
  const named = [consumer, resource, arn].find((one) => typeof one === 'string')
  const found = typeof iterator === 'string' ? streams.byIterator(iterator) : undefined
  const target = found?.record.arn ?? named ?? (typeof name === 'string' ? streams.arnOf(name) : undefined)
  if (typeof target !== 'string') return { resource: '*' }
  const stream = streams.byArn(target)
  if (!stream || operation === 'CreateStream') return { resource: target }
  return { resource: target, tags: stream.record.tags, policy: stream.policy }
}

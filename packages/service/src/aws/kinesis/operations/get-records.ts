import type { GetRecordsInput, GetRecordsOutput } from '@aws-sdk/client-kinesis'
import type { ShardPosition } from '../../../streams/shard-iterator.ts'
import type { Stream } from '../../../streams/stream.ts'
import { dryRun, expiredIterator, invalidArgument, throughputExceeded } from '../exceptions.ts'
import { meterRead, meterReadExceeded } from '../metering.ts'
import { checkReady, noShardToRead, rateExceeded, readableShardOf } from '../operation.ts'
import type { Services } from '../services.ts'
import { pageShape } from '../shapes.ts'

const countMaxDefault = 10_000
const bytesMax = 10_485_760
const iteratorMsMax = 300_000

/**
 * A page of a shard from the iterator on: up to 10,000 records and 10 MiB, at once, be there any or not. Behind the last record of
 * a closed shard there is no next iterator, but its children.
 *
 * Refuses, in this order: what is no iterator, or one of another stream than the ARN names; one that is older than five minutes;
 * a stream or a shard that is gone, be there another stream of that name now or not; more than the shard gives in a second.
 */
export const getRecords =
  (services: Services) =>
  async (input: GetRecordsInput): Promise<GetRecordsOutput> => {
    const { clock, streams } = services
    const position = opened(services, input)
    const nowMs = clock.now()
    if (nowMs - position.issuedAtMs > iteratorMsMax)
      throw expiredIterator(position.issuedAtMs, nowMs, iteratorMsMax)
    const stream = streamAt(services, position)
    checkReady(services, stream)
    const shard = readableShardOf(services, stream, position.shard)
    if (input.DryRun) throw dryRun()
    if (!stream.isReadable(shard)) {
      meterReadExceeded(stream, shard)
      throw throughputExceeded(rateExceeded(services, stream, shard.number))
    }
    const fromMs = clock.monotonic()
    const page = await stream.read(shard, position.offset, {
      countMax: input.Limit ?? countMaxDefault,
      bytesMax,
    })
    stream.given(shard, page)
    meterRead(stream, shard, page, clock.monotonic() - fromMs)
    const next = page.next
    return {
      ...pageShape(stream.record, shard, page),
      ...(next !== null && {
        NextShardIterator: streams.iterators.give({ ...position, offset: next, issuedAtMs: clock.now() }),
      }),
    }
  }

function opened({ streams }: Services, input: GetRecordsInput): ShardPosition {
  const { ShardIterator: iterator = '', StreamARN: arn } = input
  const position = streams.iterators.open(iterator)
  if (!position || (arn !== undefined && arn !== streams.arnOf(position.streamName)))
    throw invalidArgument('Invalid ShardIterator.')
  return position
}

function streamAt(services: Services, { stream, streamName, shard }: ShardPosition): Stream {
  const found = services.streams.byUuid(stream)
  if (found) return found
  throw noShardToRead(services, streamName, shard)
}

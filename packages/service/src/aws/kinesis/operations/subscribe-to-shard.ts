import type {
  SubscribeToShardEventStream,
  SubscribeToShardInput,
  SubscribeToShardOutput,
} from '@aws-sdk/client-kinesis'
import { Deferred } from '@sluice/effects'
import { Allowance } from '../../../streams/allowance.ts'
import { bytesOutPerSecond } from '../../../streams/shard-throughput.ts'
import { sequenceNumberOf, type Stream } from '../../../streams/stream.ts'
import type { ConsumerRecord, ShardRecord } from '../../../streams/stream-record.ts'
import type { Subscription } from '../../../streams/subscriptions.ts'
import { dryRun, inUse, notFound } from '../exceptions.ts'
import { meterEvent, meterSubscription } from '../metering.ts'
import { checkConsumerActive, checkReady, consumerOf, readableShardOf, shardNumberIn } from '../operation.ts'
import type { Services } from '../services.ts'
import { pageShape } from '../shapes.ts'
import { offsetOf } from '../starting-position.ts'

/** Of one event. */
const pageSize = { countMax: 10_000, bytesMax: 1_048_576 }
/** So often an event comes though there is nothing to tell: whoever hears none knows that nobody is there. */
const quietMsMax = 5_000

/**
 * Tells of a shard's records as they come, for five minutes. Behind the last record of a closed shard the event has its children
 * and no number to go on from, and is the last.
 *
 * Refuses, in this order: a consumer that there is not, or that is not ACTIVE; a shard that there is not; a bad position; a
 * subscription of the same consumer and shard that has begun within the last five seconds, whether it has ended or not. One that
 * is older ends.
 */
export const subscribeToShard =
  (services: Services) =>
  async (input: SubscribeToShardInput): Promise<SubscribeToShardOutput> => {
    const { stream, consumer } = consumerOf(services, { ConsumerARN: input.ConsumerARN })
    const { name, arn } = consumer
    checkConsumerActive(services, stream, consumer)
    checkReady(services, stream)
    const number = shardNumberIn(services, { StreamName: stream.record.name }, input.ShardId)
    const shard = readableShardOf(services, stream, number)
    const { Type: type, SequenceNumber: sequenceNumber, Timestamp: time } = input.StartingPosition ?? {}
    const offset = await offsetOf(services, stream, shard, {
      type,
      sequenceNumber,
      time,
      operation: 'SubscribeToShard',
    })
    if (input.DryRun) throw dryRun()
    const subscription = services.streams.subscriptions.begin(arn, shard.number)
    meterSubscription(stream, name, subscription !== null)
    if (!subscription)
      throw inUse(
        `Another active subscription exists for this consumer: ${services.streams.place.account}:${stream.record.name}:${input.ShardId}:${name}`,
      )
    return { EventStream: events(services, { stream, consumer, shard, subscription }, offset) }
  }

interface Reader {
  stream: Stream
  consumer: ConsumerRecord
  shard: ShardRecord
  subscription: Subscription
}

async function* events(
  services: Services,
  { stream, consumer, shard: { number }, subscription }: Reader,
  from: number,
): AsyncGenerator<SubscribeToShardEventStream> {
  const { clock } = services
  const share = new Allowance(bytesOutPerSecond, clock)
  let next = from
  let toldMs = Number.NEGATIVE_INFINITY
  try {
    while (clock.now() < subscription.untilMs) {
      const shard = stillThere(services, { stream, consumer, subscription }, number)
      const news = stream.news(shard)
      const page = await stream.read(shard, next, pageSize)
      if (page.records.length > 0 || page.next === null || clock.now() - toldMs >= quietMsMax) {
        toldMs = clock.now()
        const reached = page.next
        const at = page.records.at(-1)?.sequenceNumber
        const continuation =
          reached === null ? undefined : (at ?? sequenceNumberOf(shard, reached - 1, shard.createdAtMs))
        const event = { ...pageShape(stream.record, shard, page), ContinuationSequenceNumber: continuation }
        meterEvent(stream, shard, consumer.name, page)
        yield { SubscribeToShardEvent: event }
      }
      if (page.next === null) return
      next = page.next
      const bytes = page.records.reduce((sum, { data }) => sum + data.length, 0)
      share.spend(bytes)
      if (services.streams.isLimited && share.waitMs > 0) await clock.sleep(share.waitMs)
      if (page.records.length === 0) await somethingNew(services, news, subscription)
    }
  } finally {
    services.streams.subscriptions.end(consumer.arn, number, subscription)
  }
}

/** The shard as it is now; throws what ends the subscription. */
function stillThere(
  services: Services,
  { stream, consumer, subscription }: Omit<Reader, 'shard'>,
  number: number,
): ShardRecord {
  if (subscription.isTakenOver)
    throw inUse(`Another subscription of consumer ${consumer.name} has taken the place of this one.`)
  checkReady(services, stream)
  const { shards, consumers } = stream.record
  if (!consumers.some(({ arn, state }) => arn === consumer.arn && state === 'ACTIVE'))
    throw notFound(`Consumer ${consumer.arn} under account ${services.streams.place.account} not found.`)
  const shard = shards.find((one) => one.number === number)
  if (!shard) throw notFound(`Shard ${number} is gone.`)
  return shard
}

/** Waits, but not longer than it may be quiet. */
async function somethingNew(
  { clock }: Pick<Services, 'clock'>,
  news: Promise<void>,
  subscription: Subscription,
): Promise<void> {
  const { promise, resolve } = new Deferred<void>()
  const timer = clock.schedule(quietMsMax, resolve)
  subscription.onTakenOver = resolve
  void news.then(resolve)
  await promise
  timer.cancel()
}

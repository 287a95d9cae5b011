import type { ConsumerRecord, ShardRecord, StreamMode } from '../../streams/stream-record.ts'
import { shardIdOf, shardNumberOf } from '../../streams/stream-record.ts'
import { isKept } from '../../streams/shards.ts'
import type { Stream } from '../../streams/stream.ts'
import { AwsException } from '../exceptions.ts'
import { channelOf } from './channels.ts'
import { inUse, invalidArgument, notFound, stored } from './exceptions.ts'
import { queueOf } from './queues.ts'
import type { Services } from './services.ts'

/* What several operations share. */

/** How a request may name a stream. */
interface StreamChoice {
  StreamName?: string | undefined
  StreamARN?: string | undefined
}

/** The stream that a request names, whatever its state. */
export function streamOf({ streams }: Pick<Services, 'streams'>, choice: StreamChoice): Stream {
  const { StreamName: name, StreamARN: arn } = choice
  if (name === undefined && arn === undefined)
    throw invalidArgument('Must specify either StreamName or StreamARN.')
  if (name !== undefined && arn !== undefined && streams.arnOf(name) !== arn)
    throw invalidArgument(`StreamName ${name} does not match StreamARN ${arn}.`)
  const found = arn === undefined ? streams.byName(name ?? '') : streams.byArn(arn)
  if (!found) throw noStream({ streams }, nameIn(choice))
  return found
}

function nameIn({ StreamName: name, StreamARN: arn = '' }: StreamChoice): string {
  return name ?? arn.slice(arn.indexOf('/') + 1)
}

export function noStream({ streams }: Pick<Services, 'streams'>, name: string) {
  return notFound(`Stream ${name} under account ${streams.place.account} not found.`)
}

/** One that takes and gives records. */
export function readyStreamOf(services: Pick<Services, 'streams'>, choice: StreamChoice): Stream {
  const stream = streamOf(services, choice)
  checkReady(services, stream)
  return stream
}

export function checkReady(services: Pick<Services, 'streams'>, { record }: Stream): void {
  if (record.state !== 'ACTIVE' && record.state !== 'UPDATING') throw noStream(services, record.name)
}

/** The number in a shard's name; what has none is refused before the stream is looked for. */
export function shardNumberIn(services: Services, choice: StreamChoice, shardId = ''): number {
  const number = shardNumberOf(shardId)
  if (number === undefined) throw noShard(services, nameIn(choice), shardId)
  return number
}

/** A shard of it that is still to be read, for whoever reads. */
export function readableShardOf(services: Services, stream: Stream, number: number): ShardRecord {
  const shard = keptShardOf(services, stream, number)
  if (!shard) throw noShardToRead(services, stream.record.name, number)
  return shard
}

export function noShardToRead({ streams }: Services, stream: string, number: number): AwsException {
  return notFound(
    `Shard ${shardIdOf(number)} in stream ${stream} under account ${streams.place.account} does not exist`,
  )
}

function keptShardOf({ clock }: Services, { record }: Stream, number: number): ShardRecord | null {
  const shard = record.shards[number]
  return shard && isKept(shard, record, clock.now()) ? shard : null
}

function noShard({ streams }: Services, stream: string, shardId: string): AwsException {
  return notFound(
    `Could not find shard ${shardId} in stream ${stream} under account ${streams.place.account}.`,
  )
}

/** One that can be changed. */
export function activeStreamOf(services: Pick<Services, 'streams'>, choice: StreamChoice): Stream {
  const stream = streamOf(services, choice)
  const { name, state } = stream.record
  if (state !== 'ACTIVE')
    throw inUse(
      `Stream ${name} under account ${services.streams.place.account} not ACTIVE, instead in state ${state}`,
    )
  return stream
}

/** As sentences call them. */
const modeNames = { PROVISIONED: 'Provisioned', ON_DEMAND: 'On-Demand' }

/** One that can be changed, by an operation that is for streams of one mode. */
export function streamOfMode(
  services: Pick<Services, 'streams'>,
  choice: StreamChoice,
  mode: StreamMode,
): Stream {
  const stream = activeStreamOf(services, choice)
  const { name, mode: own } = stream.record
  if (own !== mode)
    throw new AwsException(
      'ValidationException',
      400,
      `Request is invalid. Stream ${name} under account ${services.streams.place.account} is in ${modeNames[own]} mode.`,
    )
  return stream
}

/** A shard gives or takes no more in this second. */
export function rateExceeded(
  { streams }: Pick<Services, 'streams'>,
  { record }: Stream,
  shard: number,
): string {
  return `Rate exceeded for shard ${shardIdOf(shard)} in stream ${record.name} under account ${streams.place.account}.`
}

/** An open shard of it, as it is named where it shall be another. */
export function openShardOf(services: Services, stream: Stream, number: number): ShardRecord {
  const shard = keptShardOf(services, stream, number)
  if (!shard) throw noShard(services, stream.record.name, shardIdOf(number))
  if (shard.closed)
    throw inUse(
      `Shard ${shardIdOf(number)} in stream ${stream.record.name} under account ${services.streams.place.account} has already been merged or split, and thus is not eligible for merging or splitting.`,
    )
  return shard
}

/** What has tags and a policy of its own: a stream, one of its consumers or of its queues; a channel has tags alone. */
interface Resource {
  arn: string
  tags: Readonly<Record<string, string>>
  policy: string | null
  change: (to: { tags?: Record<string, string>; policy?: string | null }) => void
}

/** Channels and queues of a stream want it to be there, and on demand. */
export function checkNoneHangsOn(
  { streams }: Pick<Services, 'streams'>,
  stream: Stream,
  change: string,
): void {
  const { channels, queues } = streams
  const names = [...channels.of(stream), ...queues.of(stream)].map(({ name }) => name)
  if (names.length > 0)
    throw inUse(
      `Stream ${stream.record.name} under account ${streams.place.account} cannot be ${change} while it has channels or queues: ${names.join(', ')}.`,
    )
}

export function resourceOf({ streams }: Pick<Services, 'streams'>, arn: string | undefined): Resource {
  if (arn?.includes(':channel/')) {
    const channel = channelOf({ streams }, arn)
    const change: Resource['change'] = ({ tags, policy }) => {
      if (policy !== undefined) throw invalidArgument('A channel has no resource policy.')
      if (tags) stored(() => streams.channels.change(channel, { tags }))
    }
    return { ...channel, policy: null, change }
  }
  if (arn?.includes(':queue/')) {
    const queue = queueOf({ streams }, arn)
    return { ...queue, change: (to) => stored(() => streams.queues.change(queue, to)) }
  }
  if (!arn?.includes('/consumer/')) {
    const stream = streamOf({ streams }, { StreamARN: arn })
    return { ...stream.record, change: (to) => stored(() => streams.describe(stream, to)) }
  }
  const { stream, consumer } = consumerOf({ streams }, { ConsumerARN: arn })
  const change: Resource['change'] = (to) => {
    if (to.policy !== undefined) checkConsumerActive({ streams }, stream, consumer)
    stored(() => streams.changeConsumer(stream, consumer, to))
  }
  return { ...consumer, change }
}

export function checkConsumerActive(
  { streams }: Pick<Services, 'streams'>,
  { record }: Stream,
  { name, state, createdAtMs }: ConsumerRecord,
): void {
  if (state !== 'ACTIVE')
    throw inUse(
      `Consumer ${name} with creation timestamp ${Math.floor(createdAtMs / 1_000)} under stream ${record.name} and account ${streams.place.account} is not in ACTIVE status.`,
    )
}

/** How a request may name a consumer. */
interface ConsumerChoice {
  ConsumerARN?: string | undefined
  ConsumerName?: string | undefined
  StreamARN?: string | undefined
}

/** The consumer that a request names, whatever its state. */
export function consumerOf(
  { streams }: Pick<Services, 'streams'>,
  { ConsumerARN: arn, ConsumerName: name, StreamARN: streamArn }: ConsumerChoice,
): { stream: Stream; consumer: ConsumerRecord } {
  if (arn === undefined && (name === undefined || streamArn === undefined))
    throw invalidArgument('Must specify either ConsumerARN, or StreamARN and ConsumerName.')
  const found = arn === undefined ? namedConsumer({ streams }, streamArn, name) : streams.consumerByArn(arn)
  if (!found) throw notFound(`Consumer ${arn ?? name} under account ${streams.place.account} not found.`)
  return found
}

function namedConsumer(
  { streams }: Pick<Services, 'streams'>,
  streamArn: string | undefined,
  name: string | undefined,
) {
  const stream = streamOf({ streams }, { StreamARN: streamArn })
  const consumer = stream.record.consumers.find((one) => one.name === name)
  return consumer && { stream, consumer }
}

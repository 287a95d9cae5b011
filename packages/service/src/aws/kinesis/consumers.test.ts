import {
  DeleteStreamCommand,
  DeregisterStreamConsumerCommand,
  DescribeStreamConsumerCommand,
  KinesisClient,
  ListStreamConsumersCommand,
  ListTagsForResourceCommand,
  RegisterStreamConsumerCommand,
  SplitShardCommand,
  type StartingPosition,
  SubscribeToShardCommand,
  type SubscribeToShardEvent,
} from '@aws-sdk/client-kinesis'
import { silentLogger, systemClock } from '@sluice/effects'
import { afterEach, describe, expect, it } from 'vitest'
import { type HttpListener, listen } from '../../http/listener.ts'
import type { Stream } from '../../streams/stream.ts'
import { credentials } from '../testing/test-service.ts'
import { resourceOf } from './operation.ts'
import { active, put, startWithStream, stillClock, stopAll } from './testing/test-streams.ts'

const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders'

let listener: HttpListener | undefined
const clients: KinesisClient[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await listener?.close()
  listener = undefined
  await stopAll()
})

/** Over a port: the SDK's events come by HTTP/2. No event comes because it was quiet: time stands still. */
async function open() {
  const { clock, move } = stillClock()
  const { service, kinesis } = await startWithStream(1, { clock, acceptAnySignature: true })
  const effects = { clock: systemClock(), logger: silentLogger }
  listener = await listen(service.endpoint, { host: '127.0.0.1', port: 0 }, effects)
  const { port } = listener
  const another = () => {
    const endpoint = `http://127.0.0.1:${port}`
    const client = new KinesisClient({ region: 'us-east-1', endpoint, credentials, maxAttempts: 1 })
    clients.push(client)
    return client
  }
  return { kinesis, client: another(), another, move }
}

async function register(kinesis: KinesisClient, ConsumerName = 'reader'): Promise<string> {
  const { Consumer: consumer } = await kinesis.send(
    new RegisterStreamConsumerCommand({ StreamARN, ConsumerName, Tags: { a: '1' } }),
  )
  await expect
    .poll(async () => {
      const found = await kinesis.send(new DescribeStreamConsumerCommand({ StreamARN, ConsumerName }))
      return found.ConsumerDescription?.ConsumerStatus
    })
    .toBe('ACTIVE')
  return consumer?.ConsumerARN ?? ''
}

async function subscribe(
  client: KinesisClient,
  ConsumerARN: string,
  position: Partial<StartingPosition> = {},
) {
  const { EventStream: events } = await client.send(
    new SubscribeToShardCommand({
      ConsumerARN,
      ShardId: 'shardId-000000000000',
      StartingPosition: { Type: 'TRIM_HORIZON', ...position },
    }),
  )
  if (!events) throw new Error('there is a stream of events')
  return events[Symbol.asyncIterator]()
}

type Events = Awaited<ReturnType<typeof subscribe>>

async function nextEvent(events: Events): Promise<SubscribeToShardEvent | undefined> {
  const { value } = await events.next()
  return value?.SubscribeToShardEvent
}

const textsIn = (event: SubscribeToShardEvent | undefined) =>
  event?.Records?.map(({ Data }) => Buffer.from(Data ?? []).toString())

describe('a consumer', () => {
  it('is registered, described, listed, tagged and deregistered', async () => {
    const { kinesis } = await startWithStream()
    const arn = await register(kinesis)
    expect(arn).toMatch(/^arn:aws:kinesis:us-east-1:000000000000:stream\/orders\/consumer\/reader:\d{10}$/)
    await expect(register(kinesis)).rejects.toMatchObject({ name: 'ResourceInUseException' })
    await register(kinesis, 'another')
    const first = await kinesis.send(new ListStreamConsumersCommand({ StreamARN, MaxResults: 1 }))
    expect(first.Consumers).toMatchObject([{ ConsumerName: 'another' }])
    const { NextToken } = first
    const rest = await kinesis.send(new ListStreamConsumersCommand({ StreamARN, NextToken }))
    expect(rest.Consumers).toMatchObject([{ ConsumerName: 'reader', ConsumerARN: arn }])
    expect((await kinesis.send(new ListTagsForResourceCommand({ ResourceARN: arn }))).Tags).toEqual([
      { Key: 'a', Value: '1' },
    ])
    await expect(kinesis.send(new DeleteStreamCommand({ StreamARN }))).rejects.toMatchObject({
      name: 'ResourceInUseException',
    })
    await kinesis.send(new DeregisterStreamConsumerCommand({ ConsumerARN: arn }))
    await expect
      .poll(async () => (await kinesis.send(new ListStreamConsumersCommand({ StreamARN }))).Consumers)
      .toHaveLength(1)
    await kinesis.send(new DeleteStreamCommand({ StreamARN, EnforceConsumerDeletion: true }))
  })
})

it('is given no policy before it is ACTIVE', async () => {
  const { service } = await startWithStream()
  const { arn, createdAtMs } = service.streams.addConsumer(
    service.streams.byName('orders') as Stream,
    'new',
    {},
  )
  const seconds = Math.floor(createdAtMs / 1_000)
  expect(() => resourceOf(service, arn).change({ policy: '{}' })).toThrow(
    `Consumer new with creation timestamp ${seconds} under stream orders and account 000000000000 is not in ACTIVE status.`,
  )
  resourceOf(service, arn).change({ tags: { a: '1' } })
  expect(resourceOf(service, arn)).toMatchObject({ tags: { a: '1' }, policy: null })
})

describe('a subscription', () => {
  it('tells of records as they come, and goes on from where another has come to', async () => {
    const { kinesis, client, another } = await open()
    const arn = await register(kinesis)
    await put(kinesis, 'a')
    const events = await subscribe(client, arn)
    const first = await nextEvent(events)
    expect(textsIn(first)).toEqual(['a'])
    expect(first).toMatchObject({ MillisBehindLatest: 0 })
    const coming = nextEvent(events)
    await put(kinesis, 'b')
    expect(textsIn(await coming)).toEqual(['b'])
    const other = await register(kinesis, 'another')
    const later = await subscribe(another(), other, {
      Type: 'AFTER_SEQUENCE_NUMBER',
      SequenceNumber: first?.ContinuationSequenceNumber,
    })
    expect(textsIn(await nextEvent(later))).toEqual(['b'])
  })

  it('ends with the shard, and says which are its children', async () => {
    const { kinesis, client } = await open()
    const events = await subscribe(client, await register(kinesis))
    expect(textsIn(await nextEvent(events))).toEqual([])
    const last = nextEvent(events)
    await kinesis.send(
      new SplitShardCommand({
        StreamARN,
        ShardToSplit: 'shardId-000000000000',
        NewStartingHashKey: '170141183460469231731687303715884105728',
      }),
    )
    await active(kinesis)
    expect(await last).toMatchObject({
      Records: [],
      ChildShards: [{ ShardId: 'shardId-000000000001' }, { ShardId: 'shardId-000000000002' }],
    })
    expect((await last)?.ContinuationSequenceNumber).toBeUndefined()
    expect((await events.next()).done).toBe(true)
  })

  it('takes the place of another of its consumer and shard, if that has not just begun', async () => {
    const { kinesis, client, another, move } = await open()
    const arn = await register(kinesis)
    const events = await subscribe(client, arn)
    await nextEvent(events)
    const next = events.next()
    await expect(subscribe(another(), arn)).rejects.toMatchObject({ name: 'ResourceInUseException' })
    move(5_000)
    await nextEvent(await subscribe(another(), arn))
    await expect(next).rejects.toMatchObject({ name: 'ResourceInUseException' })
  })

  it('keeps others of its consumer and shard away for five seconds, though it has ended', async () => {
    const { kinesis, client, another, move } = await open()
    const arn = await register(kinesis)
    const events = await subscribe(client, arn)
    await nextEvent(events)
    client.destroy()
    const again = another()
    await expect(subscribe(again, arn)).rejects.toMatchObject({ name: 'ResourceInUseException' })
    move(5_000)
    await nextEvent(await subscribe(again, arn))
  })

  it('lasts five minutes', async () => {
    const { kinesis, client, move } = await open()
    const events = await subscribe(client, await register(kinesis))
    await nextEvent(events)
    move(5_000)
    await put(kinesis, 'a')
    expect(textsIn(await nextEvent(events))).toEqual(['a'])
    move(294_999)
    await put(kinesis, 'b')
    expect(textsIn(await nextEvent(events))).toEqual(['b'])
    const end = events.next()
    move(1)
    await put(kinesis, 'c')
    expect((await end).done).toBe(true)
  })

  it('ends with an exception when its consumer does', async () => {
    const { kinesis, client } = await open()
    const arn = await register(kinesis)
    const events = await subscribe(client, arn)
    await nextEvent(events)
    const next = events.next()
    await kinesis.send(new DeregisterStreamConsumerCommand({ ConsumerARN: arn }))
    await expect(next).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })
})

import {
  DeleteStreamCommand,
  GetResourcePolicyCommand,
  type KinesisClient,
  ListTagsForResourceCommand,
  PutResourcePolicyCommand,
  RegisterStreamConsumerCommand,
  TagResourceCommand,
  UpdateStreamModeCommand,
} from '@aws-sdk/client-kinesis'
import { KafkaError } from '@sluice/client'
import { ErrorCode } from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { alice, allowAlice, identities } from './testing/alice.ts'
import { StreamMetrics } from '../../streams/stream-metrics.ts'
import { beginWithOrders, kinesis, makeStream, move, service, StreamARN } from './testing/test-channels.ts'
import { ask, makeQueue, textOf, textsOf, type TestRecord } from './testing/test-queues.ts'
import { put, stopAll } from './testing/test-streams.ts'

afterEach(stopAll)

const trimHorizon = { start: { Type: 'TRIM_HORIZON' } }
const attributes = (VisibilityTimeoutSeconds: number, MaxReceiveCount?: number) => ({
  QueueAttributes: {
    VisibilityTimeoutSeconds,
    ...(MaxReceiveCount && { DeadLetterConfiguration: { TargetType: 'BUILT_IN' as const, MaxReceiveCount } }),
  },
})

async function receive(
  QueueARN: string,
  how: object = {},
  of = 'ReceiveQueueRecords',
): Promise<TestRecord[]> {
  return (await ask(kinesis, of, { QueueARN, WaitTimeSeconds: 1, ...how })).QueueRecords
}

const receiveDead = (QueueARN: string) => receive(QueueARN, {}, 'ReceiveDeadLetterQueueRecords')

function act(operation: string, QueueARN: string, records: readonly TestRecord[], more: object = {}) {
  const Entries = records.map(({ ReceiptHandle }) => ({ ReceiptHandle, ...more }))
  return ask(kinesis, operation, { QueueARN, Entries })
}

const acknowledge = (QueueARN: string, records: readonly TestRecord[]) =>
  act('AcknowledgeQueueRecords', QueueARN, records)

describe('a queue', () => {
  beforeEach(() => beginWithOrders({ acceptAnySignature: true }))

  it('delivers each record until it is acknowledged, to one at a time', async () => {
    await put(kinesis, 'before')
    move(2)
    const QueueARN = await makeQueue(kinesis, StreamARN)
    for (let at = 0; at < 12; at++) await put(kinesis, `r${at}`, `k${at}`)
    const first = await receive(QueueARN)
    const second = await receive(QueueARN)
    expect([first.length, second.length]).toEqual([10, 2])
    expect(textsOf([...first, ...second]).sort()).toEqual(
      Array.from({ length: 12 }, (_, at) => `r${at}`).sort(),
    )
    expect(first[0]).toMatchObject({ ReceiveCount: 1, RecordId: expect.stringMatching(/^[a-z0-9]{1,64}$/) })
    expect(await receive(QueueARN)).toEqual([])
    const { Successful, Failed } = await acknowledge(QueueARN, first)
    expect([Successful.length, Failed]).toEqual([10, []])
    move(30_000)
    const again = await receive(QueueARN)
    expect(textsOf(again).sort()).toEqual(textsOf(second).sort())
    expect(again.map(({ ReceiveCount }) => ReceiveCount)).toEqual([2, 2])
    const ids = (records: TestRecord[]) => records.map(({ RecordId }) => RecordId).sort()
    expect(ids(again)).toEqual(ids(second))
    expect(again.map(({ FirstReceiveTimestamp }) => FirstReceiveTimestamp)).toEqual(
      second.map(({ FirstReceiveTimestamp }) => FirstReceiveTimestamp),
    )
    // Those of an earlier receive are worth nothing any more; what is acknowledged may be so once more.
    expect((await acknowledge(QueueARN, second)).Failed).toMatchObject([
      { ErrorCode: 'ResourceNotFoundException' },
      { ErrorCode: 'ResourceNotFoundException' },
    ])
    expect((await acknowledge(QueueARN, [...again, ...first.slice(0, 2)])).Failed).toEqual([])
    move(40_000_000)
    expect(await receive(QueueARN)).toEqual([])
  })

  it('begins where it is told, and says where that is', async () => {
    const startOf = async (QueueARN: string) => {
      const { QueueDescription: found } = await ask(kinesis, 'DescribeQueue', { QueueARN })
      return found.StreamConfigurationList[0]?.StartingPosition
    }
    await put(kinesis, 'a')
    move(10_000)
    const between = service.streams.byName('orders')?.record.createdAtMs ?? 0
    await put(kinesis, 'b')
    const from = async (QueueName: string, start?: object) => {
      const arn = await makeQueue(kinesis, StreamARN, { QueueName, ...(start && { start }) })
      return { arn, texts: textsOf(await receive(arn)).sort(), start: await startOf(arn) }
    }
    expect(await from('all', { Type: 'TRIM_HORIZON' })).toMatchObject({
      texts: ['a', 'b'],
      start: { Type: 'TRIM_HORIZON', Timestamp: expect.any(Number) },
    })
    const Timestamp = between / 1_000 + 8
    expect(await from('late', { Type: 'AT_TIMESTAMP', Timestamp })).toMatchObject({
      texts: ['b'],
      start: { Type: 'AT_TIMESTAMP', Timestamp },
    })
    move(10)
    expect(await from('new')).toMatchObject({ texts: [], start: { Type: 'LATEST' } })
  })

  it('waits for records, of the stream and of those that come back', async () => {
    const QueueARN = await makeQueue(kinesis, StreamARN, attributes(30))
    const waiting = receive(QueueARN, { WaitTimeSeconds: 20 })
    await put(kinesis, 'one')
    const received = await waiting
    expect(textsOf(received)).toEqual(['one'])
    const back = receive(QueueARN, { WaitTimeSeconds: 20 })
    await act('UpdateQueueRecordsVisibility', QueueARN, received, { VisibilityTimeoutSeconds: 0 })
    expect((await back)[0]).toMatchObject({ ReceiveCount: 2 })
    // A time that somebody moves brings it back, too.
    const later = receive(QueueARN, { WaitTimeSeconds: 20 })
    move(31_000)
    expect((await later)[0]).toMatchObject({ ReceiveCount: 3 })
  })

  it('keeps a record longer for who asks for it', async () => {
    const QueueARN = await makeQueue(kinesis, StreamARN, attributes(30))
    await put(kinesis, 'one')
    const received = await receive(QueueARN, { VisibilityTimeoutSeconds: 5 })
    const hide = (records: TestRecord[], VisibilityTimeoutSeconds: number) =>
      act('UpdateQueueRecordsVisibility', QueueARN, records, { VisibilityTimeoutSeconds })
    expect((await hide(received, 60)).Failed).toEqual([])
    move(59_000)
    expect(await receive(QueueARN)).toEqual([])
    move(2_000)
    const again = await receive(QueueARN)
    expect(again).toHaveLength(1)
    expect((await hide(received, 60)).Failed).toMatchObject([{ ErrorCode: 'ResourceNotFoundException' }])
    await acknowledge(QueueARN, again)
    expect((await hide(again, 60)).Failed).toMatchObject([{ ErrorCode: 'ResourceNotFoundException' }])
    const other = [{ ReceiptHandle: 'nonsense' }] as TestRecord[]
    expect((await hide(other, 60)).Failed).toMatchObject([{ ErrorCode: 'InvalidArgumentException' }])
  })

  it('sets records aside that nobody acknowledges, and has them restored', async () => {
    const QueueARN = await makeQueue(kinesis, StreamARN, attributes(10, 2))
    await put(kinesis, 'poison')
    await put(kinesis, 'other')
    for (let times = 1; times <= 2; times++) {
      const received = await receive(QueueARN)
      expect(received.map(({ ReceiveCount }) => ReceiveCount)).toEqual([times, times])
      const other = received.filter((one) => textOf(one) === 'other')
      if (times === 2) await acknowledge(QueueARN, other)
      move(11_000)
    }
    expect(await receive(QueueARN)).toEqual([])
    const dead = await receiveDead(QueueARN)
    expect(textsOf(dead)).toEqual(['poison'])
    expect(await receiveDead(QueueARN)).toEqual([])
    expect((await acknowledge(QueueARN, dead)).Failed).toMatchObject([
      { ErrorCode: 'ResourceNotFoundException' },
    ])
    await act('UpdateDeadLetterQueueRecordsVisibility', QueueARN, dead, { VisibilityTimeoutSeconds: 0 })
    const deadAgain = await receiveDead(QueueARN)
    expect(deadAgain).toHaveLength(1)
    expect((await act('RestoreDeadLetterQueueRecords', QueueARN, deadAgain)).Failed).toEqual([])
    const restored = await receive(QueueARN)
    expect(restored).toMatchObject([{ ReceiveCount: 1 }])
    move(11_000)
    expect(await receive(QueueARN)).toHaveLength(1)
    move(11_000)
    const last = await receiveDead(QueueARN)
    expect(textsOf(last)).toEqual(['poison'])
    expect((await act('AcknowledgeDeadLetterQueueRecords', QueueARN, last)).Failed).toEqual([])
    move(11_000)
    expect(await receiveDead(QueueARN)).toEqual([])
  })

  it('gives a receiver that has hung up nothing', async () => {
    const QueueARN = await makeQueue(kinesis, StreamARN)
    for (const operation of ['ReceiveQueueRecords', 'ReceiveDeadLetterQueueRecords']) {
      const hungUp = new AbortController()
      const verdict = service.endpoint.admit({
        method: 'POST',
        target: '/',
        headers: [
          ['host', '127.0.0.1:9081'],
          ['content-type', 'application/x-amz-json-1.1'],
          ['x-amz-target', `Kinesis_20131202.${operation}`],
        ],
      })
      if ('refusal' in verdict) throw new Error(String(verdict.refusal.body))
      const body = Buffer.from(JSON.stringify({ QueueARN, WaitTimeSeconds: 20 }))
      const waiting = verdict.answer(body, hungUp.signal)
      hungUp.abort()
      expect(String((await waiting).body)).toBe('{"QueueRecords":[]}')
    }
    await put(kinesis, 'one')
    expect(await receive(QueueARN)).toMatchObject([{ ReceiveCount: 1 }])
  })

  it('has a record come for ever where there are no dead letters', async () => {
    const QueueAttributes = {
      VisibilityTimeoutSeconds: 1,
      DeadLetterConfiguration: { TargetType: 'NONE' as const },
    }
    const QueueARN = await makeQueue(kinesis, StreamARN, { QueueAttributes })
    await put(kinesis, 'one')
    for (let times = 1; times <= 9; times++) {
      expect(await receive(QueueARN)).toMatchObject([{ ReceiveCount: times }])
      move(2_000)
    }
  })

  it('follows its stream through splits and merges, and lets go what the stream has', async () => {
    const QueueARN = await makeQueue(kinesis, StreamARN, trimHorizon)
    await put(kinesis, 'a', 'x')
    const stream = service.streams.byName('orders')
    if (!stream) throw new Error('there is the stream')
    service.streams.update(stream, { wantedStarts: ['0'] })
    await expect.poll(() => stream.record.state, { timeout: 20_000 }).toBe('ACTIVE')
    await put(kinesis, 'b', 'y')
    expect(textsOf(await receive(QueueARN)).sort()).toEqual(['a', 'b'])
    move(25 * 3_600_000)
    expect(await receive(QueueARN)).toEqual([])
  })

  it('is apart from other queues and readers of its stream', async () => {
    const one = await makeQueue(kinesis, StreamARN, { QueueName: 'one' })
    const other = await makeQueue(kinesis, StreamARN, { QueueName: 'other' })
    await put(kinesis, 'a')
    const [ofOne, ofOther] = [await receive(one), await receive(other)]
    expect([textsOf(ofOne), textsOf(ofOther)]).toEqual([['a'], ['a']])
    expect(ofOne[0]?.RecordId).toBe(ofOther[0]?.RecordId)
    expect((await acknowledge(one, ofOther)).Failed).toMatchObject([
      { ErrorCode: 'InvalidArgumentException' },
    ])
    await ask(kinesis, 'DeleteQueue', { QueueARN: one })
    await expect(receive(one)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    expect((await acknowledge(other, ofOther)).Failed).toEqual([])
  })

  it('has so many records in flight and no more, until their time is over', async () => {
    const QueueARN = await makeQueue(kinesis, StreamARN, trimHorizon)
    const { streams } = service
    const [stream, record] = [streams.byName('orders'), streams.queues.byArn(QueueARN)]
    const queue = record && streams.queues.deliveringOf(record)
    if (!stream || !queue) throw new Error('there are both')
    const one = { hashKey: 0n, partitionKey: '', data: Buffer.from('x') }
    for (let at = 0; at < 13; at++) await stream.put(Array.from({ length: 10_000 }, () => one))
    const many = { isDead: false, countMax: 50_000, waitMs: 1, visibilitySeconds: 10 }
    const counts = [await queue.receive(many), await queue.receive(many), await queue.receive(many)]
    expect(counts.map((received) => received?.length)).toEqual([50_000, 50_000, 20_000])
    await expect(receive(QueueARN)).rejects.toMatchObject({ name: 'ThrottlingException' })
    move(11_000)
    expect((await receive(QueueARN)).map(({ ReceiveCount }) => ReceiveCount)).toEqual(Array(10).fill(2))
  })

  it('says that the service has failed where its log refuses', async () => {
    const QueueARN = await makeQueue(kinesis, StreamARN)
    const record = service.streams.queues.byArn(QueueARN)
    const queue = record && service.streams.queues.deliveringOf(record)
    if (!queue) throw new Error('there is the queue')
    vi.spyOn(queue, 'receive').mockRejectedValue(new KafkaError(ErrorCode.KAFKA_STORAGE_ERROR))
    await expect(receive(QueueARN)).rejects.toMatchObject({
      name: 'InternalFailureException',
      $metadata: { httpStatusCode: 500 },
    })
  })

  it('is counted for CloudWatch', async () => {
    const QueueARN = await makeQueue(kinesis, StreamARN, attributes(30, 1))
    for (const text of ['a', 'b', 'c', 'd']) await put(kinesis, text)
    const measured = async () => {
      const samples = await new StreamMetrics(service.streams).measure()
      const own = samples.filter(({ dimensions }) => dimensions['QueueName'] === 'work')
      return Object.fromEntries(
        own.map(({ name, value }) => [name, typeof value === 'number' ? value : value.sum]),
      )
    }
    const none = { VisibleQueueRecords: 0, InFlightQueueRecords: 0, VisibleDeadLetterQueueRecords: 0 }
    expect(await measured()).toEqual({ ...none, VisibleQueueRecords: 4 })
    const received = await receive(QueueARN, { Limit: 3 })
    await acknowledge(QueueARN, received.slice(0, 1))
    await receive(QueueARN)
    await receive(QueueARN)
    expect(await measured()).toEqual({
      ...none,
      InFlightQueueRecords: 3,
      ReceivedQueueRecords: 4,
      AcknowledgedQueueRecords: 1,
      EmptyReceives: 1,
    })
    move(31_000)
    expect(await measured()).toEqual({ ...none, VisibleDeadLetterQueueRecords: 3 })
    expect((await receiveDead(QueueARN)).length).toBe(3)
  })

  it('lets no shard wait for another one to be empty', async () => {
    const QueueARN = await makeQueue(kinesis, StreamARN, trimHorizon)
    const shardOf = async (text: string, key: string) => (await put(kinesis, text, key)).ShardId
    const first = await shardOf('0', 'k0')
    for (let at = 1; at < 40; at++) await put(kinesis, String(at), 'k0')
    let other = 1
    while ((await shardOf(`other ${other}`, `k${other}`)) === first) other++
    const received: TestRecord[] = []
    for (let times = 0; times < 4; times++) received.push(...(await receive(QueueARN, { Limit: 5 })))
    expect(textsOf(received)).toContain(`other ${other}`)
  })

  it('gives a record to one of many who ask at once', async () => {
    const QueueARN = await makeQueue(kinesis, StreamARN, trimHorizon)
    for (let at = 0; at < 60; at++) await put(kinesis, `r${at}`, `k${at}`)
    const all = (await Promise.all(Array.from({ length: 12 }, () => receive(QueueARN, { Limit: 7 })))).flat()
    expect(new Set(textsOf(all)).size).toBe(60)
    expect(all).toHaveLength(60)
  })
})

describe('queues', () => {
  beforeEach(() => beginWithOrders({ identities }))

  it('are described, listed in pages, updated, tagged and deleted', async () => {
    const QueueARN = await makeQueue(kinesis, StreamARN, { Tags: { team: 'a' } })
    expect(QueueARN).toMatch(/^arn:aws:kinesis:us-east-1:000000000000:queue\/[\da-f-]{36}$/)
    const described = async () => (await ask(kinesis, 'DescribeQueue', { QueueARN })).QueueDescription
    const defaults = { TargetType: 'BUILT_IN', MaxReceiveCount: 6 }
    expect(await described()).toMatchObject({
      QueueName: 'work',
      QueueAttributes: { VisibilityTimeoutSeconds: 30, DeadLetterConfiguration: defaults },
      StreamConfigurationList: [{ StreamARN, StartingPosition: { Type: 'LATEST' } }],
    })
    const QueueAttributes = { VisibilityTimeoutSeconds: 60 }
    const updated = await ask(kinesis, 'UpdateQueue', { QueueARN, QueueAttributes })
    expect(updated.QueueDescription.QueueStatus).toBe('UPDATING')
    await expect.poll(async () => (await described()).QueueStatus).toBe('ACTIVE')
    expect(await described()).toMatchObject({
      QueueAttributes: { VisibilityTimeoutSeconds: 60, DeadLetterConfiguration: defaults },
    })
    await kinesis.send(new TagResourceCommand({ ResourceARN: QueueARN, Tags: { stage: 'b' } }))
    const { Tags } = await kinesis.send(new ListTagsForResourceCommand({ ResourceARN: QueueARN }))
    expect(Tags?.map(({ Key }) => Key)).toEqual(['stage', 'team'])
    await makeQueue(kinesis, StreamARN, { QueueName: 'also' })
    const list = (input: object = {}) => ask(kinesis, 'ListQueues', input)
    const page = await list({ MaxResults: 1 })
    expect(page).toMatchObject({ QueueSummaries: [{ QueueName: 'also' }], NextToken: expect.any(String) })
    const { QueueSummaries: rest } = await list({ NextToken: page.NextToken })
    expect(rest).toMatchObject([{ QueueName: 'work' }])
    const StreamCreationTimestamp = rest[0]?.Streams[0]?.StreamCreationTimestamp
    const of = async (one: object) =>
      (await list({ StreamFilter: [{ StreamARN, ...one }] })).QueueSummaries.length
    expect([
      await of({}),
      await of({ StreamCreationTimestamp }),
      await of({ StreamCreationTimestamp: 1 }),
    ]).toEqual([2, 2, 0])
    await ask(kinesis, 'DeleteQueue', { QueueARN })
    await expect
      .poll(() => described().catch((error) => error))
      .toMatchObject({ name: 'ResourceNotFoundException' })
  })

  it('are refused where the request is wrong', async () => {
    await makeStream('provisioned', 'PROVISIONED')
    const create = (change: object) =>
      ask(kinesis, 'CreateQueue', {
        QueueName: 'work',
        StreamConfigurationList: [{ StreamARN }],
        ...change,
      })
    const list = (start: object, arn = StreamARN) => ({
      StreamConfigurationList: [{ StreamARN: arn, StartingPosition: start }],
    })
    const latest = { Type: 'LATEST' }
    const refusals: [change: object, name: string][] = [
      [{ StreamConfigurationList: [{ StreamARN }, { StreamARN }] }, 'InvalidArgumentException'],
      [list({ Type: 'AT_TIMESTAMP' }), 'ValidationException'],
      [list({ ...latest, Timestamp: 1 }), 'ValidationException'],
      [{ QueueAttributes: { DeadLetterConfiguration: { TargetType: 'BUILT_IN' } } }, 'ValidationException'],
      [{ QueueAttributes: { VisibilityTimeoutSeconds: 43_201 } }, 'ValidationException'],
      [{ Tags: { 'aws:a': '1' } }, 'InvalidArgumentException'],
      [list(latest, StreamARN.replace('orders', 'none')), 'ResourceNotFoundException'],
      [list(latest, StreamARN.replace('orders', 'provisioned')), 'ValidationException'],
    ]
    for (const [change, name] of refusals)
      await expect(create(change), JSON.stringify(change)).rejects.toMatchObject({ name })
    await makeQueue(kinesis, StreamARN)
    await expect(create({})).rejects.toMatchObject({ name: 'ResourceInUseException' })
    const unknown = { QueueARN: 'arn:aws:kinesis:us-east-1:000000000000:queue/none' }
    for (const operation of ['DescribeQueue', 'DeleteQueue', 'ReceiveQueueRecords'])
      await expect(ask(kinesis, operation, unknown)).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      })
  })

  it('count among the consumers of their stream, and keep it from being deleted or provisioned', async () => {
    const register = (ConsumerName: string) =>
      kinesis.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName }))
    const QueueARN = await makeQueue(kinesis, StreamARN)
    for (let at = 0; at < 19; at++) {
      await register(`c${at}`)
      await expect.poll(() => service.streams.byName('orders')?.record.consumers.at(-1)?.state).toBe('ACTIVE')
    }
    const summary = await ask(kinesis, 'DescribeStreamSummary', { StreamARN })
    expect(summary.StreamDescriptionSummary).toMatchObject({ ConsumerCount: 19, QueueCount: 1 })
    const limited = { name: 'LimitExceededException' }
    await expect(register('more')).rejects.toMatchObject(limited)
    await expect(makeQueue(kinesis, StreamARN, { QueueName: 'more' })).rejects.toMatchObject(limited)
    const deletion = () => kinesis.send(new DeleteStreamCommand({ StreamARN, EnforceConsumerDeletion: true }))
    const StreamModeDetails = { StreamMode: 'PROVISIONED' as const }
    const inUse = { name: 'ResourceInUseException' }
    await expect(deletion()).rejects.toMatchObject(inUse)
    await expect(
      kinesis.send(new UpdateStreamModeCommand({ StreamARN, StreamModeDetails })),
    ).rejects.toMatchObject(inUse)
    await ask(kinesis, 'DeleteQueue', { QueueARN })
    await expect.poll(() => service.streams.queues.list()).toEqual([])
    await deletion()
  })

  it('are for those whom policies allow it, the own one among them', async () => {
    const ofAlice: KinesisClient = service.kinesisClient(alice)
    const denied = { name: 'AccessDeniedException' }
    const creation = { QueueName: 'hers', StreamConfigurationList: [{ StreamARN }] }
    allowAlice(['CreateQueue', StreamARN])
    await expect(ask(ofAlice, 'CreateQueue', creation)).rejects.toMatchObject({
      ...denied,
      message: expect.stringContaining('kinesis:AssociateStreamsWithQueue'),
    })
    allowAlice(['CreateQueue', StreamARN], ['AssociateStreamsWithQueue', StreamARN])
    await ask(ofAlice, 'CreateQueue', creation)
    const QueueARN = await makeQueue(kinesis, StreamARN)
    const receiving = () => ask(ofAlice, 'ReceiveQueueRecords', { QueueARN, WaitTimeSeconds: 1 })
    await expect(receiving()).rejects.toMatchObject(denied)
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::000000000000:user/alice' },
          Action: 'kinesis:ReceiveQueueRecords',
          Resource: QueueARN,
        },
      ],
    })
    await kinesis.send(new PutResourcePolicyCommand({ ResourceARN: QueueARN, Policy }))
    const kept = await kinesis.send(new GetResourcePolicyCommand({ ResourceARN: QueueARN }))
    expect(kept).toMatchObject({ Policy })
    expect((await receiving()).QueueRecords).toEqual([])
  })
})

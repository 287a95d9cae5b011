import { type Connection, createTopic } from '@sluice/client'
import {
  AlterClientQuotas,
  buildBatchSync,
  CreatePartitions,
  CreateTopics,
  DeleteTopics,
  ErrorCode,
  Fetch,
  Metadata,
  Produce,
} from '@sluice/wire'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { TestBroker } from './testing/test-broker.ts'

const allTopics = { topics: null, allowAutoTopicCreation: false }
const user = { user: 'ANONYMOUS' }

let test: TestBroker
afterEach(() => test.close())

/** A broker with one topic, and a connection to it. */
async function started(): Promise<Connection> {
  test = await new TestBroker({ 'socket.request.max.bytes': '10000000' }).open()
  const client = await test.connect()
  await createTopic(client, 'events', { partitions: 1 })
  return client
}

async function setQuota(
  client: Connection,
  names: Record<string, string | null>,
  key: string,
  value: number,
) {
  const entity = Object.entries(names).map(([entityType, entityName]) => ({ entityType, entityName }))
  const ops = [{ key, value, remove: value === 0 }]
  const { entries } = await client.request(AlterClientQuotas, { entries: [{ entity, ops }] })
  expect(entries.map(({ errorCode }) => errorCode)).toEqual([ErrorCode.NONE])
}

function produceOf(bytes: number, acks = 1) {
  const records = buildBatchSync({ records: [{ value: Buffer.alloc(bytes) }] })
  const topicData = [{ name: 'events', partitionData: [{ index: 0, records }] }]
  return { acks, timeoutMs: 1_000, topicData }
}

const fetchOf = (session: { sessionId: number; sessionEpoch: number }, named = true) => ({
  ...{ maxWaitMs: 0, minBytes: 0, maxBytes: 10_000_000 },
  ...session,
  topics: named
    ? [{ topic: 'events', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 10_000_000 }] }]
    : [],
})

/** Whether a request that has been sent is answered now. */
async function isAnswered(answer: Promise<unknown>): Promise<boolean> {
  let isThere = false
  void answer.then(() => (isThere = true))
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
  return isThere
}

describe('a producer over its quota', () => {
  it('is answered at once with how long it is slowed down, and nothing of it is read until then', async () => {
    const client = await started()
    await setQuota(client, user, 'producer_byte_rate', 1_000)
    expect(await client.send(Produce, 12, produceOf(5_000))).toMatchObject({ throttleTimeMs: 0 })
    const answer = await client.send(Produce, 12, produceOf(9_000))
    expect(answer.responses[0]?.partitionResponses[0]?.errorCode).toBe(ErrorCode.NONE)
    expect(answer.throttleTimeMs).toBeGreaterThan(4_000)
    const next = client.request(Metadata, allTopics)
    await test.controller.clock.advance(answer.throttleTimeMs - 1)
    expect(await isAnswered(next)).toBe(false)
    await test.controller.clock.advance(1)
    expect((await next).topics).toHaveLength(1)
    // Others are not its affair.
    const other = await (await test.connect()).request(Metadata, allTopics)
    expect(other.topics).toHaveLength(1)
  })

  it('without acknowledgements is slowed down as well', async () => {
    const client = await started()
    await setQuota(client, user, 'producer_byte_rate', 1_000)
    client.sendWithoutAnswer(Produce, 12, produceOf(20_000, 0))
    const next = client.request(Metadata, allTopics)
    expect(await isAnswered(next)).toBe(false)
    await test.controller.clock.advance(11_000)
    expect((await next).topics).toHaveLength(1)
  })

  it('does not bring all that it has sent ahead: the first of it that is too much is the last', async () => {
    const client = await started()
    await setQuota(client, user, 'producer_byte_rate', 1_000)
    const answers = [1, 2, 3].map(() => client.send(Produce, 12, produceOf(11_000)))
    await answers[0]
    const [, second] = answers
    expect(second && (await isAnswered(second))).toBe(false)
    const { log } = test.broker.partitions.get('events', 0) ?? expect.fail()
    expect(log.logEndOffset).toBe(1)
    await test.controller.clock.advance(60_000)
    await Promise.all(answers)
    expect(log.logEndOffset).toBe(3)
  })

  it('is slowed down no more when its quota has gone', async () => {
    const client = await started()
    await setQuota(client, user, 'producer_byte_rate', 1_000)
    await setQuota(client, user, 'producer_byte_rate', 0)
    expect(await client.send(Produce, 12, produceOf(50_000))).toMatchObject({ throttleTimeMs: 0 })
  })
})

describe('a consumer over its quota', () => {
  it('gets an empty answer, and no session of it', async () => {
    const client = await started()
    for (let i = 0; i < 3; i++) await client.send(Produce, 12, produceOf(4_000))
    await setQuota(client, user, 'consumer_byte_rate', 500)
    // It never gets more at once than what its quota lets it have in its window.
    const first = await client.send(Fetch, 12, fetchOf({ sessionId: 0, sessionEpoch: 0 }))
    expect(first.throttleTimeMs).toBe(0)
    const bytes = first.responses[0]?.partitions[0]?.records?.length ?? 0
    expect(bytes).toBeGreaterThan(4_000)
    expect(bytes).toBeLessThan(5_000)
    const { size } = test.broker.fetchSessions
    const second = await client.send(Fetch, 12, fetchOf({ sessionId: 0, sessionEpoch: 0 }))
    expect(second).toMatchObject({ errorCode: ErrorCode.NONE, sessionId: 0, responses: [] })
    expect(second.throttleTimeMs).toBeGreaterThan(0)
    expect(test.broker.fetchSessions.size).toBe(size)
    // What it has not got does not count.
    await test.controller.clock.advance(11_000)
    const third = await client.send(Fetch, 12, fetchOf({ sessionId: first.sessionId, sessionEpoch: 1 }))
    expect(third.throttleTimeMs).toBe(0)
    expect(third.responses).toHaveLength(1)
    const fourth = await client.send(Fetch, 12, fetchOf({ sessionId: first.sessionId, sessionEpoch: 2 }))
    expect(fourth).toMatchObject({ errorCode: ErrorCode.NONE, sessionId: first.sessionId, responses: [] })
    expect(fourth.throttleTimeMs).toBeGreaterThan(0)
  })
})

describe('request_percentage', () => {
  it('slows down whoever takes more of the event loop, by a second at most', async () => {
    const client = await started()
    await setQuota(client, { 'client-id': null, user: null }, 'request_percentage', 1)
    await setQuota(client, user, 'request_percentage', 1)
    const { clock } = test.controller
    expect(await client.request(Metadata, allTopics)).toMatchObject({ throttleTimeMs: 0 })
    // Each look at the clock takes half a second.
    const monotonic = clock.monotonic.bind(clock)
    let tookMs = 0
    const slow = vi.spyOn(clock, 'monotonic').mockImplementation(() => monotonic() + (tookMs += 500))
    const answer = await client.request(Metadata, allTopics)
    slow.mockRestore()
    expect(answer.throttleTimeMs).toBe(1_000)
    expect(answer.topics).toHaveLength(1)
  })
})

describe('controller_mutation_rate', () => {
  const topics = (names: readonly string[], numPartitions: number) => ({
    topics: names.map((name) => ({ name, numPartitions, replicationFactor: 1 })),
    timeoutMs: 1_000,
  })

  it('refuses what is beyond it, and says when to come again', async () => {
    const client = await started()
    // A bucket of eleven seconds, which may be overdrawn once.
    await setQuota(client, user, 'controller_mutation_rate', 1)
    const first = await client.send(CreateTopics, 7, topics(['a', 'b'], 8))
    expect(first.topics.map(({ errorCode }) => errorCode)).toEqual([0, 0])
    const second = await client.send(CreateTopics, 7, topics(['c'], 1))
    expect(second.topics.map(({ errorCode }) => errorCode)).toEqual([ErrorCode.THROTTLING_QUOTA_EXCEEDED])
    expect(second.throttleTimeMs).toBe(5_000)
    const partitions = client.send(CreatePartitions, 3, {
      topics: [{ name: 'a', count: 9, assignments: null }],
      timeoutMs: 1_000,
    })
    expect(await isAnswered(partitions)).toBe(false)
    await test.controller.clock.advance(5_000)
    expect((await partitions).results.map(({ errorCode }) => errorCode)).toEqual([ErrorCode.NONE])
    const third = await client.send(DeleteTopics, 6, { topics: [{ name: 'b' }], timeoutMs: 1_000 })
    expect(third.responses.map(({ errorCode }) => errorCode)).toEqual([ErrorCode.THROTTLING_QUOTA_EXCEEDED])
    expect(third.throttleTimeMs).toBe(1_000)
  })

  it('lets clients of older versions have all, and slows them down behind it', async () => {
    const client = await started()
    await setQuota(client, user, 'controller_mutation_rate', 1)
    const first = await client.send(CreateTopics, 5, topics(['a', 'b'], 8))
    expect(first.topics.map(({ errorCode }) => errorCode)).toEqual([0, 0])
    expect(first.throttleTimeMs).toBe(5_000)
    const second = client.send(CreateTopics, 5, topics(['c'], 1))
    expect(await isAnswered(second)).toBe(false)
    await test.controller.clock.advance(5_000)
    expect((await second).topics.map(({ errorCode }) => errorCode)).toEqual([ErrorCode.NONE])
  })
})

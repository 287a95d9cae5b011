import {
  type Connection,
  createTopic,
  deleteTopics,
  fetchPartition,
  fetchRecords,
  produce,
} from '@sluice/client'
import { buildBatch, ErrorCode, Fetch, type Input, Produce, type RequestOf } from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parkedPartitionsMax } from './parked-fetches.ts'
import { TestBroker } from './testing/test-broker.ts'

let test: TestBroker
let reader: Connection
let writer: Connection
beforeEach(async () => {
  test = await new TestBroker().open()
  reader = await test.connect()
  writer = await test.connect()
  await createTopic(writer, 'events', { partitions: 2 })
})
afterEach(() => test.close())

const maxWaitMs = 500
const value = (text: string) => ({ key: null, value: Buffer.from(text) })

/** Of topics by name, from their beginning, without a session. */
function request(topics: string[], options: Input<RequestOf<typeof Fetch>> = {}) {
  return {
    maxWaitMs,
    minBytes: 1,
    maxBytes: 1_000_000,
    topics: topics.map((topic) => ({
      topic,
      partitions: [0, 1].map((partition) => ({ partition, fetchOffset: 0, partitionMaxBytes: 100_000 })),
    })),
    ...options,
  }
}

/** What has become of an answer until now. */
function watched<T>(answer: Promise<T>) {
  const state: { answer: T | null } = { answer: null }
  // Whoever still waits when the test is over has its connection closed.
  void answer.then((value) => (state.answer = value)).catch(() => {})
  return state
}

/** The requests before have been handled when this is answered, on any connection of the broker. */
const settled = () => fetchPartition(writer, 'events', 0, 0, { maxWaitMs: 0 })

describe('a fetch that waits', () => {
  it('is answered with nothing when its time is over', async () => {
    const poll = watched(reader.send(Fetch, 12, request(['events'])))
    await settled()
    await test.controller.clock.advance(maxWaitMs - 1)
    expect(poll.answer).toBeNull()
    await test.controller.clock.advance(1)
    await settled()
    const partitions = poll.answer?.responses[0]?.partitions
    expect(partitions).toMatchObject([
      { errorCode: 0, highWatermark: 0 },
      { errorCode: 0, highWatermark: 0 },
    ])
    expect(partitions?.map(({ records }) => records?.length)).toEqual([0, 0])
  })

  it('waits for its bytes from all its partitions together', async () => {
    const poll = watched(reader.send(Fetch, 12, request(['events'], { minBytes: 300 })))
    await produce(writer, 'events', 0, [value('x'.repeat(100))])
    await settled()
    expect(poll.answer).toBeNull()
    await produce(writer, 'events', 1, [value('y'.repeat(100))])
    await settled()
    const lengths = poll.answer?.responses[0]?.partitions.map(({ records }) => records?.length ?? 0) ?? []
    expect(lengths.every((length) => length > 100)).toBe(true)
  })

  it('has with one answer what one read has brought to several of its partitions', async () => {
    const poll = watched(reader.send(Fetch, 12, request(['events'])))
    const records = await buildBatch({ records: [value('x')] })
    const partitionData = [0, 1].map((index) => ({ index, records }))
    await writer.send(Produce, 9, { acks: 1, timeoutMs: 1, topicData: [{ name: 'events', partitionData }] })
    await settled()
    const partitions = poll.answer?.responses[0]?.partitions
    expect(partitions?.map((partition) => partition.records?.length)).toEqual([
      records.length,
      records.length,
    ])
  })

  it('of hundreds of partitions is looked at in steps, and misses nothing that arrives meanwhile', async () => {
    const count = 2_000
    await createTopic(writer, 'many', { partitions: count })
    const { clock } = test.controller
    const monotonic = clock.monotonic.bind(clock)
    clock.monotonic = () => (clock.jump(0.1), monotonic())
    const partitions = Array.from({ length: count }, (_, partition) => ({
      partition,
      fetchOffset: 0,
      partitionMaxBytes: 100_000,
    }))
    const wanted = request([], { topics: [{ topic: 'many', partitions }] })
    const poll = watched(reader.send(Fetch, 12, { ...wanted, maxWaitMs: 60_000 }))
    await produce(writer, 'many', 0, [value('x')])
    for (let turn = 0; turn < 100 && !poll.answer; turn++) await settled()
    const found = poll.answer?.responses[0]?.partitions.filter(({ records }) => records?.length)
    expect(found?.map(({ partitionIndex }) => partitionIndex)).toEqual([0])
    // Nobody waits any more.
    await produce(writer, 'many', 1, [value('y')])
    expect(test.failures).toEqual([])
  })

  it('is answered at once when a partition goes, and once only', async () => {
    const poll = watched(reader.send(Fetch, 12, request(['events'])))
    await settled()
    await deleteTopics(writer, ['events'])
    await writer.send(Fetch, 12, request(['events'], { maxWaitMs: 0 }))
    const errors = poll.answer?.responses[0]?.partitions.map(({ errorCode }) => errorCode)
    expect(errors).toContain(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    await test.controller.clock.advance(2 * maxWaitMs)
    expect(test.failures).toEqual([])
    // Whatever came twice would be taken for the answer of this one.
    const next = await reader.send(Fetch, 12, request(['missing'], { maxWaitMs: 0 }))
    expect(next.responses[0]?.topic).toBe('missing')
  })

  it('is answered before its time where it waits for most, and all wait for too much together', async () => {
    const poll = watched(reader.send(Fetch, 12, request(['events'])))
    await settled()
    const ended: number[] = []
    const { parkedFetches } = test.broker
    for (let i = 0; i < parkedPartitionsMax - 1; i++) parkedFetches.enter({ endWait: () => ended.push(i) }, 1)
    await settled()
    expect(ended).toEqual([])
    expect(poll.answer?.responses[0]?.partitions.map(({ errorCode }) => errorCode)).toEqual([0, 0])
    // Its place is free again.
    parkedFetches.enter({ endWait: () => ended.push(-1) }, 1)
    expect(ended).toEqual([])
  })

  it('of hundreds of partitions ends early too, once it has been looked at', async () => {
    const count = 2_000
    await createTopic(writer, 'many', { partitions: count })
    const { clock } = test.controller
    const monotonic = clock.monotonic.bind(clock)
    clock.monotonic = () => (clock.jump(0.1), monotonic())
    const { parkedFetches } = test.broker
    for (let i = 0; i < parkedPartitionsMax - 1; i++) parkedFetches.enter({ endWait: () => {} }, 1)
    const partitions = Array.from({ length: count }, (_, partition) => ({ partition, fetchOffset: 0 }))
    const wanted = request([], { topics: [{ topic: 'many', partitions }], maxWaitMs: 2 ** 31 - 1 })
    expect((await reader.send(Fetch, 12, wanted)).responses[0]?.partitions).toHaveLength(count)
  })

  it('is over with its connection', async () => {
    void reader.send(Fetch, 12, request(['events'])).catch(() => {})
    await settled()
    await reader.close()
    await produce(writer, 'events', 0, [value('nobody waits')])
    await test.controller.clock.advance(maxWaitMs)
    expect(test.failures).toEqual([])
  })
})

describe('a fetch of a follower', () => {
  const followerId = 2
  const request = (session: object, fetchOffset?: number) => ({
    replicaId: followerId,
    maxWaitMs,
    minBytes: 1,
    maxBytes: 1_000_000,
    ...session,
    topics:
      fetchOffset === undefined
        ? []
        : [{ topic: 'copied', partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: 100_000 }] }],
  })

  it('soon says that the high watermark has moved, and waits a little for records to say with it', async () => {
    const { clock } = test.controller
    await test.controller.brokers(followerId)
    await createTopic(writer, 'copied', { assignments: [[1, followerId]] })
    // It is not new any more.
    await clock.advance(1_000)
    const opened = await reader.send(Fetch, 12, { ...request({ sessionEpoch: 0 }, 0), maxWaitMs: 0 })
    const session = (sessionEpoch: number) => ({ sessionId: opened.sessionId, sessionEpoch })
    const first = reader.send(Fetch, 12, request(session(1)))
    const produced = produce(writer, 'copied', 0, [value('a')])
    expect((await first).responses[0]?.partitions[0]).toMatchObject({ highWatermark: 0 })

    // This fetch commits the record.
    const poll = watched(reader.send(Fetch, 12, request(session(2), 1)))
    await produced
    await clock.advance(9)
    expect(poll.answer).toBeNull()
    await clock.advance(1)
    await settled()
    expect(poll.answer?.responses[0]?.partitions[0]).toMatchObject({ highWatermark: 1 })

    // And of what it has told it does not speak again.
    const next = watched(reader.send(Fetch, 12, request(session(3))))
    await clock.advance(maxWaitMs - 1)
    expect(next.answer).toBeNull()
    await produce(writer, 'copied', 0, [value('b')], { acks: 1 })
    await settled()
    expect(next.answer?.responses[0]?.partitions[0]?.records?.length).toBeGreaterThan(0)
    expect(await fetchRecords(writer, 'copied', 0, 0)).toHaveLength(1)
  })
})

describe('fetches of followers', () => {
  it('end soon when this broker begins to lead a partition that they may not know yet', async () => {
    const { clock } = test.controller
    const followerId = 2
    await test.controller.brokers(followerId)
    await createTopic(writer, 'old', { assignments: [[1, followerId]] })
    await clock.advance(10_000)
    const fetch = { ...request(['old']), replicaId: followerId }
    fetch.topics = [{ topic: 'old', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 }] }]
    const consumer = watched((await test.connect()).send(Fetch, 12, request(['events'])))
    const waiting = watched(reader.send(Fetch, 12, fetch))
    await settled()
    await createTopic(writer, 'new', { assignments: [[1, followerId]] })
    await clock.advance(10)
    await settled()
    expect(waiting.answer).not.toBeNull()

    // The follower may know it a little later than its leader.
    const next = watched(reader.send(Fetch, 12, fetch))
    await settled()
    await clock.advance(10)
    await settled()
    expect(next.answer).not.toBeNull()
    expect(consumer.answer).toBeNull()

    await clock.advance(1_000)
    const later = watched(reader.send(Fetch, 12, fetch))
    await settled()
    await clock.advance(maxWaitMs - 1)
    await settled()
    expect(later.answer).toBeNull()
  })
})

describe('a partition that is not there', () => {
  it('has an empty list of aborted transactions as the request comes, as on Apache Kafka, and none later', async () => {
    const atOnce = await reader.send(Fetch, 12, request(['missing'], { maxWaitMs: 0 }))
    expect(atOnce.responses[0]?.partitions[0]).toMatchObject({
      errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      abortedTransactions: [],
    })
    const poll = watched(reader.send(Fetch, 12, request(['events'])))
    await settled()
    await deleteTopics(writer, ['events'])
    await writer.send(Fetch, 12, request(['missing'], { maxWaitMs: 0 }))
    const partitions = poll.answer?.responses[0]?.partitions
    expect(partitions?.find(({ errorCode }) => errorCode !== 0)).toMatchObject({
      errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      abortedTransactions: null,
    })
  })
})

import { createTopic, produce } from '@sluice/client'
import {
  buildBatchSync,
  CreateTopics,
  ErrorCode,
  Fetch,
  FindCoordinator,
  Metadata,
  Produce,
} from '@sluice/wire'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { RequestContext } from '../server/handler.ts'
import { plaintextListener, TestBroker } from './testing/test-broker.ts'

const open: TestBroker[] = []
function testBroker(properties: Record<string, string> = {}): TestBroker {
  const test = new TestBroker(properties)
  open.push(test)
  return test
}

afterEach(async () => {
  for (const test of open.splice(0)) await test.close()
})

const value = { key: null, value: Buffer.from('x') }
const allTopics = { topics: null, allowAutoTopicCreation: false }

describe('a broker that starts', () => {
  it('is registered with its listeners and unfenced before it serves', async () => {
    const test = await testBroker().open()
    expect(test.controller.image.isBrokerAlive(1)).toBe(true)
    expect(test.controller.image.broker(1)?.endpoints).toEqual([
      { name: 'CLIENT', host: '127.0.0.1', port: 9092, securityProtocol: 0 },
    ])
    expect(test.broker.metadata.isBrokerAlive(1)).toBe(true)
  })

  it('lets go of everything when a port is taken: the next start in the same directory succeeds', async () => {
    const test = testBroker()
    await test.controller.open()
    const taken = await test.network.listen({ host: '127.0.0.1', port: 9092 }, () => {
      throw new Error('nobody connects')
    })
    const second = { ...plaintextListener, name: 'SECOND', port: 9093 }
    await expect(test.start([second, plaintextListener])).rejects.toMatchObject({ code: 'EADDRINUSE' })
    expect(test.controller.image.broker(1)).toBeUndefined()
    await expect(test.connect(9093)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await taken.close()
    await test.start([second, plaintextListener])
    expect(test.controller.image.isBrokerAlive(1)).toBe(true)
  })

  it('serves its records again after a clean stop and after a crash', async () => {
    const test = await testBroker().open()
    await createTopic(await test.connect(), 'events', { partitions: 1 })
    for (const [baseOffset, clean] of [
      [0, true],
      [1, false],
      [2, true],
    ] as const) {
      expect(await produce(await test.connect(), 'events', 0, [value])).toMatchObject({ baseOffset })
      await test.broker.stop({ clean })
      // A crash leaves a session behind, in which nobody else may have the id.
      await test.controller.clock.advance(clean ? 0 : 10_000)
      await test.start()
    }
  })
})

describe('a broker that comes back to a cluster with eligible leader replicas', () => {
  it.each([
    ['leads as if nothing had been after a clean stop', true, 0],
    ['leads as the last known leader after a crash: it may have lost records', false, 1],
  ])('%s', async (_, clean, leaderRecoveryState) => {
    const test = await testBroker().open()
    const { controller } = test
    await createTopic(await test.connect(), 'events', { partitions: 1 })
    await test.broker.stop({ clean })
    await controller.clock.advance(clean ? 0 : 10_000)
    expect(controller.image.partition('events', 0)).toMatchObject({
      isr: [],
      eligibleLeaderReplicas: [1],
      leader: -1,
    })
    await test.start()
    expect(controller.image.partition('events', 0)).toMatchObject({
      isr: [1],
      eligibleLeaderReplicas: [],
      leader: 1,
      leaderRecoveryState,
    })
    expect(await produce(await test.connect(), 'events', 0, [value])).toMatchObject({ baseOffset: 0 })
  })
})

describe('a broker that stops', () => {
  it('leaves the cluster at once when it may, and closes its connections', async () => {
    const test = await testBroker().open()
    const client = await test.connect()
    await test.broker.stop({ clean: true })
    expect(test.controller.image.isBrokerAlive(1)).toBe(false)
    await client.closed
    await expect(test.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('says nothing in a crash: its session ends by itself', async () => {
    const test = await testBroker({ 'broker.session.timeout.ms': '9000' }).open()
    await test.broker.stop({ clean: false })
    await test.controller.clock.advance(8_900)
    expect(test.controller.image.isBrokerAlive(1)).toBe(true)
    await test.controller.clock.advance(200)
    expect(test.controller.image.isBrokerAlive(1)).toBe(false)
  })
})

describe('a broker that is fenced', () => {
  it('leads nothing, and leads again from its next heartbeat on', async () => {
    const test = await testBroker({
      'broker.session.timeout.ms': '9000',
      'broker.heartbeat.interval.ms': '20000',
    }).open()
    const client = await test.connect()
    await createTopic(client, 'events', { partitions: 1 })
    const metadata = async () => {
      const { brokers, topics } = await client.request(Metadata, allTopics)
      return { brokers: brokers.length, leader: topics[0]?.partitions[0]?.leaderId }
    }
    expect(await metadata()).toEqual({ brokers: 1, leader: 1 })
    await test.controller.clock.advance(10_000)
    expect(await metadata()).toEqual({ brokers: 0, leader: -1 })
    await expect(produce(client, 'events', 0, [value])).rejects.toMatchObject({
      code: ErrorCode.NOT_LEADER_OR_FOLLOWER,
    })
    await test.controller.clock.advance(10_000)
    expect(await metadata()).toEqual({ brokers: 1, leader: 1 })
    expect(await produce(client, 'events', 0, [value])).toMatchObject({ baseOffset: 0 })
  })
})

describe('the addresses of brokers', () => {
  it('are those that the client dialled, or the ones that its listener advertises', async () => {
    const outside = {
      ...plaintextListener,
      name: 'OUTSIDE',
      port: 9192,
      advertised: { host: 'kafka.example', port: 443 },
    }
    const test = await testBroker({ 'offsets.topic.replication.factor': '1' }).open([
      plaintextListener,
      outside,
    ])
    for (const [port, address] of [
      [9092, { host: '127.0.0.1', port: 9092 }],
      [9192, { host: 'kafka.example', port: 443 }],
    ] as const) {
      const client = await test.connect(port)
      expect((await client.request(Metadata, allTopics)).brokers).toMatchObject([{ nodeId: 1, ...address }])
      const found = await client.request(FindCoordinator, { keyType: 0, coordinatorKeys: ['readers'] })
      expect(found.coordinators).toMatchObject([{ nodeId: 1, ...address }])
    }
  })
})

describe('the connections of a broker', () => {
  it('are closed when nothing has come for connections.max.idle.ms', async () => {
    const test = await testBroker({ 'connections.max.idle.ms': '60000' }).open()
    const [idle, busy] = [await test.connect(), await test.connect()]
    await idle.request(Metadata, allTopics)
    await test.controller.clock.advance(59_000)
    await busy.request(Metadata, allTopics)
    await test.controller.clock.advance(1_010)
    await idle.closed
    expect((await busy.request(Metadata, allTopics)).brokers).toHaveLength(1)
  })
})

describe('a process that may open few files', () => {
  it('keeps some of them for logs: connections beyond its share wait', async () => {
    const test = testBroker()
    Object.assign(test.controller.disk, { openFilesMax: 4 })
    await test.open()
    const [first, second] = [await test.connect(), await test.connect()]
    for (const client of [first, second])
      expect((await client.request(Metadata, allTopics)).brokers).toHaveLength(1)
    const waiting = await test.connect()
    const answer = waiting.request(Metadata, allTopics)
    await first.close()
    expect((await answer).brokers).toHaveLength(1)
  })
})

describe('a throttled client', () => {
  it('hears of it in every answer that has a place for it, whoever encodes it', async () => {
    const test = await testBroker().open()
    const client = await test.connect()
    await createTopic(client, 'events', { partitions: 1 })
    const settled = vi.spyOn(RequestContext.prototype, 'settle').mockReturnValue(1_500)
    const answers = [
      await client.request(Metadata, allTopics),
      // From the controller, which throttles nobody.
      await client.request(CreateTopics, { topics: [], timeoutMs: 1_000 }),
      await client.send(Produce, 12, produceTo('events')),
      await client.send(Produce, 12, produceTo('missing')),
      await client.send(Fetch, 12, { ...fetchFrom('events'), sessionId: 0, sessionEpoch: -1 }),
      await client.send(Fetch, 12, { ...fetchFrom('events'), sessionId: 77, sessionEpoch: 3 }),
    ]
    settled.mockRestore()
    expect(answers.map((answer) => answer.throttleTimeMs)).toEqual(answers.map(() => 1_500))
    const errors = [answers[2], answers[3]].map((answer) => JSON.stringify(answer))
    expect(errors[0]).toContain('"errorCode":0')
    expect(errors[1]).toContain(`"errorCode":${ErrorCode.UNKNOWN_TOPIC_OR_PARTITION}`)
  })
})

function produceTo(name: string) {
  return {
    acks: 1,
    timeoutMs: 1_000,
    topicData: [{ name, partitionData: [{ index: 0, records: buildBatchSync({ records: [value] }) }] }],
  }
}

function fetchFrom(topic: string) {
  return {
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: 1_000,
    topics: [{ topic, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000 }] }],
  }
}

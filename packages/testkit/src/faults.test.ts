import { Connection, produce } from '@sluice/client'
import { systemNetwork } from '@sluice/effects'
import { ErrorCode, Fetch } from '@sluice/wire'
import { Kafka, logLevel, type Producer } from 'kafkajs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { KafkaServer } from './index.ts'

let kafka: KafkaServer
let client: Kafka
let producer: Producer

beforeAll(async () => {
  kafka = await KafkaServer.start({ topics: { orders: 2, other: 1 } })
  client = new Kafka({
    ...kafka.clientConfig('kafkajs'),
    clientId: 'shop',
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 5, retries: 8 },
  })
  producer = client.producer({ retry: { initialRetryTime: 5, retries: 8 } })
  await producer.connect()
})
beforeEach(() => kafka.reset())
afterEach(() => kafka.faults.clear())
afterAll(async () => {
  await producer.disconnect()
  await kafka.stop()
})

const send = (value: string, topic = 'orders') =>
  producer.send({ topic, messages: [{ value, partition: 0 }] })
const values = async (topic = 'orders') => (await kafka.records(topic)).map(({ value }) => value)

describe('a fault', () => {
  it('answers with an error once, and the client tries again', async () => {
    const fault = kafka.faults.once('Produce', { topic: 'orders', error: 'NOT_LEADER_OR_FOLLOWER' })
    await send('a', 'other')
    expect(fault.fired).toBe(0)
    await send('b')
    expect(fault.fired).toBe(1)
    expect(await values()).toEqual(['b'])
    expect(kafka.requests({ api: 'Produce', topic: 'orders' })).toHaveLength(2)
  })

  it('answers with an error always, until it is removed', async () => {
    const fault = kafka.faults.always('Produce', { client: 'shop', error: 'TOPIC_AUTHORIZATION_FAILED' })
    await expect(send('a')).rejects.toThrow(/authorized/i)
    await expect(send('a')).rejects.toThrow(/authorized/i)
    fault.remove()
    await send('b')
    expect(await values()).toEqual(['b'])
  })

  it('befalls one partition, client or broker alone', async () => {
    const faults = [{ partition: 1 }, { client: 'other' }].map((target) =>
      kafka.faults.once('Produce', { ...target, error: 'NOT_ENOUGH_REPLICAS' }),
    )
    await send('a')
    expect(faults.map(({ fired }) => fired)).toEqual([0, 0])
    await producer.send({ topic: 'orders', messages: [{ value: 'b', partition: 1 }] })
    const other = new Kafka({
      ...kafka.clientConfig('kafkajs'),
      clientId: 'other',
      logLevel: logLevel.NOTHING,
    })
    const second = other.producer()
    await second.connect()
    await second.send({ topic: 'other', messages: [{ value: 'c' }] })
    await second.disconnect()
    expect(faults.map(({ fired }) => fired)).toEqual([1, 1])
  })

  it('loses a request, or its answer alone: then the record is there twice', async () => {
    kafka.faults.disconnect('Produce', { topic: 'orders' })
    await send('a')
    expect(await values()).toEqual(['a'])
    kafka.faults.disconnect('Produce', { topic: 'orders', served: true })
    await send('b')
    expect(await values()).toEqual(['a', 'b', 'b'])
  })

  it('leaves a request unanswered, until the client gives up and asks again', async () => {
    const fault = kafka.faults.drop('Produce')
    const config = { ...kafka.clientConfig('kafkajs'), logLevel: logLevel.NOTHING, requestTimeout: 1_000 }
    const impatient = new Kafka(config).producer()
    await impatient.connect()
    await impatient.send({ topic: 'orders', messages: [{ value: 'a', partition: 0 }] })
    await impatient.disconnect()
    expect(fault.fired).toBe(1)
    expect(await values()).toContain('a')
  })

  it('delays what is read as bytes and what is decoded, which are served whole all the same', async () => {
    const faults = ['Produce', 'Metadata'].map((api) => kafka.faults.delay(api, { ms: 30 }))
    const second = client.producer()
    await second.connect()
    await second.send({ topic: 'orders', messages: [{ value: 'a' }] })
    await second.disconnect()
    expect(faults.every(({ fired }) => fired > 0)).toBe(true)
    expect(await values()).toEqual(['a'])
  })

  it('knows topics that go by their ids', async () => {
    const fault = kafka.faults.once('Produce', {
      topic: 'orders',
      partition: 1,
      error: 'NOT_ENOUGH_REPLICAS',
    })
    const [host = '', port] = kafka.bootstrap.split(':')
    const connection = await Connection.open({ network: systemNetwork(), host, port: Number(port) })
    await expect(produce(connection, 'orders', 1, [{ value: 'a' }])).rejects.toThrow(/NOT_ENOUGH_REPLICAS/)
    await connection.close()
    expect(fault.fired).toBe(1)
  })

  it('has a fetch within a session name everything first, as it may leave out the topic that is meant', async () => {
    const fault = kafka.faults.once('Fetch', { topic: 'orders', error: 'KAFKA_STORAGE_ERROR' })
    const [host = '', port] = kafka.bootstrap.split(':')
    const connection = await Connection.open({ network: systemNetwork(), host, port: Number(port) })
    const within = { maxWaitMs: 0, minBytes: 0, sessionId: 5, sessionEpoch: 1, topics: [] }
    const { errorCode } = await connection.send(Fetch, 12, within)
    expect(errorCode).toBe(ErrorCode.FETCH_SESSION_ID_NOT_FOUND)
    expect(fault.fired).toBe(0)
    const topics = [{ topic: 'orders', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 }] }]
    const answer = await connection.send(Fetch, 12, { ...within, sessionId: 0, sessionEpoch: 0, topics })
    expect([answer.errorCode, fault.fired]).toEqual([ErrorCode.KAFKA_STORAGE_ERROR, 1])
    await connection.close()
  })

  it('tells a client to keep quiet', async () => {
    const fault = kafka.faults.throttle('Metadata', { ms: 20, times: 1 })
    const admin = client.admin()
    await admin.connect()
    await admin.fetchTopicMetadata({ topics: ['orders'] })
    await admin.disconnect()
    expect(fault.fired).toBe(1)
  })

  it('is a decision of the test’s own', async () => {
    const fault = kafka.faults.use(({ api, topics }) =>
      api === 'Produce' && topics.includes('orders') && fault.fired < 2
        ? { error: 'REQUEST_TIMED_OUT' }
        : undefined,
    )
    await send('a')
    expect(fault.fired).toBe(2)
    expect(await values()).toEqual(['a'])
  })

  it.each([
    [
      'an API',
      () => kafka.faults.once('Produces', { error: 'REQUEST_TIMED_OUT' }),
      /no API "Produces"[^]*Produce,/,
    ],
    ['an error', () => kafka.faults.once('Produce', { error: 'NOT_LEADER' }), /NOT_LEADER_OR_FOLLOWER/],
  ])('that could never fire is refused: %s', (_, set, message) => {
    expect(set).toThrow(message)
  })
})

describe('a stop', () => {
  it('names faults that never fired, and clients that are still connected', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    try {
      const other = await KafkaServer.start()
      other.faults.once('Fetch', { topic: 'nowhere', error: 'KAFKA_STORAGE_ERROR' })
      const admin = new Kafka({
        ...other.clientConfig('kafkajs'),
        clientId: 'left',
        logLevel: logLevel.NOTHING,
      }).admin()
      await admin.connect()
      await admin.listTopics()
      await other.stop()
      await admin.disconnect()
      const said = warn.mock.calls.map(([text]) => String(text))
      expect(said).toEqual([
        expect.stringMatching(/client\.id "left".* still connected/),
        expect.stringMatching(/once\('Fetch', \{"topic":"nowhere","error":"KAFKA_STORAGE_ERROR"\}\)/),
      ])
    } finally {
      warn.mockRestore()
    }
  })

  it('says nothing where all is well', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    try {
      const other = await KafkaServer.start()
      const admin = new Kafka({ ...other.clientConfig('kafkajs'), logLevel: logLevel.NOTHING }).admin()
      await admin.connect()
      await admin.disconnect()
      await other.stop()
      expect(warn.mock.calls).toEqual([])
    } finally {
      warn.mockRestore()
    }
  })
})

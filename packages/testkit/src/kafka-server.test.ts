import { Connection, describeTopics } from '@sluice/client'
import { systemNetwork } from '@sluice/effects'
import { Consumer } from '@platformatic/kafka'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { KafkaServer } from './index.ts'

const kafkajs = (kafka: KafkaServer) =>
  new Kafka({ ...kafka.clientConfig('kafkajs'), logLevel: logLevel.NOTHING })

describe('a server of three brokers', () => {
  let kafka: KafkaServer

  beforeAll(async () => {
    kafka = await KafkaServer.start({ brokers: 3, topics: { orders: 6 } })
  })
  beforeEach(() => kafka.reset())
  afterAll(() => kafka.stop())

  it('has the topics that it is asked for, at addresses that clients are told', async () => {
    expect(kafka.bootstrap).toBe(kafka.clientConfig('kafkajs').brokers.join(','))
    const [host = '', port] = (kafka.addresses[0] ?? '').split(':')
    const connection = await Connection.open({ network: systemNetwork(), host, port: Number(port) })
    const { topics, brokers } = await describeTopics(connection)
    expect(topics).toMatchObject([{ name: 'orders' }])
    expect(topics[0]?.partitions).toHaveLength(6)
    expect(brokers.map((one) => `${one.host}:${one.port}`).toSorted()).toEqual(kafka.addresses.toSorted())
    await connection.close()
  })

  it('keeps records where Kafka’s own producers would put them', async () => {
    const places = await kafka.produce('orders', [{ key: 'a1', value: 'x', headers: { h: '1' } }, 'plain'])
    const producer = kafkajs(kafka).producer({ createPartitioner: undefined })
    await producer.connect()
    const [sent] = await producer.send({ topic: 'orders', messages: [{ key: 'a1', value: 'y' }] })
    await producer.disconnect()
    expect(sent?.partition).toBe(places[0]?.partition)
    expect(await kafka.records('orders', { key: 'a1' })).toMatchObject([
      { offset: 0, value: 'x', headers: { h: '1' }, rawValue: new Uint8Array([120]) },
      { offset: 1, value: 'y' },
    ])
  })

  it('waits for a group that has read everything, and tells how far it is', async () => {
    await kafka.produce('orders', ['1', '2', '3'])
    const consumer = kafkajs(kafka).consumer({ groupId: 'billing', maxWaitTimeInMs: 50 })
    await consumer.connect()
    await consumer.subscribe({ topic: 'orders', fromBeginning: true })
    let seen = 0
    await consumer.run({ autoCommitThreshold: 1, eachMessage: async () => void seen++ })
    const { members } = await kafka.waitForGroup('billing', { members: 1, lag: 0 })
    expect(seen).toBe(3)
    expect(members[0]?.partitions).toHaveLength(6)
    expect(await kafka.lag('billing')).toMatchObject({ total: 0 })
    await consumer.disconnect()
    expect(await kafka.group('billing')).toEqual({ state: 'Empty', members: [] })
  })

  it('says what there was instead when it has waited in vain', async () => {
    await kafka.produce('orders', 'one')
    await expect(kafka.waitForRecords('orders', { value: 'two', timeoutMs: 20 })).rejects.toThrow(
      /A record in orders[^]*20 ms[^]*1 records, of which 0 match/,
    )
    await expect(kafka.waitForGroup('nobody', { timeoutMs: 20 })).rejects.toThrow(
      /nobody is Dead with 0 members/,
    )
  })

  it('shows of transactions what is committed', async () => {
    const producer = kafkajs(kafka).producer({
      transactionalId: 'pay',
      maxInFlightRequests: 1,
      idempotent: true,
    })
    await producer.connect()
    const within = async (value: string) => {
      const transaction = await producer.transaction()
      await transaction.send({ topic: 'orders', messages: [{ value, partition: 0 }] })
      return transaction
    }
    await (await within('aborted')).abort()
    await (await within('committed')).commit()
    await (await within('aborted too')).abort()
    await kafka.produce('orders', { partition: 0, value: 'beside' })
    const open = await within('open')
    const values = (await kafka.records('orders')).map(({ value }) => value)
    expect(values).toEqual(['committed', 'beside'])
    await open.commit()
    await kafka.waitForRecords('orders', { value: 'open' })
    await producer.disconnect()
  })

  it('knows groups of the consumer protocol, too', async () => {
    await kafka.produce('orders', ['1', '2'])
    const consumer = new Consumer({
      ...kafka.clientConfig('platformatic'),
      clientId: 'shop',
      groupId: 'modern',
      groupProtocol: 'consumer',
      maxWaitTime: 50,
    })
    const stream = await consumer.consume({ topics: ['orders'], mode: 'earliest', autocommit: 20 })
    stream.on('data', () => {})
    const { members } = await kafka.waitForGroup('modern', { members: 1, lag: 0 })
    expect(members).toMatchObject([{ clientId: 'shop' }])
    expect(members[0]?.partitions).toHaveLength(6)
    await stream.close()
    await consumer.close()
  })

  it('commits for a group, and forgets it with a reset', async () => {
    await kafka.produce('orders', [
      { partition: 2, value: 'a' },
      { partition: 2, value: 'b' },
    ])
    await kafka.commit('billing', { topic: 'orders', partition: 2, offset: 1 })
    expect(await kafka.lag('billing')).toEqual({
      total: 1,
      partitions: [{ topic: 'orders', partition: 2, offset: 1, committed: 1, end: 2, lag: 1 }],
    })
    await kafka.reset()
    expect(await kafka.group('billing')).toMatchObject({ state: 'Dead' })
  })

  it('resets to what it began with, or keeps what tests have made without its records', async () => {
    await kafka.createTopics({ more: { partitions: 2, configs: { 'retention.ms': '1000' } } })
    await kafka.produce('more', ['a', 'b'])
    await kafka.produce('orders', 'c')
    await kafka.reset({ keepTopics: true })
    expect(await kafka.topics()).toEqual(['more', 'orders'])
    expect(await kafka.records('more')).toEqual([])
    expect(await kafka.produce('more', { partition: 1, value: 'd' })).toMatchObject([{ offset: 0 }])
    await kafka.reset()
    expect(await kafka.topics()).toEqual(['orders'])
    expect(await kafka.records('orders')).toEqual([])
  })

  it('moves leaders, and loses nothing when one is killed', async () => {
    const [place] = await kafka.produce('orders', { partition: 0, value: 'kept' })
    await kafka.moveLeader('orders', 0, 2)
    await kafka.broker(2).kill()
    expect(kafka.broker(2).isRunning).toBe(false)
    expect(await kafka.records('orders', { partition: 0 })).toMatchObject([{ ...place, value: 'kept' }])
    await kafka.broker(2).start()
    await kafka.moveLeader('orders', 0, 2)
    expect(await kafka.records('orders', { partition: 0 })).toMatchObject([{ value: 'kept' }])
    await kafka.broker(3).stop()
    await kafka.broker(3).start()
  })

  it('forks, and goes back to a snapshot at the same addresses', async () => {
    await kafka.produce('orders', { key: 'k', value: 'before' })
    await kafka.commit('billing', { topic: 'orders', partition: 0, offset: 0 })
    const snapshot = kafka.snapshot()
    const { bootstrap } = kafka
    await using other = await kafka.fork()
    await other.produce('orders', { key: 'k', value: 'in the fork' })
    await kafka.produce('orders', { key: 'k', value: 'after' })
    expect((await other.records('orders')).map(({ value }) => value)).toEqual(['before', 'in the fork'])
    expect((await other.lag('billing')).partitions).toHaveLength(1)
    await kafka.restore(snapshot)
    expect(kafka.bootstrap).toBe(bootstrap)
    expect((await kafka.records('orders')).map(({ value }) => value)).toEqual(['before'])
    await expect(kafka.restore({ takenAtMs: 0 })).rejects.toThrow(/not one of this server/)
  })
})

describe('a server that is misused', () => {
  it.each([
    ['brokers', { brokers: 0 }, /cannot have 0 brokers[^]*Next:/],
    ['a property', { properties: { 'no.such': '1' } }, /no\.such cannot be set/],
    ['another option', { broker: 3 } as object, /takes no "broker"[^]*brokers, topics/],
    ['a login', { auth: 'kerberos' as 'plain' }, /called "kerberos"[^]*plain, scram, iam, mtls/],
  ])('refuses what it cannot be, and says what to do: %s', async (_, options, message) => {
    await expect(KafkaServer.start(options)).rejects.toThrow(message)
  })

  it('says so where its port is taken', async () => {
    await using first = await KafkaServer.start()
    const port = Number(first.bootstrap.split(':')[1])
    await expect(KafkaServer.start({ port })).rejects.toThrow(/is taken[^]*any free one/)
  })

  it('names what there is, and what to do', async () => {
    const kafka = await KafkaServer.start({ topics: { orders: 1 } })
    await expect(kafka.produce('order', 'x')).rejects.toThrow(/no topic "order"[^]*orders[^]*createTopics/)
    await expect(kafka.produce('orders', { partition: 3 })).rejects.toThrow(/no partition 3/)
    expect(() => kafka.broker(2)).toThrow(/no broker 2[^]*brokers: 3/)
    expect(() => kafka.clientConfig('other' as 'java')).toThrow(/knows kafkajs, confluent/)
    await kafka.stop()
    await kafka.stop()
    await expect(kafka.produce('orders', 'x')).rejects.toThrow(/is stopped[^]*KafkaServer\.start/)
    expect(() => kafka.bootstrap).toThrow(/is stopped/)
  })
})

describe('a seed', () => {
  it('gives the same identifiers in every run', async () => {
    const idsOf = async (seed: number) => {
      await using kafka = await KafkaServer.start({ seed, topics: { orders: 1 } })
      const [host = '', port] = kafka.bootstrap.split(':')
      const connection = await Connection.open({ network: systemNetwork(), host, port: Number(port) })
      const { clusterId, topics } = await describeTopics(connection)
      await connection.close()
      return [clusterId, topics[0]?.topicId]
    }
    const first = await idsOf(1)
    expect(await idsOf(1)).toEqual(first)
    expect(await idsOf(2)).not.toEqual(first)
  })
})

describe('a login', () => {
  it.each(['plain', 'scram'] as const)('is asked of clients that know it: %s', async (auth) => {
    await using kafka = await KafkaServer.start({ auth, topics: { orders: 1 } })
    const admin = kafkajs(kafka).admin()
    await admin.connect()
    expect(await admin.listTopics()).toEqual(['orders'])
    await admin.disconnect()
    const brokers = [kafka.bootstrap]
    const stranger = new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { retries: 0 } }).producer()
    await stranger.connect()
    await expect(stranger.send({ topic: 'orders', messages: [{ value: 'x' }] })).rejects.toThrow()
    await stranger.disconnect()
    expect(await kafka.produce('orders', 'by the server itself')).toHaveLength(1)
  })
})

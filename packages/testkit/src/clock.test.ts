import { Connection, describeTopics } from '@sluice/client'
import { systemNetwork } from '@sluice/effects'
import { Kafka, logLevel } from 'kafkajs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KafkaServer } from './index.ts'

const week = { configs: { 'retention.ms': String(7 * 86_400_000) } }
let kafka: KafkaServer

beforeEach(async () => {
  kafka = await KafkaServer.start({ brokers: 3, topics: { orders: week } })
})
afterEach(() => kafka.stop())

const client = () =>
  new Kafka({ ...kafka.clientConfig('kafkajs'), clientId: 'shop', logLevel: logLevel.NOTHING })

describe('a clock that is advanced', () => {
  it('takes what is older than its retention, and nothing else', async () => {
    await kafka.produce('orders', 'old')
    await kafka.clock.advance('6d')
    await kafka.produce('orders', 'younger')
    expect(await kafka.records('orders')).toHaveLength(2)
    const before = kafka.clock.now()
    await kafka.clock.advance('8d')
    expect(kafka.clock.now() - before).toBeGreaterThanOrEqual(8 * 86_400_000)
    expect(await kafka.records('orders')).toEqual([])
  })

  it('neither fences brokers, nor ends connections or members of groups', async () => {
    const producer = client().producer()
    await producer.connect()
    const consumer = client().consumer({ groupId: 'billing', sessionTimeout: 10_000, maxWaitTimeInMs: 50 })
    await consumer.connect()
    await consumer.subscribe({ topic: 'orders' })
    await consumer.run({ eachMessage: async () => {} })
    const [member] = (await kafka.waitForGroup('billing', { members: 1 })).members
    const [host = '', port] = kafka.bootstrap.split(',')[0]?.split(':') ?? []
    const connection = await Connection.open({ network: systemNetwork(), host, port: Number(port) })
    await describeTopics(connection)
    await kafka.clock.advance('8d')
    const { brokers } = await describeTopics(connection)
    expect(brokers).toHaveLength(3)
    await connection.close()
    await producer.send({ topic: 'orders', messages: [{ value: 'x' }] })
    expect((await kafka.group('billing')).members).toMatchObject([{ memberId: member?.memberId }])
    await producer.disconnect()
    await consumer.disconnect()
  })

  it('ends sessions of members where it is asked to', async () => {
    const consumer = client().consumer({
      groupId: 'billing',
      sessionTimeout: 60_000,
      heartbeatInterval: 50_000,
    })
    await consumer.connect()
    await consumer.subscribe({ topic: 'orders' })
    await consumer.run({ eachMessage: async () => {} })
    const [member] = (await kafka.waitForGroup('billing', { members: 1 })).members
    await kafka.clock.advance('2m', { sessions: true })
    expect((await kafka.group('billing')).members.map(({ memberId }) => memberId)).not.toContain(
      member?.memberId,
    )
    await consumer.disconnect()
  })

  it('aborts transactions whose time is up', async () => {
    const producer = client().producer({
      transactionalId: 'pay',
      transactionTimeout: 60_000,
      maxInFlightRequests: 1,
    })
    await producer.connect()
    const transaction = await producer.transaction()
    await transaction.send({ topic: 'orders', messages: [{ value: 'never' }] })
    await kafka.clock.advance('2m')
    await expect(transaction.commit()).rejects.toThrow()
    await producer.disconnect()
  })

  it('goes on in a fork from where it is', async () => {
    await kafka.clock.advance('1d')
    await using fork = await kafka.fork()
    expect(Math.abs(fork.clock.now() - kafka.clock.now())).toBeLessThan(60_000)
  })

  it.each([
    ['-1h', /backwards[^]*snapshot/],
    [-5, /backwards/],
    ['soon', /no duration[^]*'8d'/],
  ])('is not moved by %s', async (by, message) => {
    await expect(kafka.clock.advance(by)).rejects.toThrow(message)
  })
})

import {
  Brokers,
  type ClientLogin,
  LoginError,
  offsetBounds,
  plainLogin,
  readTopics,
  type Route,
  scramLogin,
  type TopicRecord,
  TopicWriter,
} from '@sluice/client'
import { seededRandom, systemClock, systemNetwork } from '@sluice/effects'
import { Kafka, logLevel } from 'kafkajs'
import { afterEach, describe, expect, it } from 'vitest'
import { KafkaServer } from './index.ts'

// Our own client as the command line has it, against brokers that change under it.

let kafka: KafkaServer
let brokers: Brokers
afterEach(async () => {
  await brokers.close()
  await kafka.stop()
})

function connect(login?: ClientLogin): Route {
  brokers = new Brokers({
    network: systemNetwork(),
    clock: systemClock(),
    bootstrap: kafka.addresses.map((address) => ({
      host: '127.0.0.1',
      port: Number(address.split(':')[1]),
    })),
    clientId: 'outside',
    requestTimeoutMs: 20_000,
    ...(login && { login }),
  })
  return { brokers, clock: systemClock() }
}

async function readAll(route: Route, topic: string, partitions: number): Promise<TopicRecord[]> {
  const ranges = []
  for (let partition = 0; partition < partitions; partition++)
    ranges.push({ topic, partition, ...(await offsetBounds(route, topic, partition)) })
  return gathered(readTopics({ ...route, ranges }))
}

async function gathered(rounds: AsyncIterable<TopicRecord[]>): Promise<TopicRecord[]> {
  const all: TopicRecord[] = []
  for await (const records of rounds) all.push(...records)
  return all
}

describe('records', () => {
  it('are written once and read whole while leaders move and brokers die', async () => {
    kafka = await KafkaServer.start({ brokers: 3, topics: { orders: 3 } })
    const route = connect()
    const writer = new TopicWriter(route)
    for (let n = 0; n < 60; n++) {
      if (n === 15) await kafka.moveLeader('orders', 0, 3)
      if (n === 20) await kafka.broker(2).kill()
      if (n === 40) await kafka.broker(2).start()
      await writer.write('orders', n % 3, [{ value: `v${n}` }])
    }
    await kafka.moveLeader('orders', 1, 1)
    const records = await readAll(route, 'orders', 3)
    const expected = Array.from({ length: 60 }, (_, n) => `v${n}`)
    expect(records.map(({ value }) => String(value)).toSorted()).toEqual(expected.toSorted())
    const first = records.filter(({ partition }) => partition === 0)
    expect(first.map(({ offset }) => offset)).toEqual(Array.from({ length: 20 }, (_, n) => n))
  })

  it('have no second copy where an answer is lost', async () => {
    kafka = await KafkaServer.start({ topics: { orders: 1 } })
    const route = connect()
    const writer = new TopicWriter(route)
    await writer.write('orders', 0, [{ value: 'a' }])
    kafka.faults.disconnect('Produce', { topic: 'orders', served: true })
    await writer.write('orders', 0, [{ value: 'b' }])
    await writer.write('orders', 0, [{ value: 'c' }])
    expect((await readAll(route, 'orders', 1)).map(({ value }) => String(value))).toEqual(['a', 'b', 'c'])
  })

  it('of aborted transactions do not show, unless one asks', async () => {
    kafka = await KafkaServer.start({ topics: { orders: 1 } })
    const route = connect()
    const client = new Kafka({ ...kafka.clientConfig('kafkajs'), logLevel: logLevel.NOTHING })
    const producer = client.producer({ transactionalId: 't', maxInFlightRequests: 1, idempotent: true })
    await producer.connect()
    for (const [value, ends] of [
      ['kept', 'commit'],
      ['gone', 'abort'],
      ['late', 'commit'],
    ] as const) {
      const transaction = await producer.transaction()
      await transaction.send({ topic: 'orders', messages: [{ value }] })
      await transaction[ends]()
    }
    await producer.disconnect()
    const values = (records: TopicRecord[]) => records.map(({ value }) => String(value))
    expect(values(await readAll(route, 'orders', 1))).toEqual(['kept', 'late'])
    const range = { topic: 'orders', partition: 0, ...(await offsetBounds(route, 'orders', 0)) }
    const all = await gathered(readTopics({ ...route, ranges: [range], isolationLevel: 0 }))
    expect(values(all)).toEqual(['kept', 'gone', 'late'])
    expect(all[0]).toMatchObject({ isTransactional: true, producerEpoch: 0 })
  })

  it('come as they are written, from where the log begins by then', async () => {
    kafka = await KafkaServer.start({ topics: { orders: 1 } })
    const route = connect()
    const stop = new AbortController()
    const found: string[] = []
    const ranges = [{ topic: 'orders', partition: 0, start: 0, end: null }]
    const reading = (async () => {
      for await (const records of readTopics({ ...route, ranges, signal: stop.signal }))
        found.push(...records.map(({ value }) => String(value)))
    })()
    await kafka.produce('orders', ['a'])
    await expect.poll(() => found).toEqual(['a'])
    await kafka.produce('orders', ['b'])
    await expect.poll(() => found).toEqual(['a', 'b'])
    stop.abort()
    await reading
  })
})

describe('connections', () => {
  it('are one a broker, however many ask at once, and none is left', async () => {
    kafka = await KafkaServer.start({ brokers: 3 })
    connect()
    const [one, ...others] = await Promise.all(Array.from({ length: 9 }, () => brokers.to(2)))
    expect(new Set(others)).toEqual(new Set([one]))
    expect(one?.isClosed).toBe(false)
    await brokers.close()
    expect(one?.isClosed).toBe(true)
    await expect(brokers.any()).rejects.toThrow('closed')
  })
})

describe('a login', () => {
  const { username, password } = { username: 'test', password: 'test-secret' }
  const random = seededRandom(1)
  const scram = (secret: string, mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512' = 'SCRAM-SHA-256') =>
    scramLogin({ mechanism, user: username, password: secret, random })

  it.each([
    ['plain', plainLogin(username, password), plainLogin(username, 'guessed')],
    ['scram', scram(password), scram('guessed')],
  ] as const)('by %s lets in who has the password, and nobody else', async (auth, right, wrong) => {
    kafka = await KafkaServer.start({ auth, topics: { orders: 1 } })
    const route = connect(right)
    await new TopicWriter(route).write('orders', 0, [{ value: 'a' }])
    await brokers.close()
    connect(wrong)
    await expect(brokers.any()).rejects.toThrow(LoginError)
    await expect(brokers.any()).rejects.toThrow(/Authentication failed/)
  })

  it('by a mechanism that the broker has not names those that it has', async () => {
    kafka = await KafkaServer.start({ auth: 'scram' })
    connect(scram(password, 'SCRAM-SHA-512'))
    await expect(brokers.any()).rejects.toThrow('the broker has no SCRAM-SHA-512: it has SCRAM-SHA-256')
  })

  it('does not trust a broker that cannot know the password', () => {
    const exchange = scram(password).begin('host')
    const nonce = /r=(.*)$/.exec(exchange.first.toString())?.[1]
    exchange.next(Buffer.from(`r=${nonce}more,s=c2FsdA==,i=4096`))
    expect(() => exchange.next(Buffer.from(`v=${Buffer.alloc(32).toString('base64')}`))).toThrow(
      /does not prove/,
    )
    expect(() => scram(password).begin('host').next(Buffer.from('r=other,s=c2FsdA==,i=4096'))).toThrow(
      /not SCRAM/,
    )
  })
})

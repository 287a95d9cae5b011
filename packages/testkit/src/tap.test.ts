import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Exchange, KafkaServer } from './index.ts'

let kafka: KafkaServer

beforeAll(async () => {
  kafka = await KafkaServer.start({ brokers: 2, topics: { orders: 2 } })
})
beforeEach(() => kafka.reset())
afterAll(() => kafka.stop())

const clientOf = (clientId: string) =>
  new Kafka({ ...kafka.clientConfig('kafkajs'), clientId, logLevel: logLevel.NOTHING })

async function send(clientId: string, topic = 'orders'): Promise<void> {
  const producer = clientOf(clientId).producer()
  await producer.connect()
  await producer.send({ topic, messages: [{ key: 'k', value: 'a secret of the shop' }] })
  await producer.disconnect()
}

async function firstOf(exchanges: AsyncIterator<Exchange, undefined>): Promise<Exchange> {
  const { value } = await exchanges.next()
  if (!value) throw new Error('the tap has ended')
  return value
}

describe('a tap', () => {
  it('has requests and their answers, decoded, and no bytes of records', async () => {
    await using produced = kafka.tap({ api: 'Produce', clientId: 'shop' })
    await send('other')
    await send('shop')
    const exchange = await firstOf(produced)
    expect(exchange).toMatchObject({
      api: 'Produce',
      clientId: 'shop',
      topics: ['orders'],
      request: { acks: -1, topicData: [{ partitionData: [{ records: { batches: 1, records: 1 } }] }] },
      response: { responses: [{ partitionResponses: [{ errorCode: 0, baseOffset: expect.any(Number) }] }] },
      errors: [],
      problem: null,
    })
    expect(exchange.latencyMs).toBeGreaterThan(0)
    expect(JSON.stringify(exchange)).not.toContain('secret of the shop')
  })

  it('has what a consumer that joins a group asks', async () => {
    await send('shop')
    await using all = kafka.tap({ clientId: 'billing' })
    const consumer = clientOf('billing').consumer({ groupId: 'billing', maxWaitTimeInMs: 50 })
    await consumer.connect()
    await consumer.subscribe({ topic: 'orders', fromBeginning: true })
    await consumer.run({ eachMessage: async () => {} })
    const seen: string[] = []
    for await (const { api, errors } of all) {
      seen.push([api, ...errors.map(({ name }) => name)].join(' '))
      if (api === 'Fetch') break
    }
    expect(seen).toEqual(
      expect.arrayContaining(['FindCoordinator', 'JoinGroup', 'SyncGroup', 'OffsetFetch', 'Fetch']),
    )
    await consumer.disconnect()
  })

  it('says each error of an answer in words, and where it is', async () => {
    await using produced = kafka.tap({ api: 'Produce' })
    kafka.faults.once('Produce', { error: 'NOT_LEADER_OR_FOLLOWER' })
    await send('shop')
    expect((await firstOf(produced)).errors).toEqual([
      {
        code: 6,
        name: 'NOT_LEADER_OR_FOLLOWER',
        meaning: 'This broker does not lead, or does not hold, the partition.',
        message: null,
        at: 'responses[0].partitionResponses[0]',
      },
    ])
  })

  it('ends with its loop, and with the server', async () => {
    const tap = kafka.tap()
    await tap.return?.()
    await send('shop')
    expect(await tap.next()).toEqual({ done: true, value: undefined })
    const other = await KafkaServer.start()
    const waiting = other.tap().next()
    await other.stop()
    expect(await waiting).toEqual({ done: true, value: undefined })
  })
})

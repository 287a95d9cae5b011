import { withConnection } from '@sluice/client'
import { systemNetwork } from '@sluice/effects'
import { Metadata } from '@sluice/wire'
import { afterEach, describe, expect, it } from 'vitest'
import { KafkaServer, type KafkaServerOptions } from './index.ts'

// What a test does wrong is told it, with what to do; and what it does at once is done in turn.

let kafka: KafkaServer
afterEach(() => kafka?.stop())

const text = (value: unknown) => value as string

describe('what makes no sense is refused with a sentence:', () => {
  it.each([
    ['a port that there is not', { port: 70_000 }, /cannot have the port 70000/],
    ['topics without partitions', { topics: ['orders'] }, /given by their names/],
    ['a property that is a number', { properties: { 'num.partitions': 3 } }, /num\.partitions cannot be set/],
    ['a seed that is a text', { seed: 'x' }, /is no seed/],
    ['more brokers than there can be', { brokers: 100 }, /cannot have 100 brokers/],
  ])('%s', async (_, options, sentence) => {
    await expect(KafkaServer.start(options as unknown as KafkaServerOptions)).rejects.toThrow(sentence)
  })

  it.each([
    ['nothing', undefined, /neither a text nor an object/],
    ['a number', 7, /neither a text nor an object/],
    ['an object as its value', { value: { total: 7 } }, /Its value is neither text nor bytes/],
    ['a number as its key', { key: 1 }, /Its key is neither/],
    ['a name that it has not', { valeu: 'x' }, /no "valeu"/],
    ['a number in a header', { headers: { tries: 1 } }, /Its tries is neither/],
  ])('a record that is, or has, %s', async (_, record, sentence) => {
    kafka = await KafkaServer.start({ topics: { orders: 1 } })
    await expect(kafka.produce('orders', text(record))).rejects.toThrow(sentence)
    expect(await kafka.records('orders')).toEqual([])
  })

  it('a fault that can never fire, or says nothing of what happens', async () => {
    kafka = await KafkaServer.start({})
    const { faults } = kafka
    expect(() => faults.once('Produce', { error: 'NOT_LEADER' })).toThrow(/NOT_LEADER_OR_FOLLOWER/)
    expect(() => faults.once('BrokerHeartbeat', { error: 'NOT_CONTROLLER' })).toThrow(/no API/)
    expect(() => faults.once('Produce', {} as { error: string })).toThrow(/no error/)
    expect(() => faults.delay('Produce', { ms: -1 })).toThrow(/no number of milliseconds/)
    expect(() => faults.throttle('Produce', {} as { ms: number })).toThrow(/no number of milliseconds/)
    expect(() => faults.drop('Produce', { times: 0 })).toThrow(/no number of times/)
  })

  it('offsets of what there is not, and the lag of a group that nobody knows', async () => {
    kafka = await KafkaServer.start({ topics: { orders: 1 } })
    const commit = (place: object) =>
      kafka.commit('g', { topic: 'orders', partition: 0, offset: 0, ...place })
    await expect(commit({ topic: 'order' })).rejects.toThrow(/no topic "order"/)
    await expect(commit({ partition: 8 })).rejects.toThrow(/no partition 8/)
    await expect(commit({ offset: -5 })).rejects.toThrow(/-5 cannot be committed/)
    await expect(kafka.lag('g')).rejects.toThrow(/no group "g"/)
    await commit({})
    expect(await kafka.lag('g')).toMatchObject({ total: 0 })
  })

  it('requests of an API that there is not', async () => {
    kafka = await KafkaServer.start({})
    expect(() => kafka.requests({ api: 'Prodcue' })).toThrow(/no API "Prodcue"/)
    expect(() => kafka.tap({ api: 'Prodcue' })).toThrow(/no API "Prodcue"/)
    expect(kafka.requests({ api: 'Produce' })).toEqual([])
  })

  it('a jump beyond the calendar', async () => {
    kafka = await KafkaServer.start({})
    await expect(kafka.clock.advance(1e18)).rejects.toThrow(/more than a thousand years/)
  })
})

describe('at once', () => {
  it('resets go one after the other', async () => {
    kafka = await KafkaServer.start({ topics: { orders: 2 } })
    await kafka.createTopics({ other: 1 })
    await Promise.all([kafka.reset(), kafka.reset(), kafka.reset()])
    expect(await kafka.topics()).toEqual(['orders'])
  })

  it('a reset and clients that ask for the topic while it is away: by default brokers make it then', async () => {
    kafka = await KafkaServer.start({ topics: { orders: 3 } })
    const [host = '', port] = kafka.bootstrap.split(':')
    const place = { network: systemNetwork(), host, port: Number(port) }
    let isOver = false
    const asking = withConnection(place, async (connection) => {
      const topics = [{ name: 'orders' }]
      while (!isOver) await connection.request(Metadata, { topics, allowAutoTopicCreation: true })
    })
    for (let n = 0; n < 10; n++) await kafka.reset()
    isOver = true
    await asking
    await kafka.produce('orders', { partition: 2, value: 'x' })
  })

  it('restores go one after the other, and a stop waits for them', async () => {
    kafka = await KafkaServer.start({ topics: { orders: 1 } })
    await kafka.produce('orders', 'x')
    const snapshot = kafka.snapshot()
    await Promise.all([kafka.restore(snapshot), kafka.restore(snapshot)])
    expect(await kafka.records('orders')).toHaveLength(1)
    const { bootstrap } = kafka
    const restored = kafka.restore(snapshot).catch((error: Error) => error.message)
    await kafka.stop()
    await restored
    const port = Number(bootstrap.split(':')[1])
    await (await KafkaServer.start({ port })).stop()
  })

  it('a stop ends what is waited for', async () => {
    kafka = await KafkaServer.start({ topics: { orders: 1 } })
    const waiting = expect(kafka.waitForRecords('orders')).rejects.toThrow(/This server is stopped/)
    await kafka.stop()
    await waiting
  })

  it('a broker is started once', async () => {
    kafka = await KafkaServer.start({})
    await kafka.broker(1).stop()
    await Promise.all([kafka.broker(1).start(), kafka.broker(1).start()])
    expect(kafka.broker(1).isRunning).toBe(true)
  })
})

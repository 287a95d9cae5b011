import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { KafkaMatchers } from './api.ts'
import { KafkaServer, matchers, shareServer, sharedServer } from './index.ts'

declare module 'vitest' {
  // Vitest's own type has such a parameter.
  interface Matchers<T> extends KafkaMatchers<T> {}
}

describe('what expect gains', () => {
  let kafka: KafkaServer

  beforeAll(async () => {
    expect.extend(matchers)
    kafka = await KafkaServer.start({ topics: { orders: 1 } })
  })
  beforeEach(() => kafka.reset())
  afterAll(() => kafka.stop())

  it('waits for a record that matches', async () => {
    const coming = expect(kafka).toHaveProduced('orders', { key: 'a1' })
    await kafka.produce('orders', [{ key: 'a0' }, { key: 'a1', value: 'x' }])
    await coming
    await expect(kafka).not.toHaveProduced('orders', { key: 'a2' })
    await expect(expect(kafka).not.toHaveProduced('orders', { key: 'a1' })).rejects.toThrow(
      /expected no record in orders[^]*"key":"a1"/,
    )
  })

  it('sees that there are none', async () => {
    await expect(kafka).toHaveNoRecords('orders')
    await kafka.produce('orders', 'x')
    await expect(expect(kafka).toHaveNoRecords('orders')).rejects.toThrow(/there are 1, the first is "x"/)
  })

  it('waits for groups, and knows of requests', async () => {
    await expect(kafka).not.toHaveGroup('billing')
    await kafka.produce('orders', 'x')
    await kafka.commit('billing', { topic: 'orders', partition: 0, offset: 1 })
    await expect(kafka).toHaveGroup('billing', { state: 'Empty', lag: 0 })
    expect(kafka).not.toHaveRequested({ api: 'Produce' })
    expect(() => expect(kafka).toHaveRequested({ api: 'Produce' })).toThrow(/expected a request[^]*none/)
  })
})

describe('a server that workers share', () => {
  it('is found by them, with names for each file', async () => {
    expect(() => sharedServer()).toThrow(/no server to share[^]*global/)
    const stop = await shareServer()
    try {
      const shared = sharedServer()
      expect(shared.clientConfig('kafkajs').brokers.join(',')).toBe(shared.bootstrap)
      await shared.createTopics({ orders: 2 })
      expect(shared.topic('orders')).toMatch(/^w\d+-\w+\.orders$/)
      expect(shared.topic(shared.topic('orders'))).toBe(shared.topic('orders'))
      expect(shared.group('billing')).toMatch(/^w\d+-\w+\.billing$/)
    } finally {
      await stop()
    }
    expect(() => sharedServer()).toThrow(/no server to share/)
  })
})

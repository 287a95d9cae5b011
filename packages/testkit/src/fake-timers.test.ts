import { afterEach, expect, it, vi } from 'vitest'
import { KafkaServer } from './index.ts'

afterEach(() => {
  vi.useRealTimers()
})

it('a server lives on where a test has put other timers in the place of Node’s', {
  timeout: 20_000,
}, async () => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'hrtime'],
  })
  const kafka = await KafkaServer.start({ brokers: 3, topics: { orders: 1 } })
  await kafka.produce('orders', 'shoes')
  await kafka.waitForRecords('orders', { value: 'shoes' })
  await kafka.broker(1).kill()
  await kafka.broker(1).start()
  await kafka.clock.advance('8d')
  await kafka.stop()
  expect(vi.isFakeTimers()).toBe(true)
})

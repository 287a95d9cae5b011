import { UnregisterBroker } from '@sluice/wire'
import { expect, it } from 'vitest'
import { TestBroker } from './testing/test-broker.ts'

it('are let go of, with the connection by which they were fetched from', async () => {
  const test = await new TestBroker().open()
  const { controller, network } = test
  let opened = 0
  let closed = 0
  await network.listen({ host: '127.0.0.1', port: 9094 }, () => {
    opened++
    const buffer = new Uint8Array(1024)
    return { receiveBuffer: () => buffer, onRead() {}, onDrain() {}, onClose: () => void closed++ }
  })
  await controller.brokers(2)
  await controller.createTopic({
    name: 'events',
    assignments: [{ partitionIndex: 0, brokerIds: [2, 1] }],
  })
  await controller.clock.advance(100)
  expect({ opened, closed }).toEqual({ opened: 1, closed: 0 })
  await controller.heartbeat(2, { wantFence: true })
  await controller.clock.advance(100)
  expect({ opened, closed }).toEqual({ opened: 1, closed: 0 })
  await controller.channel.request(UnregisterBroker, 0, { brokerId: 2 })
  await controller.clock.advance(100)
  expect({ opened, closed }).toEqual({ opened: 1, closed: 1 })
  await test.close()
})

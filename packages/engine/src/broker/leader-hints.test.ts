import { afterEach, beforeEach, expect, it } from 'vitest'
import { TestController } from '../controller/testing/test-controller.ts'
import type { ConnectionSession } from '../server/connection-session.ts'
import { LeaderHints } from './leader-hints.ts'

let controller: TestController
let hints: LeaderHints

beforeEach(async () => {
  controller = await (await new TestController().open()).brokers(1, 2, 3)
  await controller.createTopic({
    name: 'events',
    assignments: [
      { partitionIndex: 0, brokerIds: [2] },
      { partitionIndex: 1, brokerIds: [2] },
      { partitionIndex: 2, brokerIds: [3] },
    ],
  })
  const session = { listener: { name: 'CLIENT', advertised: true }, localAddress: '127.0.0.1' }
  hints = new LeaderHints(controller.image, session as unknown as ConnectionSession)
})
afterEach(() => controller.close())

it('name the leaders that were asked for, once each', () => {
  expect(hints.nodeEndpoints).toEqual([])
  for (const index of [0, 1]) expect(hints.of('events', index)).toEqual({ leaderId: 2, leaderEpoch: 0 })
  expect(hints.nodeEndpoints).toEqual([{ nodeId: 2, host: '127.0.0.1', port: 9094, rack: null }])
})

it('name none of a partition that does not exist, and no address of a leader that is gone', async () => {
  expect(hints.of('events', 3)).toBeNull()
  expect(hints.of('nothing', 0)).toBeNull()
  await controller.heartbeat(3, { wantFence: true })
  expect(hints.of('events', 2)).toEqual({ leaderId: -1, leaderEpoch: 1 })
  expect(hints.nodeEndpoints).toEqual([])
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestController } from './testing/test-controller.ts'

// The topic would rather lose records than wait for its leader. Brokers 2 and 3 are in sync, and broker 1 is not.

let controller: TestController

const properties = { 'broker.session.timeout.ms': '9000', 'unclean.leader.election.interval.ms': '300000' }
const partition = () => controller.image.partition('t', 0)
const comesAnew = (id: number) => controller.register(id, { incarnationId: 'BBBBBBBBQBBBBBBBBBBBBA' })
const isThere = (id: number) => controller.heartbeat(id)
const isKilled = (id: number) => controller.heartbeat(id, { wantFence: true })

/** Broker 1 stays alive meanwhile. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 5_000) {
    await controller.clock.advance(5_000)
    await isThere(1)
  }
}

beforeEach(async () => {
  controller = await (await new TestController({ properties }).open()).brokers(1, 2, 3)
  await controller.createTopic({
    name: 't',
    assignments: [{ partitionIndex: 0, brokerIds: [2, 3, 1] }],
    configs: [
      { name: 'min.insync.replicas', value: '2' },
      { name: 'unclean.leader.election.enable', value: 'true' },
    ],
  })
  await isKilled(1)
  expect(partition()).toMatchObject({ isr: [2, 3], leader: 2 })
})

afterEach(() => controller.close())

describe('a replica that is out of sync', () => {
  it('leads at once where those in sync have gone one after the other', async () => {
    await isThere(1)
    await isKilled(2)
    await isKilled(3)
    expect(partition()).toMatchObject({ isr: [1], leader: 1, leaderRecoveryState: 1 })
  })
})

describe('where all brokers and the controller have been killed at once, a replica that was out of sync', () => {
  beforeEach(() => controller.reopen())

  it('does not lead while the last leader is starting, which leads then', async () => {
    for (const id of [3, 2, 1]) await comesAnew(id)
    await isThere(1)
    expect(partition()).toMatchObject({ isr: [], leader: -1, lastKnownElr: [2] })
    await isThere(3)
    expect(partition()).toMatchObject({ isr: [], leader: -1 })
    await isThere(2)
    expect(partition()).toMatchObject({ isr: [2], leader: 2 })
  })

  it('does not lead when those in sync come after it', async () => {
    await comesAnew(1)
    await isThere(1)
    await comesAnew(2)
    expect(partition()).toMatchObject({ isr: [3], leader: 3 })
    await comesAnew(3)
    expect(partition()).toMatchObject({ isr: [], leader: -1, lastKnownElr: [3] })
    await isThere(2)
    expect(partition()).toMatchObject({ isr: [], leader: -1 })
    await isThere(3)
    expect(partition()).toMatchObject({ isr: [3], leader: 3 })
  })

  it('does not lead when those in sync take long to come', async () => {
    await comesAnew(1)
    await pass(60_000)
    expect(partition()).toMatchObject({ isr: [], leader: -1 })
    await comesAnew(3)
    await comesAnew(2)
    await isThere(1)
    expect(partition()?.leader).toBe(-1)
    const [last] = partition()?.lastKnownElr ?? []
    await isThere(last ?? 0)
    expect(partition()).toMatchObject({ isr: [last], leader: last })
  })

  it('leads in the end where nobody else comes', async () => {
    await comesAnew(1)
    await pass(295_000)
    expect(partition()?.leader).toBe(-1)
    await pass(10_000)
    expect(partition()).toMatchObject({ isr: [1], leader: 1, leaderRecoveryState: 1 })
  })

  it('leads in the end where who began to start has come to nothing', async () => {
    for (const id of [3, 2, 1]) await comesAnew(id)
    await pass(305_000)
    expect(partition()).toMatchObject({ isr: [1], leader: 1, leaderRecoveryState: 1 })
  })
})

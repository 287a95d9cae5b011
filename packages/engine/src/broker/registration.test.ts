import { seededRandom, silentLogger } from '@sluice/effects'
import { DescribeQuorum } from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clusterId, TestController } from '../controller/testing/test-controller.ts'
import { Registration } from './registration.ts'
import { plaintextListener } from './testing/test-broker.ts'

const heartbeatIntervalMs = 2_000
const sessionTimeoutMs = 9_000

let controller: TestController
/** One for all, so that each registration is an incarnation of its own. */
const random = seededRandom(3)
beforeEach(async () => {
  controller = await new TestController().open()
})
afterEach(() => controller.close())

function registration(
  options: {
    clusterId?: string
    metadataOffset?: () => number
    stepBack?: { isDue: boolean; begins(): void }
  } = {},
): Registration {
  return new Registration({
    brokerId: 1,
    clusterId,
    rack: null,
    directoryId: () => 'TBdpvNkLSgKdR_F9_b3mrQ',
    previousEpoch: () => -1,
    controller: controller.channel,
    clock: controller.clock,
    random,
    logger: silentLogger,
    heartbeatIntervalMs,
    metadataOffset: () => controller.image.offset,
    isUnfenced: isAlive,
    stepBack: { isDue: false, begins() {} },
    ...options,
  })
}

const listeners = [
  { ...plaintextListener, listener: { host: '127.0.0.1', port: 9092, close: async () => {}, renew() {} } },
]
const { signal } = new AbortController()
const isAlive = () => controller.image.isBrokerAlive(1)

describe('a registration', () => {
  it('has the offset of its record as its epoch, and is fenced until the first heartbeat', async () => {
    const one = registration()
    expect(one.brokerEpoch).toBe(-1)
    await one.register(listeners, signal)
    expect(one.brokerEpoch).toBe(controller.image.broker(1)?.epoch)
    expect(isAlive()).toBe(false)
    await one.keepAlive(signal)
    expect(isAlive()).toBe(true)
    await one.leave()
  })

  it('registers what a listener advertises in place of where it is bound', async () => {
    const advertised = { host: 'kafka.example', port: 443 }
    await registration().register(
      listeners.map((one) => ({ ...one, advertised })),
      signal,
    )
    expect(controller.image.broker(1)?.endpoints).toMatchObject([{ name: 'CLIENT', ...advertised }])
  })

  it('is refused in a foreign cluster', async () => {
    const foreign = registration({ clusterId: 'AAAAAAAAAAAAAAAAAAAAAQ' })
    await expect(foreign.register(listeners, signal)).rejects.toThrow('error 104')
  })

  it('waits for the end of a session whose broker has died, or for the end of the start', async () => {
    const dead = registration()
    await dead.register(listeners, signal)
    await dead.keepAlive(signal)
    dead.abandon()
    const start = new AbortController()
    const calledOff = registration().register(listeners, start.signal)
    await controller.clock.advance(heartbeatIntervalMs)
    start.abort(new Error('called off'))
    await expect(calledOff).rejects.toThrow('called off')
    const next = registration()
    const registered = next.register(listeners, signal)
    await controller.clock.advance(sessionTimeoutMs + heartbeatIntervalMs)
    await registered
    expect(next.brokerEpoch).toBe(controller.image.broker(1)?.epoch)
  })

  it('stays fenced while the broker has not replayed its own registration', async () => {
    let replayed = -1
    const slow = registration({ metadataOffset: () => replayed })
    await slow.register(listeners, signal)
    const kept = slow.keepAlive(signal)
    await controller.clock.advance(2 * heartbeatIntervalMs)
    slow.heard()
    await controller.clock.advance(0)
    expect(isAlive()).toBe(false)
    replayed = controller.image.offset
    slow.heard()
    await kept
    expect(isAlive()).toBe(true)
    await slow.leave()
  })

  it('waits no more for that when its broker stops', async () => {
    const slow = registration({ metadataOffset: () => -1 })
    await slow.register(listeners, signal)
    const kept = slow.keepAlive(signal)
    slow.abandon()
    await kept
    expect(isAlive()).toBe(false)
  })

  it('is fenced for a moment where its broker had better step back', async () => {
    const stepBack = { isDue: false, begins: () => void (stepBack.isDue = false) }
    const one = registration({ stepBack })
    await one.register(listeners, signal)
    await one.keepAlive(signal)
    const states: boolean[] = []
    controller.image.onChange(() => states.push(isAlive()))
    stepBack.isDue = true
    await controller.clock.advance(4 * heartbeatIntervalMs)
    expect(states).toEqual([false, true])
    await one.leave()
  })

  it('is kept alive by heartbeats for as long as it lasts', async () => {
    const one = registration()
    await one.register(listeners, signal)
    await one.keepAlive(signal)
    await controller.clock.advance(10 * sessionTimeoutMs)
    expect(isAlive()).toBe(true)
    one.abandon()
    await controller.clock.advance(sessionTimeoutMs + heartbeatIntervalMs)
    expect(isAlive()).toBe(false)
  })

  it('says how far its metadata has come at once when somebody waits for it', async () => {
    const one = registration()
    await one.register(listeners, signal)
    await one.keepAlive(signal)
    const heardOffset = async () => {
      const topics = [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }]
      const response = await controller.channel.request(DescribeQuorum, 2, { topics })
      return response.topics[0]?.partitions[0]?.observers[0]?.logEndOffset
    }
    await controller.createTopic({ name: 't', numPartitions: 1, replicationFactor: 1 })
    const end = controller.image.offset + 1
    expect(await heardOffset()).toBeLessThan(end)
    one.hurry()
    expect(await heardOffset()).toBe(end)
    await one.leave()
    expect(controller.image.broker(1)).toMatchObject({ fenced: true, inControlledShutdown: true })
  })

  it('is fenced when its broker leaves, so that the next incarnation may register at once', async () => {
    const idle = controller.clock.pending
    const one = registration()
    await one.register(listeners, signal)
    await one.keepAlive(signal)
    await one.leave()
    expect(isAlive()).toBe(false)
    const next = registration()
    await next.register(listeners, signal)
    expect(next.brokerEpoch).toBeGreaterThan(one.brokerEpoch)
    // The controller waits for it, and no longer than a session lasts.
    await controller.clock.advance(sessionTimeoutMs)
    expect(controller.clock.pending).toBe(idle)
  })
})

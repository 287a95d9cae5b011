import {
  BrokerRegistrationChangeRecord,
  ErrorCode,
  PartitionChangeRecord,
  RegisterBrokerRecord,
  UnregisterBroker,
} from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestController, valuesOf } from './testing/test-controller.ts'

let controller: TestController

beforeEach(async () => {
  controller = await new TestController({ properties: { 'broker.session.timeout.ms': '9000' } }).open()
})

afterEach(() => controller.close())

const leaders = () => controller.image.topic('t')?.partitions.map(({ leader }) => leader)
const partition = () => controller.image.partition('t', 0)

describe('BrokerRegistration', () => {
  it('writes a fenced registration whose offset is the epoch', async () => {
    const { errorCode, brokerEpoch } = await controller.register(1, { rack: 'zone-1' })
    expect(errorCode).toBe(ErrorCode.NONE)
    expect(brokerEpoch).toBe(controller.image.offset)
    const records = controller.take()
    expect(records.at(-1)).toMatchObject({ type: 'RegisterBrokerRecord', version: 4 })
    expect(valuesOf(records, RegisterBrokerRecord)[0]).toMatchObject({
      brokerId: 1,
      brokerEpoch,
      rack: 'zone-1',
      fenced: true,
      inControlledShutdown: false,
      endPoints: [{ name: 'CLIENT', host: '127.0.0.1', port: 9093, securityProtocol: 0 }],
      cordonedLogDirs: null,
    })
    expect(controller.image.isBrokerAlive(1)).toBe(false)
  })

  it('refuses another cluster, missing features, and an id that somebody alive has', async () => {
    expect((await controller.register(1, { clusterId: 'other' })).errorCode).toBe(
      ErrorCode.INCONSISTENT_CLUSTER_ID,
    )
    expect((await controller.register(1, { features: [] })).errorCode).toBe(ErrorCode.UNSUPPORTED_VERSION)
    await controller.brokers(1)
    const other = { incarnationId: 'BBBBBBBBQBBBBBBBBBBBBA' }
    expect((await controller.register(1, other)).errorCode).toBe(ErrorCode.DUPLICATE_BROKER_REGISTRATION)
    await controller.clock.advance(9001)
    expect((await controller.register(1, other)).errorCode).toBe(ErrorCode.NONE)
  })

  it('takes back a broker at once after the controller, too, has started anew', async () => {
    await controller.brokers(1)
    await controller.createTopic({ name: 't', numPartitions: 2 })
    await controller.reopen()
    const before = controller.image.broker(1)?.epoch ?? 0
    const { errorCode, brokerEpoch } = await controller.register(1, {
      incarnationId: 'BBBBBBBBQBBBBBBBBBBBBA',
    })
    expect(errorCode).toBe(ErrorCode.NONE)
    expect(brokerEpoch).toBeGreaterThan(before)
    // The old incarnation led; nobody does until the new one has caught up.
    expect(leaders()).toEqual([-1, -1])
    expect(partition()).toMatchObject({ isr: [1], leaderEpoch: 1 })
    await controller.heartbeat(1)
    expect(leaders()).toEqual([1, 1])
    expect(partition()).toMatchObject({ isr: [1], leaderEpoch: 2, partitionEpoch: 2 })
  })

  it('keeps the epoch of an incarnation that registers again', async () => {
    await controller.brokers(1)
    const epoch = controller.image.broker(1)?.epoch
    expect((await controller.register(1)).brokerEpoch).toBe(epoch)
    expect(controller.image.isBrokerAlive(1)).toBe(true)
  })
})

describe('BrokerHeartbeat', () => {
  it('unfences a broker that has replayed its registration', async () => {
    await controller.register(1)
    const early = await controller.heartbeat(1, { currentMetadataOffset: 0 })
    expect(early).toMatchObject({ isCaughtUp: false, isFenced: true })
    const caughtUp = await controller.heartbeat(1)
    expect(caughtUp).toMatchObject({ errorCode: 0, isCaughtUp: true, isFenced: false, shouldShutDown: false })
    const change = controller.take().at(-1)
    expect(change).toMatchObject({
      type: 'BrokerRegistrationChangeRecord',
      version: 0,
      value: { fenced: -1 },
    })
  })

  it('refuses strangers and old epochs', async () => {
    expect((await controller.heartbeat(9)).errorCode).toBe(ErrorCode.STALE_BROKER_EPOCH)
    await controller.brokers(1)
    expect((await controller.heartbeat(1, { brokerEpoch: 1 })).errorCode).toBe(ErrorCode.STALE_BROKER_EPOCH)
  })

  it('writes nothing while nothing changes', async () => {
    await controller.brokers(1)
    await controller.heartbeat(1)
    await controller.heartbeat(1)
    expect(controller.take()).toEqual([])
  })

  it('notes cordoned log directories', async () => {
    await controller.brokers(1)
    await controller.heartbeat(1, { cordonedLogDirs: [] })
    await controller.heartbeat(1, { cordonedLogDirs: [] })
    const changes = controller.take()
    expect(changes.map(({ version }) => version)).toEqual([3])
    expect(controller.image.broker(1)?.cordonedLogDirs).toEqual([])
  })

  it('leads a broker through controlled shutdown', async () => {
    await controller.brokers(1)
    await controller.createTopic({ name: 't', numPartitions: 2 })
    controller.take()
    expect(await controller.heartbeat(1, { wantShutDown: true })).toMatchObject({
      isFenced: false,
      shouldShutDown: false,
    })
    const leaving = controller.take()
    expect(valuesOf(leaving, BrokerRegistrationChangeRecord)[0]).toMatchObject({ inControlledShutdown: 1 })
    expect(valuesOf(leaving, PartitionChangeRecord).map(({ leader, isr }) => [leader, isr])).toEqual([
      [-1, null],
      [-1, null],
    ])
    expect(await controller.heartbeat(1, { wantShutDown: true })).toMatchObject({
      isFenced: true,
      shouldShutDown: true,
    })
    expect(valuesOf(controller.take(), BrokerRegistrationChangeRecord)[0]).toMatchObject({ fenced: 1 })
  })
})

describe('broker sessions', () => {
  beforeEach(async () => {
    await controller.brokers(1, 2, 3)
    await controller.createTopic({
      name: 't',
      assignments: [
        { partitionIndex: 0, brokerIds: [1, 2, 3] },
        { partitionIndex: 1, brokerIds: [2, 3, 1] },
      ],
    })
    await controller.createTopic({ name: 'single', assignments: [{ partitionIndex: 0, brokerIds: [1] }] })
    controller.take()
  })

  it('end without heartbeats: other replicas lead, the last in-sync replica stays in the ISR', async () => {
    await controller.clock.advance(5000)
    await controller.heartbeat(2)
    await controller.heartbeat(3)
    await controller.clock.advance(4001)
    expect(controller.image.broker(1)?.fenced).toBe(true)
    expect(leaders()).toEqual([2, 2])
    expect(partition()).toMatchObject({ isr: [2, 3], leaderEpoch: 1, partitionEpoch: 1 })
    expect(controller.image.partition('t', 1)).toMatchObject({
      isr: [2, 3],
      leaderEpoch: 0,
      partitionEpoch: 1,
    })
    expect(controller.image.partition('single', 0)).toMatchObject({ isr: [1], leader: -1 })
    await controller.heartbeat(1)
    // Back, but out of sync where others went on.
    expect(controller.image.partition('single', 0)).toMatchObject({ isr: [1], leader: 1 })
    expect(leaders()).toEqual([2, 2])
    expect(partition()?.isr).toEqual([2, 3])
  })

  it('go on with heartbeats', async () => {
    for (let i = 0; i < 10; i++) {
      await controller.clock.advance(4000)
      for (const id of [1, 2, 3]) await controller.heartbeat(id)
    }
    expect(controller.take()).toEqual([])
  })

  it('begin anew with the controller', async () => {
    await controller.reopen()
    await controller.clock.advance(8999)
    expect(controller.image.isBrokerAlive(1)).toBe(true)
    await controller.clock.advance(2)
    expect(controller.image.isBrokerAlive(1)).toBe(false)
  })

  it('end when a broker is unregistered', async () => {
    const { errorCode } = await controller.channel.request(UnregisterBroker, 0, { brokerId: 1 })
    expect(errorCode).toBe(ErrorCode.NONE)
    expect(controller.take().at(-1)).toMatchObject({ type: 'UnregisterBrokerRecord' })
    expect(controller.image.broker(1)).toBeUndefined()
    expect(leaders()).toEqual([2, 2])
    expect((await controller.heartbeat(1)).errorCode).toBe(ErrorCode.STALE_BROKER_EPOCH)
  })
})

import { MemoryDisk } from '@sluice/effects'
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
const another = { incarnationId: 'BBBBBBBBQBBBBBBBBBBBBA' }
const otherDirectory = 'TBdpvNkLSgKdR_F9_otheQ'

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

  it('is refused with the id of the controller itself', async () => {
    expect((await controller.register(3000, { logDirs: [otherDirectory] })).errorCode).toBe(
      ErrorCode.INVALID_REGISTRATION,
    )
    expect(controller.image.broker(3000)).toBeUndefined()
  })

  it('is refused where there are more than a controller keeps, but for those that it has', async () => {
    const uuidOf = (id: number) => Buffer.from(String(id).padStart(16, '0')).toString('base64url')
    const register = (id: number) =>
      controller.register(id, { incarnationId: uuidOf(id), logDirs: [uuidOf(10_000 + id)] })
    for (let id = 1; id <= 1_000; id++) expect((await register(id)).errorCode).toBe(ErrorCode.NONE)
    expect((await register(1_001)).errorCode).toBe(ErrorCode.INVALID_REGISTRATION)
    expect((await register(7)).errorCode).toBe(ErrorCode.NONE)
    await controller.channel.request(UnregisterBroker, 0, { brokerId: 7 })
    expect((await register(1_001)).errorCode).toBe(ErrorCode.NONE)
  })

  const metadataFeature = { name: 'metadata.version', minSupportedVersion: 7, maxSupportedVersion: 33 }
  const feature = (name: string, minSupportedVersion: number, maxSupportedVersion: number) => ({
    features: [metadataFeature, { name, minSupportedVersion, maxSupportedVersion }],
  })

  it.each<[string, Parameters<TestController['register']>[1], ErrorCode]>([
    ['another cluster', { clusterId: 'other' }, ErrorCode.INCONSISTENT_CLUSTER_ID],
    ['a broker of ZooKeeper', { isMigratingZkBroker: true }, ErrorCode.BROKER_ID_NOT_REGISTERED],
    ['no log directory', { logDirs: [] }, ErrorCode.INVALID_REGISTRATION],
    ['a reserved directory', { logDirs: ['AAAAAAAAAAAAAAAAAAAAAQ'] }, ErrorCode.INVALID_REGISTRATION],
    ['a directory twice', { logDirs: [otherDirectory, otherDirectory] }, ErrorCode.INVALID_REGISTRATION],
    ['the directory of another', { logDirs: ['TBdpvNkLSgKdR_F9_b02rQ'] }, ErrorCode.INVALID_REGISTRATION],
    ['no metadata.version', { features: [] }, ErrorCode.INVALID_REGISTRATION],
    [
      'an old metadata.version',
      { features: [{ ...metadataFeature, maxSupportedVersion: 32 }] },
      ErrorCode.UNSUPPORTED_VERSION,
    ],
    ['who must have what is not in force', feature('share.version', 1, 1), ErrorCode.UNSUPPORTED_VERSION],
    ['who must have the later quorum', feature('kraft.version', 1, 1), ErrorCode.UNSUPPORTED_VERSION],
  ])('refuses %s', async (_, options, errorCode) => {
    await controller.brokers(2)
    expect(await controller.register(1, options)).toMatchObject({ errorCode, brokerEpoch: -1 })
    expect(controller.take()).toEqual([])
  })

  it('takes a broker that knows more than is in force, and refuses one that knows less', async () => {
    const known = feature('eligible.leader.replicas.version', 0, 1).features
    const transactions = feature('transaction.version', 0, 2).features.slice(1)
    const groups = feature('group.version', 0, 1).features.slice(1)
    const more = [...known, ...transactions, ...groups, ...feature('share.version', 0, 2).features.slice(1)]
    expect(await controller.register(1, { features: more })).toMatchObject({ errorCode: 0 })
    expect(await controller.register(2, { features: [metadataFeature] })).toMatchObject({
      errorCode: ErrorCode.UNSUPPORTED_VERSION,
    })
  })

  it('refuses an id that somebody alive has, for as long as their session lasts', async () => {
    await controller.brokers(1)
    expect((await controller.register(1, another)).errorCode).toBe(ErrorCode.DUPLICATE_BROKER_REGISTRATION)
    await controller.clock.advance(9001)
    expect((await controller.register(1, another)).errorCode).toBe(ErrorCode.NONE)
  })

  it('says what becomes of the partitions first, then registers', async () => {
    await controller.brokers(1, 2)
    await controller.createTopic({ name: 't', assignments: [{ partitionIndex: 0, brokerIds: [1, 2] }] })
    await controller.reopen()
    controller.take()
    const { offset } = controller.image
    expect((await controller.register(1, another)).brokerEpoch).toBe(offset + 1)
    expect(controller.take().map(({ type }) => type)).toEqual([
      'PartitionChangeRecord',
      'RegisterBrokerRecord',
    ])
    expect(partition()).toMatchObject({ isr: [2], leader: 2 })
  })

  it('takes back a broker at once after the controller, too, has started anew', async () => {
    await controller.brokers(1)
    await controller.createTopic({ name: 't', numPartitions: 2 })
    await controller.reopen()
    const before = controller.image.broker(1)?.epoch ?? 0
    const { errorCode, brokerEpoch } = await controller.register(1, {
      ...another,
    })
    expect(errorCode).toBe(ErrorCode.NONE)
    expect(brokerEpoch).toBeGreaterThan(before)
    // The old incarnation led; nobody does until the new one has caught up.
    expect(leaders()).toEqual([-1, -1])
    expect(partition()).toMatchObject({ isr: [], lastKnownElr: [1], leaderEpoch: 1 })
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

  it('takes the partitions away from a directory that is lost', async () => {
    await controller.brokers(2)
    await controller.register(1, { logDirs: ['TBdpvNkLSgKdR_F9_b01rQ', otherDirectory] })
    await controller.heartbeat(1)
    for (const name of ['t', 'u'])
      await controller.createTopic({ name, assignments: [{ partitionIndex: 0, brokerIds: [1, 2] }] })
    await controller.assign(1, otherDirectory, 't')
    await controller.assign(1, 'TBdpvNkLSgKdR_F9_b01rQ', 'u')
    controller.take()
    await controller.heartbeat(1, { offlineLogDirs: [otherDirectory] })
    expect(partition()).toMatchObject({ isr: [2], leader: 2 })
    expect(controller.image.partition('u', 0)).toMatchObject({ isr: [1, 2], leader: 1 })
    const records = controller.take()
    expect(records.map(({ type, version }) => [type, version])).toEqual([
      ['PartitionChangeRecord', 2],
      ['BrokerRegistrationChangeRecord', 2],
    ])
    expect(valuesOf(records, BrokerRegistrationChangeRecord)[0]).toMatchObject({
      logDirs: ['TBdpvNkLSgKdR_F9_b01rQ'],
    })
    await controller.heartbeat(1, { offlineLogDirs: [otherDirectory] })
    expect(controller.take()).toEqual([])
  })

  it('lets a broker go once all others know that it goes', async () => {
    await controller.brokers(1, 2, 3)
    await controller.createTopic({ name: 't', assignments: [{ partitionIndex: 0, brokerIds: [1, 2] }] })
    const before = controller.image.offset
    controller.take()
    const leaving = { isFenced: false, shouldShutDown: false }
    expect(await controller.heartbeat(1, { wantShutDown: true })).toMatchObject(leaving)
    expect(controller.take().map(({ type }) => type)).toEqual([
      'BrokerRegistrationChangeRecord',
      'PartitionChangeRecord',
    ])
    expect(partition()).toMatchObject({ isr: [2], leader: 2 })
    await controller.heartbeat(2)
    await controller.heartbeat(3, { currentMetadataOffset: before })
    expect(await controller.heartbeat(1, { wantShutDown: true })).toMatchObject(leaving)
    await controller.heartbeat(3)
    expect(await controller.heartbeat(1, { wantShutDown: true })).toMatchObject({
      isFenced: true,
      shouldShutDown: true,
    })
  })

  it('lets a broker go at once that leads nothing, that is fenced, or that wants the fence', async () => {
    const gone = { isFenced: true, shouldShutDown: true }
    await controller.brokers(1, 2)
    expect(await controller.heartbeat(1, { wantShutDown: true })).toMatchObject(gone)
    expect(await controller.heartbeat(1, { wantShutDown: true })).toMatchObject(gone)
    await controller.createTopic({ name: 't', assignments: [{ partitionIndex: 0, brokerIds: [2] }] })
    await controller.heartbeat(1)
    expect(await controller.heartbeat(2, { wantShutDown: true })).toMatchObject({ shouldShutDown: false })
    expect(await controller.heartbeat(2, { wantFence: true, wantShutDown: true })).toMatchObject(gone)
  })

  it('moves the leaders away again where the controller has forgotten a shutdown', async () => {
    await controller.brokers(1, 2)
    await controller.createTopic({ name: 't', assignments: [{ partitionIndex: 0, brokerIds: [1, 2] }] })
    await controller.heartbeat(1, { wantShutDown: true })
    await controller.reopen()
    controller.take()
    expect(await controller.heartbeat(1, { wantShutDown: true })).toMatchObject({ shouldShutDown: true })
    expect(valuesOf(controller.take(), BrokerRegistrationChangeRecord)).toMatchObject([{ fenced: 1 }])
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
      [-1, []],
      [-1, []],
    ])
    expect(await controller.heartbeat(1, { wantShutDown: true })).toMatchObject({
      isFenced: true,
      shouldShutDown: true,
    })
    expect(valuesOf(controller.take(), BrokerRegistrationChangeRecord)[0]).toMatchObject({ fenced: 1 })
  })
})

describe('what the controller remembers of a broker', () => {
  it('stays where the decision that would end it could not be written', async () => {
    const disk = new MemoryDisk()
    await controller.close()
    controller = await new TestController({
      disk,
      properties: { 'broker.session.timeout.ms': '9000' },
    }).open()
    await controller.brokers(1)
    for (let second = 0; second < 20; second++) {
      await controller.clock.advance(1_000)
      await controller.heartbeat(1)
    }
    disk.failNext('write', 'ENOSPC')
    const { errorCode } = await controller.channel.request(UnregisterBroker, 0, { brokerId: 1 })
    expect(errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
    await controller.clock.advance(1_000)
    expect(controller.image.isBrokerAlive(1)).toBe(true)
    expect((await controller.register(1, another)).errorCode).toBe(ErrorCode.DUPLICATE_BROKER_REGISTRATION)
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

  it('end without heartbeats: other replicas lead, and the last in-sync replica can lead again', async () => {
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
    expect(controller.image.partition('single', 0)).toMatchObject({
      isr: [],
      eligibleLeaderReplicas: [1],
      leader: -1,
    })
    await controller.heartbeat(1)
    // Back, but out of sync where others went on.
    expect(controller.image.partition('single', 0)).toMatchObject({ isr: [1], leader: 1 })
    expect(leaders()).toEqual([2, 2])
    expect(partition()?.isr).toEqual([2, 3])
  })

  it('leave the last in-sync replica in the ISR of a cluster from before eligible leader replicas', async () => {
    await controller.dropElr()
    await controller.heartbeat(1, { wantFence: true })
    expect(controller.image.partition('single', 0)).toMatchObject({ isr: [1], leader: -1 })
    await controller.heartbeat(1)
    expect(controller.image.partition('single', 0)).toMatchObject({ isr: [1], leader: 1 })
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

describe('a shutdown that was not clean', () => {
  beforeEach(async () => {
    await controller.brokers(1, 2, 3)
    await controller.createTopic({
      name: 't',
      assignments: [{ partitionIndex: 0, brokerIds: [1, 2, 3] }],
      configs: [{ name: 'min.insync.replicas', value: '2' }],
    })
    for (const id of [3, 2]) await controller.heartbeat(id, { wantFence: true })
    expect(partition()).toMatchObject({ isr: [1], eligibleLeaderReplicas: [2], leader: 1 })
    controller.take()
  })

  const come = (id: number, previousBrokerEpoch = -1) =>
    controller.register(id, { ...another, previousBrokerEpoch })
  const epochOf = (id: number) => Number(controller.image.broker(id)?.epoch)

  it('takes the broker out of the eligible replicas', async () => {
    await come(2)
    expect(valuesOf(controller.take(), PartitionChangeRecord)).toMatchObject([
      { isr: null, eligibleLeaderReplicas: [] },
    ])
  })

  it('is known by the epoch in which the directories were closed', async () => {
    await come(2, epochOf(2))
    expect(valuesOf(controller.take(), PartitionChangeRecord)).toEqual([])
    expect(partition()).toMatchObject({ eligibleLeaderReplicas: [2] })
  })

  it('is what every registration tells of that is too old to say', async () => {
    await controller.register(2, another, 2)
    expect(partition()).toMatchObject({ eligibleLeaderReplicas: [] })
  })

  it('leaves a last in-sync replica out of everything but the last known leader, which may lead again', async () => {
    await come(2)
    await controller.heartbeat(1, { wantFence: true })
    expect(partition()).toMatchObject({
      isr: [],
      eligibleLeaderReplicas: [1],
      leader: -1,
      lastKnownElr: [1, 2],
    })
    await come(1)
    expect(partition()).toMatchObject({ isr: [], eligibleLeaderReplicas: [], lastKnownElr: [1, 2] })
    await controller.heartbeat(2)
    expect(partition()).toMatchObject({ leader: -1 })
    await controller.heartbeat(1)
    expect(partition()).toMatchObject({ isr: [1], leader: 1, leaderRecoveryState: 1, lastKnownElr: [2] })
  })

  it('does not matter to an eligible replica whose shutdown was clean', async () => {
    await controller.heartbeat(1, { wantFence: true })
    await come(1, epochOf(1))
    expect(partition()).toMatchObject({ eligibleLeaderReplicas: [1, 2], leader: -1 })
    await controller.heartbeat(2)
    expect(partition()).toMatchObject({
      isr: [2],
      eligibleLeaderReplicas: [1],
      leader: 2,
      leaderRecoveryState: 0,
    })
  })
})

import { AssignReplicasToDirs, ElectLeaders } from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestController } from './testing/test-controller.ts'

// The topic would rather lose records than wait for its leader. Brokers 2 and 3 are in sync, and broker 1 is not.

let controller: TestController

const properties = { 'broker.session.timeout.ms': '9000', 'unclean.leader.election.interval.ms': '300000' }
const partition = () => controller.image.partition('t', 0)
const comesAnew = (id: number) => controller.register(id, { incarnationId: 'BBBBBBBBQBBBBBBBBBBBBA' })
const isThere = (id: number) => controller.heartbeat(id)
const isKilled = (id: number) => controller.heartbeat(id, { wantFence: true })

const emptyDisks = ['', '', 'TBdpvNkLSgKdR_F9_otheQ', 'TBdpvNkLSgKdR_F9_otheg']

function comesWithEmptyDisk(id: number) {
  const logDirs = [emptyDisks[id] ?? '']
  return controller.register(id, { incarnationId: 'BBBBBBBBQBBBBBBBBBBBBA', logDirs })
}

function saysWhereItsReplicaIs(id: number) {
  const { image } = controller
  const topicId = image.topic('t')?.id ?? ''
  const topics = [{ topicId, partitions: [{ partitionIndex: 0 }] }]
  return controller.channel.request(AssignReplicasToDirs, 0, {
    brokerId: id,
    brokerEpoch: image.broker(id)?.epoch ?? -1,
    directories: [{ id: emptyDisks[id] ?? '', topics }],
  })
}

async function pass(ms: number, ...alive: number[]): Promise<void> {
  for (let passed = 0; passed < ms; passed += 5_000) {
    await controller.clock.advance(5_000)
    for (const id of alive) await isThere(id)
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
  beforeEach(async () => {
    await isThere(1)
    await isKilled(2)
    await isKilled(3)
    expect(partition()).toMatchObject({ isr: [], leader: -1 })
  })

  it('leads when the sessions of those in sync would have ended, which have been killed', async () => {
    await pass(5_000, 1)
    expect(partition()?.leader).toBe(-1)
    await pass(5_000, 1)
    expect(partition()).toMatchObject({ isr: [1], leader: 1, leaderRecoveryState: 1 })
  })

  it('does not lead where one of them comes back meanwhile', async () => {
    await comesAnew(2)
    await comesAnew(3)
    await isThere(1)
    expect(partition()).toMatchObject({ isr: [], leader: -1, lastKnownElr: [3, 2] })
    await isThere(3)
    expect(partition()).toMatchObject({ isr: [3], leader: 3 })
    await pass(20_000, 1, 3)
    expect(partition()).toMatchObject({ leader: 3 })
  })
})

describe('a replica that is out of sync leads at once', () => {
  beforeEach(() => isThere(1))

  it('where those in sync have shut down', async () => {
    for (const id of [2, 3]) await controller.heartbeat(id, { wantFence: true, wantShutDown: true })
    expect(partition()).toMatchObject({ isr: [1], leader: 1, leaderRecoveryState: 1 })
  })

  it('where the sessions of those in sync have ended', async () => {
    await pass(5_000, 1)
    expect(partition()?.leader).toBe(2)
    await pass(5_000, 1)
    expect(partition()).toMatchObject({ isr: [1], leader: 1, leaderRecoveryState: 1 })
  })

  it('where that is asked for', async () => {
    for (const id of [2, 3]) await isKilled(id)
    await controller.channel.request(ElectLeaders, 2, {
      electionType: 1,
      topicPartitions: [{ topic: 't', partitions: [0] }],
    })
    expect(partition()).toMatchObject({ isr: [1], leader: 1, leaderRecoveryState: 1 })
  })
})

describe('where all brokers and the controller have been killed at once, a replica that was out of sync', () => {
  beforeEach(() => controller.reopen())

  it('does not lead while the last leader is starting, which leads then', async () => {
    for (const id of [3, 2, 1]) await comesAnew(id)
    await isThere(1)
    expect(partition()).toMatchObject({ isr: [], leader: -1, lastKnownElr: [2, 3] })
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
    expect(partition()).toMatchObject({ isr: [], leader: -1, lastKnownElr: [3, 2] })
    await isThere(2)
    expect(partition()).toMatchObject({ isr: [], leader: -1 })
    await isThere(3)
    expect(partition()).toMatchObject({ isr: [3], leader: 3 })
  })

  it('does not lead when those in sync take long to come', async () => {
    await comesAnew(1)
    await pass(60_000, 1)
    expect(partition()).toMatchObject({ isr: [], leader: -1 })
    await comesAnew(3)
    await comesAnew(2)
    await isThere(1)
    expect(partition()?.leader).toBe(-1)
    const [last] = partition()?.lastKnownElr ?? []
    await isThere(last ?? 0)
    expect(partition()).toMatchObject({ isr: [last], leader: last })
  })

  it('does not lead where the last leader comes with an empty disk, but the next that was in sync does', async () => {
    await comesAnew(3)
    await comesWithEmptyDisk(2)
    await comesAnew(1)
    await isThere(1)
    expect(partition()).toMatchObject({ isr: [], leader: -1, lastKnownElr: [2, 3] })
    await isThere(2)
    await saysWhereItsReplicaIs(2)
    expect(partition()).toMatchObject({ isr: [], leader: -1, lastKnownElr: [3] })
    await isThere(3)
    expect(partition()).toMatchObject({ isr: [3], leader: 3 })
  })

  it('leads where all that were in sync come with empty disks', async () => {
    for (const id of [3, 2]) await comesWithEmptyDisk(id)
    await comesAnew(1)
    for (const id of [2, 1, 3]) await isThere(id)
    for (const id of [2, 3]) await saysWhereItsReplicaIs(id)
    expect(partition()).toMatchObject({ isr: [1], leader: 1, leaderRecoveryState: 1 })
  })

  it('leads in the end where nobody else comes', async () => {
    await comesAnew(1)
    await pass(295_000, 1)
    expect(partition()?.leader).toBe(-1)
    await pass(10_000, 1)
    expect(partition()).toMatchObject({ isr: [1], leader: 1, leaderRecoveryState: 1 })
  })

  it('leads in the end where who began to start has come to nothing', async () => {
    for (const id of [3, 2, 1]) await comesAnew(id)
    await pass(305_000, 1)
    expect(partition()).toMatchObject({ isr: [1], leader: 1, leaderRecoveryState: 1 })
  })
})

import { AssignReplicasToDirs, ElectLeaders, ErrorCode } from '@sluice/wire'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { TestController } from './testing/test-controller.ts'

// All three brokers are killed at once. Broker 3, which led last, comes back with an empty directory.

let controller: TestController
let brokerEpoch: number

const emptyDirectory = (id: number) => `TBdpvNkLSgKdR_F9_e0${id}rQ`
const partition = () => controller.image.partition('t', 0)
const comesAnew = (id: number, options = {}) =>
  controller.register(id, { incarnationId: 'BBBBBBBBQBBBBBBBBBBBBA', ...options })

/** Broker 3 says where its replica is. */
async function assigned(): Promise<number | undefined> {
  const topicId = controller.image.topic('t')?.id ?? ''
  const { directories } = await controller.channel.request(AssignReplicasToDirs, 0, {
    brokerId: 3,
    brokerEpoch,
    directories: [{ id: emptyDirectory(3), topics: [{ topicId, partitions: [{ partitionIndex: 0 }] }] }],
  })
  return directories[0]?.topics[0]?.partitions[0]?.errorCode
}

beforeEach(async () => {
  controller = await (await new TestController().open()).brokers(1, 2, 3)
  await controller.createTopic({
    name: 't',
    assignments: [{ partitionIndex: 0, brokerIds: [3, 2, 1] }],
    configs: [{ name: 'min.insync.replicas', value: '2' }],
  })
  for (const id of [1, 2, 3]) await controller.heartbeat(id, { wantFence: true })
  expect(partition()).toMatchObject({ isr: [], leader: -1, lastKnownElr: [3] })
  const registered = await comesAnew(3, { logDirs: [emptyDirectory(3)] })
  brokerEpoch = Number(registered.brokerEpoch)
})

afterEach(() => controller.close())

it('an empty replica does not lead where another one has its records, which somebody may make the leader', async () => {
  for (const id of [1, 2]) await comesAnew(id)
  expect(await assigned()).toBe(ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE)
  for (const id of [1, 2, 3]) await controller.heartbeat(id)
  expect(partition()).toMatchObject({ leader: -1 })
  await controller.channel.request(ElectLeaders, 2, {
    electionType: 1,
    topicPartitions: [{ topic: 't', partitions: [0] }],
  })
  expect(partition()).toMatchObject({ isr: [2], leader: 2 })
  expect(await assigned()).toBe(ErrorCode.NONE)
  expect(partition()).toMatchObject({ isr: [2], leader: 2, replicas: [3, 2, 1] })
  expect(partition()?.directories[0]).toBe(emptyDirectory(3))
})

for (const order of [
  [3, 1, 2],
  [1, 3, 2],
  [1, 2, 3],
])
  it(`another one leads by itself where the topic would rather lose records than wait: ${order.join(', ')} serve`, async () => {
    await controller.alterConfig('t', 'unclean.leader.election.enable', 'true')
    for (const id of [1, 2]) await comesAnew(id)
    expect(await assigned()).toBe(ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE)
    for (const id of order) await controller.heartbeat(id)
    expect([1, 2]).toContain(partition()?.leader)
  })

it('an empty replica leads where nobody has kept a directory', async () => {
  await controller.heartbeat(3)
  await comesAnew(2, { logDirs: [emptyDirectory(2)] })
  expect(await assigned()).toBe(ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE)
  await comesAnew(1, { logDirs: [emptyDirectory(1)] })
  expect(await assigned()).toBe(ErrorCode.NONE)
  expect(partition()).toMatchObject({ isr: [3], leader: 3 })
})

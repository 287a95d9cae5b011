import {
  AlterPartition,
  AssignReplicasToDirs,
  ErrorCode,
  PartitionChangeRecord,
  type Input,
  type RequestOf,
} from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestController, valuesOf } from './testing/test-controller.ts'

type Asked = RequestOf<typeof AlterPartition>['topics'][number]['partitions'][number]

let controller: TestController
let topicId: string

beforeEach(async () => {
  controller = await (await new TestController().open()).brokers(1, 2, 3, 4)
  const created = await controller.createTopic({
    name: 't',
    assignments: [{ partitionIndex: 0, brokerIds: [1, 2, 3] }],
  })
  topicId = created.topicId
  controller.take()
})

afterEach(() => controller.close())

const epochOf = (brokerId: number) => controller.image.broker(brokerId)?.epoch ?? -1
const partition = () => controller.image.partition('t', 0)
const members = (...ids: number[]) => ids.map((brokerId) => ({ brokerId, brokerEpoch: epochOf(brokerId) }))

/** As the leader, broker 1, asks it at version 3, where nothing else is said. */
async function alter(asked: Input<Partial<Asked>>, options: { brokerId?: number; topicId?: string } = {}) {
  const brokerId = options.brokerId ?? 1
  const partitions = [
    {
      partitionIndex: 0,
      leaderEpoch: partition()?.leaderEpoch ?? -1,
      partitionEpoch: partition()?.partitionEpoch ?? -1,
      ...asked,
    },
  ]
  const response = await controller.channel.request(AlterPartition, asked.newIsr ? 2 : 3, {
    brokerId,
    brokerEpoch: epochOf(brokerId),
    topics: [{ topicId: options.topicId ?? topicId, partitions }],
  })
  expect(response.errorCode).toBe(ErrorCode.NONE)
  return response.topics[0]?.partitions[0]
}

describe('AlterPartition', () => {
  it('writes the ISR that the leader asks for, and answers with what holds from then on', async () => {
    const answer = await alter({ newIsrWithEpochs: members(1, 2) })
    expect(answer).toEqual({
      partitionIndex: 0,
      errorCode: ErrorCode.NONE,
      leaderId: 1,
      leaderEpoch: 0,
      isr: [1, 2],
      leaderRecoveryState: 0,
      partitionEpoch: 1,
    })
    const records = controller.take()
    expect(records.map(({ type, version }) => [type, version])).toEqual([['PartitionChangeRecord', 2]])
    expect(valuesOf(records, PartitionChangeRecord)[0]).toMatchObject({
      topicId,
      partitionId: 0,
      isr: [1, 2],
      leader: -2,
      leaderRecoveryState: -1,
      replicas: null,
      directories: null,
    })
    expect(partition()).toMatchObject({ isr: [1, 2], leader: 1, leaderEpoch: 0, partitionEpoch: 1 })
  })

  it('takes an ISR without broker epochs at version 2', async () => {
    expect(await alter({ newIsr: [1, 3] })).toMatchObject({ errorCode: 0, isr: [1, 3], partitionEpoch: 1 })
  })

  it('writes nothing where all stands already, and answers the same', async () => {
    const answer = await alter({ newIsrWithEpochs: members(1, 2, 3) })
    expect(answer).toMatchObject({ errorCode: 0, isr: [1, 2, 3], leaderId: 1, partitionEpoch: 0 })
    expect(controller.take()).toEqual([])
  })

  it('hears brokers of this incarnation only', async () => {
    const response = await controller.channel.request(AlterPartition, 3, { brokerId: 1, brokerEpoch: 0 })
    expect(response).toMatchObject({ errorCode: ErrorCode.STALE_BROKER_EPOCH, topics: [] })
    const stranger = await controller.channel.request(AlterPartition, 3, { brokerId: 9, brokerEpoch: 0 })
    expect(stranger.errorCode).toBe(ErrorCode.STALE_BROKER_EPOCH)
  })

  it.each<[string, number, () => Input<Partial<Asked>>, { brokerId?: number; topicId?: string }?]>([
    ['an unknown topic', ErrorCode.UNKNOWN_TOPIC_ID, () => ({}), { topicId: 'AAAAAAAAQAAAAAAAAAAABA' }],
    ['no topic', ErrorCode.UNKNOWN_TOPIC_ID, () => ({}), { topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    ['an unknown partition', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, () => ({ partitionIndex: 1 })],
    ['a later leader epoch', ErrorCode.NOT_CONTROLLER, () => ({ leaderEpoch: 2 })],
    ['a later partition epoch', ErrorCode.NOT_CONTROLLER, () => ({ partitionEpoch: 9 })],
    ['a past leader epoch', ErrorCode.FENCED_LEADER_EPOCH, () => ({ leaderEpoch: 0 })],
    ['another broker than the leader', ErrorCode.INVALID_REQUEST, () => ({}), { brokerId: 3 }],
    ['a past partition epoch', ErrorCode.INVALID_UPDATE_VERSION, () => ({ partitionEpoch: 0 })],
    ['who is no replica', ErrorCode.INVALID_REQUEST, () => ({ newIsrWithEpochs: members(2, 4) })],
    ['a member twice', ErrorCode.INVALID_REQUEST, () => ({ newIsrWithEpochs: members(2, 3, 3) })],
    ['an ISR without the leader', ErrorCode.INVALID_REQUEST, () => ({ newIsrWithEpochs: members(3) })],
    ['an empty ISR', ErrorCode.INVALID_REQUEST, () => ({ newIsrWithEpochs: [] })],
    [
      'a recovery that has never begun',
      ErrorCode.INVALID_REQUEST,
      () => ({ newIsrWithEpochs: members(2), leaderRecoveryState: 1 }),
    ],
    [
      'a recovery of several',
      ErrorCode.INVALID_REQUEST,
      () => ({ newIsrWithEpochs: members(2, 3), leaderRecoveryState: 1 }),
    ],
    [
      'a fenced replica',
      ErrorCode.INELIGIBLE_REPLICA,
      () => ({ newIsrWithEpochs: members(1, 2), leaderRecoveryState: 0 }),
    ],
    [
      'a replica of another incarnation',
      ErrorCode.INELIGIBLE_REPLICA,
      () => ({ newIsrWithEpochs: [...members(2), { brokerId: 3, brokerEpoch: 1 }] }),
    ],
    [
      'a fenced replica at version 2',
      ErrorCode.INELIGIBLE_REPLICA,
      () => ({ newIsr: [1, 2], newIsrWithEpochs: [] }),
    ],
  ])('refuses %s', async (_, errorCode, asked, options) => {
    // Broker 2 leads in epoch 1, and broker 1 is away.
    await controller.heartbeat(1, { wantFence: true })
    controller.take()
    expect(partition()).toMatchObject({ leader: 2, leaderEpoch: 1, partitionEpoch: 1 })
    const answer = await alter({ newIsrWithEpochs: members(2, 3), ...asked() }, { brokerId: 2, ...options })
    expect(answer).toMatchObject({ errorCode, isr: [], leaderEpoch: 0, partitionEpoch: 0 })
    expect(controller.take()).toEqual([])
  })

  it('keeps brokers out of the ISR that are shutting down', async () => {
    await alter({ newIsrWithEpochs: members(1, 2) })
    await controller.createTopic({ name: 'own', assignments: [{ partitionIndex: 0, brokerIds: [3] }] })
    await controller.heartbeat(3, { wantShutDown: true })
    expect(controller.image.broker(3)).toMatchObject({ fenced: false, inControlledShutdown: true })
    expect(await alter({ newIsrWithEpochs: members(1, 2, 3) })).toMatchObject({
      errorCode: ErrorCode.INELIGIBLE_REPLICA,
    })
  })

  it('judges each partition for itself', async () => {
    await controller.createTopic({ name: 'u', assignments: [{ partitionIndex: 0, brokerIds: [1, 2] }] })
    controller.take()
    const one = { partitionIndex: 0, leaderEpoch: 0, partitionEpoch: 0, newIsrWithEpochs: members(1) }
    const { topics } = await controller.channel.request(AlterPartition, 3, {
      brokerId: 1,
      brokerEpoch: epochOf(1),
      topics: [
        { topicId, partitions: [one, { ...one, partitionIndex: 7 }] },
        { topicId: controller.image.topic('u')?.id ?? '', partitions: [one] },
      ],
    })
    expect(topics.map(({ partitions }) => partitions.map(({ errorCode }) => errorCode))).toEqual([
      [ErrorCode.NONE, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
      [ErrorCode.NONE],
    ])
    expect(controller.take()).toHaveLength(2)
  })
})

describe('AssignReplicasToDirs', () => {
  const [first, second] = ['TBdpvNkLSgKdR_F9_b05rQ', 'TBdpvNkLSgKdR_F9_otheQ']

  /** Broker 5 has two directories, and has not said yet where its replicas are. */
  beforeEach(async () => {
    await controller.register(5, { logDirs: [first, second] })
    await controller.heartbeat(5)
    await controller.createTopic({ name: 'd', assignments: [{ partitionIndex: 0, brokerIds: [5, 1] }] })
    controller.take()
  })

  const unassigned = 'AAAAAAAAAAAAAAAAAAAAAQ'
  const ofBroker1 = 'TBdpvNkLSgKdR_F9_b01rQ'
  const directories = () => controller.image.partition('d', 0)?.directories

  const assign = async (id: string, topic: string, partitionIndex = 0, brokerEpoch = epochOf(5)) => {
    const response = await controller.channel.request(AssignReplicasToDirs, 0, {
      brokerId: 5,
      brokerEpoch,
      directories: [{ id, topics: [{ topicId: topic, partitions: [{ partitionIndex }] }] }],
    })
    return response.directories[0]?.topics[0]?.partitions[0]?.errorCode ?? response.errorCode
  }

  it('notes where a replica is, once', async () => {
    expect(directories()).toEqual([unassigned, ofBroker1])
    const id = controller.image.topic('d')?.id ?? ''
    expect(await assign(second, id)).toBe(ErrorCode.NONE)
    expect(directories()).toEqual([second, ofBroker1])
    expect(valuesOf(controller.take(), PartitionChangeRecord)).toMatchObject([
      { isr: null, leader: -2, replicas: null, directories: [second, ofBroker1] },
    ])
    expect(await assign(second, id)).toBe(ErrorCode.NONE)
    expect(controller.take()).toEqual([])
  })

  it('lets a replica lead that is alone, and was in another directory', async () => {
    await controller.createTopic({ name: 'alone', assignments: [{ partitionIndex: 0, brokerIds: [5] }] })
    const id = controller.image.topic('alone')?.id ?? ''
    await assign(first, id)
    await controller.heartbeat(5, { wantFence: true })
    await controller.register(5, { logDirs: [second], incarnationId: 'TBdpvNkLSgKdR_F9_newwQ' })
    await controller.heartbeat(5)
    expect(controller.image.partition('alone', 0)?.leader).toBe(-1)
    await assign(second, id)
    expect(controller.image.partition('alone', 0)?.leader).toBe(5)
  })

  it('takes the lead from a replica in a directory that is lost', async () => {
    await assign('TBdpvNkLSgKdR_F9_goneQ', controller.image.topic('d')?.id ?? '')
    expect(controller.take()).toHaveLength(2)
    expect(controller.image.partition('d', 0)).toMatchObject({ leader: 1, isr: [1] })
  })

  it('refuses strangers', async () => {
    const id = controller.image.topic('d')?.id ?? ''
    expect(await assign(first, id, 0, 1)).toBe(ErrorCode.STALE_BROKER_EPOCH)
    expect(await assign(first, 'AAAAAAAAQAAAAAAAAAAABA')).toBe(ErrorCode.UNKNOWN_TOPIC_ID)
    expect(await assign(first, id, 3)).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    expect(await assign(first, topicId)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    expect(controller.take()).toEqual([])
  })
})

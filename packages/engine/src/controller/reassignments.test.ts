import {
  AlterPartition,
  AlterPartitionReassignments,
  ErrorCode,
  ListPartitionReassignments,
  PartitionChangeRecord,
} from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestController, valuesOf } from './testing/test-controller.ts'

let controller: TestController

beforeEach(async () => {
  controller = await (await new TestController().open()).brokers(1, 2, 3, 4)
  await controller.createTopic({
    name: 't',
    assignments: [0, 1].map((partitionIndex) => ({ partitionIndex, brokerIds: [1, 2] })),
  })
  controller.take()
})

afterEach(() => controller.close())

const partition = () => controller.image.partition('t', 0)

async function reassign(
  replicas: number[] | null,
  { name = 't', partitionIndex = 0, version = 1, allowReplicationFactorChange = true } = {},
) {
  const { responses, errorCode } = await controller.channel.request(AlterPartitionReassignments, version, {
    ...(version > 0 && { allowReplicationFactorChange }),
    topics: [{ name, partitions: [{ partitionIndex, replicas }] }],
  })
  expect(errorCode).toBe(ErrorCode.NONE)
  return responses[0]?.partitions[0]
}

async function list(topics: { name: string; partitionIndexes: number[] }[] | null = null) {
  const response = await controller.channel.request(ListPartitionReassignments, 0, { topics })
  expect(response).toMatchObject({ errorCode: 0, errorMessage: null })
  return response.topics
}

const ongoing = { partitionIndex: 0, replicas: [3, 2, 1], addingReplicas: [3], removingReplicas: [1] }

describe('AlterPartitionReassignments', () => {
  it.each([0, 1])('begins a reassignment at version %i, which is then listed', async (version) => {
    expect(await list()).toEqual([])
    expect(await reassign([3, 2], { version })).toMatchObject({ errorCode: 0, errorMessage: null })
    expect(valuesOf(controller.take(), PartitionChangeRecord)).toMatchObject([
      {
        replicas: [3, 2, 1],
        addingReplicas: [3],
        removingReplicas: [1],
        directories: ['TBdpvNkLSgKdR_F9_b03rQ', 'TBdpvNkLSgKdR_F9_b02rQ', 'TBdpvNkLSgKdR_F9_b01rQ'],
        isr: null,
        leader: -2,
      },
    ])
    expect(await list()).toEqual([{ name: 't', partitions: [ongoing] }])
    expect(await list([{ name: 't', partitionIndexes: [0, 1, 9] }])).toEqual([
      { name: 't', partitions: [ongoing] },
    ])
    expect(await list([{ name: 'u', partitionIndexes: [0] }])).toEqual([])
    expect(await list([])).toEqual([])
  })

  it('goes another way while one is under way: back to what was before it, too', async () => {
    await reassign([3, 2])
    await reassign([1, 2])
    expect(partition()).toMatchObject({ replicas: [1, 2], addingReplicas: [], removingReplicas: [] })
    await reassign([3, 2])
    await reassign([4, 2])
    expect(partition()).toMatchObject({
      replicas: [4, 2, 1, 3],
      addingReplicas: [4],
      removingReplicas: [1, 3],
    })
  })

  it('ends it with the ISR that is enough, and tells a leader that goes so', async () => {
    await reassign([3, 2])
    const asked = {
      partitionIndex: 0,
      leaderEpoch: 0,
      partitionEpoch: 1,
      newIsr: [1, 2, 3],
    }
    const { topics } = await controller.channel.request(AlterPartition, 2, {
      brokerId: 1,
      brokerEpoch: controller.image.broker(1)?.epoch ?? -1,
      topics: [{ topicId: controller.image.topic('t')?.id ?? '', partitions: [asked] }],
    })
    expect(topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.NEW_LEADER_ELECTED)
    expect(partition()).toMatchObject({
      replicas: [3, 2],
      isr: [2, 3],
      leader: 3,
      leaderEpoch: 1,
      addingReplicas: [],
      removingReplicas: [],
    })
    expect(await list()).toEqual([])
  })

  it('changes the order of the replicas at once', async () => {
    await reassign([2, 1])
    expect(partition()).toMatchObject({ replicas: [2, 1], leader: 1, leaderEpoch: 0, partitionEpoch: 1 })
    controller.take()
    expect(await reassign([2, 1])).toMatchObject({ errorCode: 0 })
    expect(controller.take()).toEqual([])
  })

  it('takes a replica away at once where all who stay are in sync', async () => {
    await reassign([2])
    expect(partition()).toMatchObject({ replicas: [2], isr: [2], leader: 2, leaderEpoch: 1 })
  })

  it('is cancelled by no replicas', async () => {
    expect(await reassign(null)).toMatchObject({
      errorCode: ErrorCode.NO_REASSIGNMENT_IN_PROGRESS,
      errorMessage: null,
    })
    await reassign([3, 4])
    await controller.alterPartition(1, 't', [1, 2, 3])
    expect(await reassign(null)).toMatchObject({ errorCode: 0 })
    expect(partition()).toMatchObject({
      replicas: [1, 2],
      isr: [1, 2],
      leader: 1,
      addingReplicas: [],
      removingReplicas: [],
    })
  })

  it('is not cancelled where only new replicas are in sync, but uncleanly', async () => {
    await reassign([3, 4])
    await controller.alterPartition(1, 't', [1, 3])
    await controller.heartbeat(1, { wantFence: true })
    expect(partition()).toMatchObject({ isr: [3], leader: 3 })
    expect(await reassign(null)).toMatchObject({
      errorCode: ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      errorMessage:
        'Unable to revert partition assignment for t:0 because it would require an unclean leader election.',
    })
    await controller.alterConfig('t', 'unclean.leader.election.enable', 'true')
    expect(await reassign(null)).toMatchObject({ errorCode: 0 })
    expect(partition()).toMatchObject({ replicas: [1, 2], isr: [2], leader: 2, leaderRecoveryState: 1 })
  })

  it.each<[number[], Parameters<typeof reassign>[1], ErrorCode, RegExp]>([
    [[1], { name: 'u' }, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, /a topic named u/],
    [[1], { partitionIndex: 5 }, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, /partition t:5/],
    [[], {}, ErrorCode.INVALID_REPLICA_ASSIGNMENT, /empty replica list/],
    [[1, 9], {}, ErrorCode.INVALID_REPLICA_ASSIGNMENT, /broker 9, but no such broker/],
    [[1, 1], {}, ErrorCode.INVALID_REPLICA_ASSIGNMENT, /broker 1 more than once/],
    [
      [1, 2, 3],
      { allowReplicationFactorChange: false },
      ErrorCode.INVALID_REPLICATION_FACTOR,
      /changed from 2 to 3/,
    ],
  ])('refuses %j of %j', async (replicas, options, errorCode, message) => {
    const result = await reassign(replicas, options)
    expect(result?.errorCode).toBe(errorCode)
    expect(result?.errorMessage).toMatch(message)
    expect(controller.take()).toEqual([])
  })

  it('counts the replicas without those that go', async () => {
    await reassign([3, 4])
    const same = { allowReplicationFactorChange: false }
    expect(await reassign([2, 3], same)).toMatchObject({ errorCode: 0 })
    expect(await reassign([2, 3, 4], same)).toMatchObject({ errorCode: ErrorCode.INVALID_REPLICATION_FACTOR })
  })

  it('answers nothing to nothing', async () => {
    const response = await controller.channel.request(AlterPartitionReassignments, 1, { topics: [] })
    expect(response).toMatchObject({ errorCode: 0, responses: [] })
  })
})

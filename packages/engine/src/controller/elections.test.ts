import { ElectLeaders, ErrorCode, PartitionChangeRecord } from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestController, valuesOf } from './testing/test-controller.ts'

let controller: TestController

beforeEach(async () => {
  controller = await (await new TestController().open()).brokers(1, 2, 3)
  await controller.createTopic({
    name: 't',
    assignments: [
      { partitionIndex: 0, brokerIds: [1, 2, 3] },
      { partitionIndex: 1, brokerIds: [2, 3, 1] },
    ],
  })
  // Broker 1 was away, and is in sync again: it leads nothing.
  await controller.heartbeat(1, { wantFence: true })
  await controller.heartbeat(1)
  await controller.alterPartition(2, 't', [2, 3, 1])
  controller.take()
})

afterEach(() => controller.close())

const preferred = 0
const unclean = 1
const everything = null
const partition = (index = 0) => controller.image.partition('t', index)

async function elect(electionType: number, topicPartitions: [string, number[]][] | null, version = 2) {
  const response = await controller.channel.request(ElectLeaders, version, {
    ...(version > 0 && { electionType }),
    topicPartitions: topicPartitions?.map(([topic, partitions]) => ({ topic, partitions })) ?? null,
  })
  const results = response.replicaElectionResults.map(({ topic, partitionResult }) => [
    topic,
    partitionResult.map(({ partitionId, errorCode }) => [partitionId, errorCode]),
  ])
  return { errorCode: response.errorCode, results, response }
}

/** Nobody in sync is there. */
async function leaderless(): Promise<void> {
  await controller.alterPartition(2, 't', [2])
  await controller.heartbeat(2, { wantFence: true })
  expect(partition()).toMatchObject({ isr: [], eligibleLeaderReplicas: [2], leader: -1 })
  controller.take()
}

describe('ElectLeaders', () => {
  it.each([0, 1, 2])('gives the preferred replica the lead at version %i', async (version) => {
    const { errorCode, results } = await elect(preferred, [['t', [0]]], version)
    expect([errorCode, results]).toEqual([0, [['t', [[0, ErrorCode.NONE]]]]])
    expect(valuesOf(controller.take(), PartitionChangeRecord)).toMatchObject([
      { partitionId: 0, leader: 1, isr: null },
    ])
    expect(partition()).toMatchObject({ leader: 1, leaderEpoch: 2 })
  })

  it('names of all partitions only those for which there was something to do', async () => {
    const { results } = await elect(preferred, everything)
    expect(results).toEqual([['t', [[0, ErrorCode.NONE]]]])
    expect(await elect(preferred, everything)).toMatchObject({ results: [['t', []]] })
    expect(await elect(preferred, [])).toMatchObject({ errorCode: 0, results: [] })
  })

  it('says why there is none', async () => {
    const { response } = await elect(preferred, [
      ['t', [1, 7]],
      ['u', [0]],
    ])
    expect(response.replicaElectionResults.map(({ partitionResult }) => partitionResult)).toMatchObject([
      [
        { errorCode: ErrorCode.ELECTION_NOT_NEEDED },
        { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, errorMessage: 'No such partition as t-7' },
      ],
      [{ errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, errorMessage: 'No such topic as u' }],
    ])
    await controller.heartbeat(1, { wantFence: true })
    controller.take()
    const { results } = await elect(preferred, [['t', [0]]])
    expect(results).toEqual([['t', [[0, ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE]]]])
    expect(controller.take()).toEqual([])
  })

  it('elects a leader that is out of sync where that is asked for', async () => {
    expect((await elect(unclean, [['t', [0]]])).results).toEqual([
      ['t', [[0, ErrorCode.ELECTION_NOT_NEEDED]]],
    ])
    await leaderless()
    expect((await elect(unclean, [['t', [0]]])).results).toEqual([['t', [[0, ErrorCode.NONE]]]])
    expect(partition()).toMatchObject({ isr: [1], leader: 1, leaderRecoveryState: 1 })
    await controller.alterPartition(1, 't', [1, 3])
    expect(partition()).toMatchObject({ isr: [1, 3], leader: 1, leaderRecoveryState: 0 })
  })

  it('finds nobody where no replica is alive', async () => {
    await leaderless()
    for (const id of [1, 3]) await controller.heartbeat(id, { wantFence: true })
    const { results } = await elect(unclean, [['t', [0]]])
    expect(results).toEqual([['t', [[0, ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE]]]])
  })

  it('knows no other election', async () => {
    const { errorCode, results } = await elect(5, [['t', [0]]])
    expect([errorCode, results]).toEqual([
      ErrorCode.INVALID_REQUEST,
      [['t', [[0, ErrorCode.INVALID_REQUEST]]]],
    ])
  })
})

describe('elections from time to time', () => {
  /** Brokers stay alive meanwhile. */
  async function pass(ms: number, ...alive: number[]): Promise<void> {
    for (let passed = 0; passed < ms; passed += 5_000) {
      await controller.clock.advance(5_000)
      for (const id of alive) await controller.heartbeat(id)
    }
  }

  it('give preferred replicas the lead back', async () => {
    expect(partition()?.leader).toBe(2)
    await pass(300_000, 1, 2, 3)
    expect(partition()).toMatchObject({ leader: 1, leaderEpoch: 2 })
    expect(valuesOf(controller.take(), PartitionChangeRecord)).toHaveLength(1)
    await pass(300_000, 1, 2, 3)
    expect(controller.take()).toEqual([])
  })

  it('do not where that is off', async () => {
    controller.properties['auto.leader.rebalance.enable'] = 'false'
    await controller.reopen()
    await pass(600_000, 1, 2, 3)
    expect(partition()?.leader).toBe(2)
  })

  it('find leaders for partitions that would rather lose records, and for no others', async () => {
    await leaderless()
    await pass(300_000, 1, 3)
    expect(partition()?.leader).toBe(-1)
    await controller.alterConfig('t', 'unclean.leader.election.enable', 'true')
    await pass(300_000, 1, 3)
    expect(partition()).toMatchObject({ isr: [1], leader: 1, leaderRecoveryState: 1 })
  })
})

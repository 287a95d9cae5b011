import {
  ControllerRegistration,
  DescribeQuorum,
  ErrorCode,
  RegisterControllerRecord,
  UnregisterController,
  UnregisterControllerRecord,
  zeroUuid,
} from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestController, valuesOf } from './testing/test-controller.ts'

let controller: TestController

beforeEach(async () => {
  controller = await (await new TestController().open()).brokers(1, 2)
})

afterEach(() => controller.close())

const topics = [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }]

describe('DescribeQuorum', () => {
  it.each([0, 1, 2])('tells of its voter and of the brokers that observe, at version %i', async (version) => {
    const end = controller.image.offset + 1
    await controller.clock.advance(1_000)
    await controller.heartbeat(1)
    await controller.heartbeat(2, { currentMetadataOffset: end - 3 })
    const now = controller.clock.now()
    const response = await controller.channel.request(DescribeQuorum, version, { topics })
    const [partition] = response.topics[0]?.partitions ?? []
    expect(response.errorCode).toBe(ErrorCode.NONE)
    expect(partition).toMatchObject({ errorCode: 0, leaderId: 3000, leaderEpoch: 1, highWatermark: end })
    const at = (ms: number) => (version === 0 ? -1 : ms)
    const voter = { replicaId: 3000, replicaDirectoryId: zeroUuid, logEndOffset: end }
    expect(partition?.currentVoters).toEqual([
      { ...voter, lastFetchTimestamp: at(now), lastCaughtUpTimestamp: at(now) },
    ])
    const directory = (id: string) => (version < 2 ? zeroUuid : id)
    expect(partition?.observers).toEqual([
      {
        replicaId: 1,
        replicaDirectoryId: directory('TBdpvNkLSgKdR_F9_b01rQ'),
        logEndOffset: end,
        lastFetchTimestamp: at(now),
        lastCaughtUpTimestamp: at(now),
      },
      {
        replicaId: 2,
        replicaDirectoryId: directory('TBdpvNkLSgKdR_F9_b02rQ'),
        logEndOffset: end - 2,
        lastFetchTimestamp: at(now),
        lastCaughtUpTimestamp: -1,
      },
    ])
    const listeners = [{ name: 'CONTROLLER', host: '127.0.0.1', port: 9093 }]
    expect(response.nodes).toEqual(version < 2 ? [] : [{ nodeId: 3000, listeners }])
  })

  it('leaves out brokers whose session is over', async () => {
    await controller.clock.advance(100_000)
    const response = await controller.channel.request(DescribeQuorum, 2, { topics })
    expect(response.topics[0]?.partitions[0]?.observers).toEqual([])
  })

  it('knows no other topic and no other partition', async () => {
    for (const [topicName, partitionIndex] of [
      ['events', 0],
      ['__cluster_metadata', 1],
    ] as const) {
      const asked = [{ topicName, partitions: [{ partitionIndex }] }]
      const response = await controller.channel.request(DescribeQuorum, 2, { topics: asked })
      expect(response.topics).toMatchObject([
        {
          topicName,
          partitions: [{ partitionIndex, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION }],
        },
      ])
    }
  })
})

describe('other controllers', () => {
  const listeners = [{ name: 'CONTROLLER', host: 'h', port: 9093, securityProtocol: 0 }]
  const features = [{ name: 'metadata.version', minSupportedVersion: 7, maxSupportedVersion: 33 }]
  const incarnationId = 'AAAAAAAAQAAAAAAAAAAABA'

  it('register and are unregistered', async () => {
    const registered = await controller.channel.request(ControllerRegistration, 0, {
      controllerId: 3001,
      incarnationId,
      zkMigrationReady: false,
      listeners,
      features,
    })
    expect(registered).toMatchObject({ errorCode: 0, errorMessage: null })
    expect(valuesOf(controller.take(), RegisterControllerRecord)).toMatchObject([
      { controllerId: 3001, incarnationId, endPoints: listeners, features },
    ])
    const unregister = (controllerId: number) =>
      controller.channel.request(UnregisterController, 0, { controllerId })
    expect(await unregister(3001)).toMatchObject({ errorCode: 0, errorMessage: null })
    expect(valuesOf(controller.take(), UnregisterControllerRecord)).toEqual([{ controllerId: 3001 }])
    expect(await unregister(3001)).toMatchObject({ errorCode: ErrorCode.CONTROLLER_ID_NOT_REGISTERED })
    expect(await unregister(3000)).toMatchObject({ errorCode: ErrorCode.INVALID_REQUEST })
  })
})

import {
  AddRaftVoter,
  AlterPartitionReassignments,
  DescribeQuorum,
  ElectLeaders,
  ErrorCode,
  ListPartitionReassignments,
  RemoveRaftVoter,
  UnregisterBroker,
  UnregisterController,
  type RequestOf,
  UpdateFeatures,
  zeroUuid,
} from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, start } from './engine.ts'
import { createTopic, versionsOf } from './fixture.ts'
import { Peer } from './peer.ts'

describe('what the controller decides', () => {
  let engine: Engine
  let peer: Peer
  let topic: string
  beforeAll(async () => {
    engine = await start()
    peer = await Peer.open(engine.bootstrap)
    topic = (await createTopic(peer)).name
  })
  afterAll(async () => {
    peer.close()
    await engine.stop()
  })

  it.each(versionsOf(ElectLeaders))(
    'ElectLeaders %i holds no election that nobody needs',
    async (version) => {
      const topicPartitions = [
        { topic, partitions: [0, 99] },
        { topic: 'no-such-topic', partitions: [0] },
      ]
      const response = await peer.send(ElectLeaders, version, { topicPartitions })
      expect(response.errorCode).toBe(ErrorCode.NONE)
      const results = response.replicaElectionResults.map(({ partitionResult }) =>
        partitionResult.map(({ errorCode }) => errorCode),
      )
      expect(results).toEqual([
        [ErrorCode.ELECTION_NOT_NEEDED, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
        [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
      ])
    },
  )

  it.each(versionsOf(AlterPartitionReassignments))(
    'AlterPartitionReassignments %i judges the replicas',
    async (version) => {
      const alter = async (replicas: number[] | null) => {
        const topics = [{ name: topic, partitions: [{ partitionIndex: 0, replicas }] }]
        const { responses } = await peer.send(AlterPartitionReassignments, version, { topics })
        return responses[0]?.partitions[0]?.errorCode
      }
      expect(await alter(null)).toBe(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS)
      expect(await alter([])).toBe(ErrorCode.INVALID_REPLICA_ASSIGNMENT)
      expect(await alter([9999])).toBe(ErrorCode.INVALID_REPLICA_ASSIGNMENT)
      const listed = await peer.send(ListPartitionReassignments, 0, {
        topics: [{ name: topic, partitionIndexes: [0] }],
      })
      expect(listed).toMatchObject({ errorCode: 0, errorMessage: null, topics: [] })
    },
  )

  it.each(versionsOf(DescribeQuorum))('DescribeQuorum %i tells who leads the metadata', async (version) => {
    const ask = async (topicName: string) => {
      const topics = [{ topicName, partitions: [{ partitionIndex: 0 }] }]
      return (await peer.send(DescribeQuorum, version, { topics })).topics[0]?.partitions[0]
    }
    const quorum = await ask('__cluster_metadata')
    expect(quorum).toMatchObject({ errorCode: 0, partitionIndex: 0 })
    expect(quorum?.currentVoters.map(({ replicaId }) => replicaId)).toEqual([quorum?.leaderId])
    expect(await ask(topic)).toMatchObject({ errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION })
  })

  const directory = 'TBdpvNkLSgKdR_F9_b01rQ'
  const listener = { name: 'CONTROLLER', host: '127.0.0.1', port: 9093 }

  it.each(versionsOf(AddRaftVoter))('AddRaftVoter %i changes no static voters', async (version) => {
    const add = async (differing: Partial<RequestOf<typeof AddRaftVoter>> = {}) => {
      const asked = { clusterId: null, voterId: 3_000, voterDirectoryId: directory, listeners: [listener] }
      const { errorCode } = await peer.send(AddRaftVoter, version, {
        timeoutMs: 1_000,
        ...asked,
        ...differing,
      })
      return errorCode
    }
    expect(await add()).toBe(ErrorCode.UNSUPPORTED_VERSION)
    expect(await add({ clusterId: 'another' })).toBe(ErrorCode.INCONSISTENT_CLUSTER_ID)
    expect(await add({ voterId: -1 })).toBe(ErrorCode.INVALID_REQUEST)
    expect(await add({ voterDirectoryId: zeroUuid })).toBe(ErrorCode.INVALID_REQUEST)
    expect(await add({ listeners: [{ ...listener, name: 'OTHER' }] })).toBe(ErrorCode.INVALID_REQUEST)
  })

  it('RemoveRaftVoter changes no static voters', async () => {
    const remove = async (differing: Partial<RequestOf<typeof RemoveRaftVoter>> = {}) => {
      const asked = { clusterId: null, voterId: 3_000, voterDirectoryId: directory }
      return (await peer.send(RemoveRaftVoter, 0, { ...asked, ...differing })).errorCode
    }
    expect(await remove()).toBe(ErrorCode.UNSUPPORTED_VERSION)
    expect(await remove({ clusterId: 'another' })).toBe(ErrorCode.INCONSISTENT_CLUSTER_ID)
    expect(await remove({ voterId: -1 })).toBe(ErrorCode.INVALID_REQUEST)
  })

  it.each(versionsOf(UpdateFeatures, 1))(
    'UpdateFeatures %i refuses what nobody supports',
    async (version) => {
      const response = await peer.send(UpdateFeatures, version, {
        featureUpdates: [{ feature: 'no.such.version', maxVersionLevel: 1 }],
        validateOnly: true,
      })
      expect(response.errorCode).toBe(ErrorCode.INVALID_UPDATE_VERSION)
      expect(response.errorMessage).toMatch(/^The update failed for all features/)
    },
  )

  it('unregisters only who is registered', async () => {
    const broker = await peer.send(UnregisterBroker, 0, { brokerId: 9999 })
    expect(broker.errorCode).toBe(ErrorCode.BROKER_ID_NOT_REGISTERED)
    const controller = await peer.send(UnregisterController, 0, { controllerId: 9999 })
    expect(controller.errorCode).toBe(ErrorCode.CONTROLLER_ID_NOT_REGISTERED)
  })
})

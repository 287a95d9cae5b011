import {
  ConsumerProtocolSubscription,
  consumerOffsets,
  ErrorCode,
  IncrementalAlterConfigs,
  type Int64,
  JoinGroup,
  OffsetCommit,
  OffsetDelete,
  OffsetFetch,
  randomUuid,
  SyncGroup,
} from '@sluice/wire'
import { systemRandom } from '@sluice/effects'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, start } from './engine.ts'
import { createTopic, eventually, type Topic, uniqueName, untilCoordinated, versionsOf } from './fixture.ts'
import { Peer } from './peer.ts'

const topicType = 2
const setConfig = 0
const deleteConfig = 1

describe('committed offsets', () => {
  let engine: Engine
  let peer: Peer
  let topic: Topic
  beforeAll(async () => {
    engine = await start()
    peer = await Peer.open(engine.bootstrap)
    topic = await createTopic(peer, { partitions: 3 })
    await untilCoordinated(peer, 'any')
  })
  afterAll(async () => {
    peer.close()
    await engine.stop()
  })

  interface CommitOptions {
    version?: number
    memberId?: string
    generation?: number
    metadata?: string | null
    leaderEpoch?: number
    of?: Topic
  }

  const commit = async (groupId: string, offsets: Record<number, number>, options: CommitOptions = {}) => {
    const {
      version = 9,
      memberId = '',
      generation = -1,
      metadata = '',
      leaderEpoch = -1,
      of = topic,
    } = options
    const response = await peer.send(OffsetCommit, version, {
      groupId,
      memberId,
      generationIdOrMemberEpoch: generation,
      topics: [
        {
          name: of.name,
          topicId: of.id,
          partitions: Object.entries(offsets).map(([partition, committedOffset]) => ({
            partitionIndex: Number(partition),
            committedOffset,
            committedLeaderEpoch: version >= 6 ? leaderEpoch : -1,
            committedMetadata: metadata,
          })),
        },
      ],
    })
    const partitions = response.topics[0]?.partitions ?? []
    return Object.fromEntries(partitions.map((partition) => [partition.partitionIndex, partition.errorCode]))
  }

  interface Fetched {
    partitionIndex: number
    committedOffset: Int64
    committedLeaderEpoch: number
    metadata: string | null
    errorCode: number
  }

  /** The same answer of the single form (before version 8) and the batched one. */
  const committed = async (
    groupId: string,
    partitionIndexes: number[] | null,
    version = 9,
  ): Promise<{ errorCode: number; partitions: Fetched[] }> => {
    const named = { name: topic.name, topicId: topic.id, partitionIndexes: partitionIndexes ?? [] }
    const topics = partitionIndexes === null ? null : [named]
    if (version < 8) {
      const response = await peer.send(OffsetFetch, version, { groupId, topics })
      const partitions = response.topics.find((found) => found.name === topic.name)?.partitions ?? []
      return { errorCode: response.errorCode, partitions: partitions.toSorted(byPartition) }
    }
    const response = await peer.send(OffsetFetch, version, { groups: [{ groupId, topics }] })
    const group = response.groups[0]
    const mine = group?.topics.find((found) =>
      version >= 10 ? found.topicId === topic.id : found.name === topic.name,
    )
    return { errorCode: group?.errorCode ?? -1, partitions: (mine?.partitions ?? []).toSorted(byPartition) }
  }

  const byPartition = (a: Fetched, b: Fetched) => a.partitionIndex - b.partitionIndex

  it.each(versionsOf(OffsetCommit))('are kept, commit version %i', async (version) => {
    const groupId = uniqueName('group')
    expect(await commit(groupId, { 0: 10, 2: 30 }, { version, metadata: 'note', leaderEpoch: 4 })).toEqual({
      0: 0,
      2: 0,
    })
    const leaderEpoch = version >= 6 ? 4 : -1
    expect((await committed(groupId, [0, 1, 2])).partitions).toEqual([
      {
        partitionIndex: 0,
        committedOffset: 10,
        committedLeaderEpoch: leaderEpoch,
        metadata: 'note',
        errorCode: 0,
      },
      { partitionIndex: 1, committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode: 0 },
      {
        partitionIndex: 2,
        committedOffset: 30,
        committedLeaderEpoch: leaderEpoch,
        metadata: 'note',
        errorCode: 0,
      },
    ])
  })

  it('are refused when no batch of the topic holds them, and the coordinator goes on', async () => {
    const groupId = uniqueName('group')
    const limit = (configOperation: number, value: string | null) =>
      peer.send(IncrementalAlterConfigs, 1, {
        resources: [
          {
            resourceType: topicType,
            resourceName: consumerOffsets.topic,
            configs: [{ name: 'max.message.bytes', configOperation, value }],
          },
        ],
      })
    await limit(setConfig, '1000')
    try {
      const partitions = await eventually(async () => {
        const answered = await commit(groupId, { 0: 1 }, { metadata: 'x'.repeat(2_000) })
        // The broker learns of the limit a moment after the controller has answered.
        return answered[0] === ErrorCode.NONE ? undefined : answered
      })
      expect(partitions).toEqual({ 0: ErrorCode.UNKNOWN_SERVER_ERROR })
      expect(await commit(groupId, { 0: 2 })).toEqual({ 0: ErrorCode.NONE })
    } finally {
      await limit(deleteConfig, null)
    }
    expect((await committed(groupId, [0])).partitions).toMatchObject([{ committedOffset: 2 }])
  })

  it.each(versionsOf(OffsetFetch))('are told, fetch version %i', async (version) => {
    const groupId = uniqueName('group')
    await commit(groupId, { 1: 7 })
    const { errorCode, partitions } = await committed(groupId, [0, 1], version)
    expect(errorCode).toBe(0)
    expect(partitions.map((partition) => [partition.partitionIndex, partition.committedOffset])).toEqual([
      [0, -1],
      [1, 7],
    ])
  })

  it.each(versionsOf(OffsetFetch, 2))('are all told for null, fetch version %i', async (version) => {
    const groupId = uniqueName('group')
    await commit(groupId, { 1: 7, 2: 8 })
    const { partitions } = await committed(groupId, null, version)
    expect(partitions.map((partition) => [partition.partitionIndex, partition.committedOffset])).toEqual([
      [1, 7],
      [2, 8],
    ])
  })

  it.each(versionsOf(OffsetFetch))(
    'are none for a group that is not there, fetch version %i',
    async (version) => {
      const { errorCode, partitions } = await committed(uniqueName('absent'), [0], version)
      expect(errorCode).toBe(0)
      expect(partitions).toMatchObject([{ partitionIndex: 0, committedOffset: -1, errorCode: 0 }])
    },
  )

  it('are told for several groups at once', async () => {
    const [first, second] = [uniqueName('group'), uniqueName('group')]
    await commit(first, { 0: 1 })
    await commit(second, { 0: 2 })
    const topics = [{ name: topic.name, partitionIndexes: [0] }]
    const response = await peer.send(OffsetFetch, 8, {
      groups: [
        { groupId: first, topics },
        { groupId: second, topics },
      ],
    })
    const found = response.groups.map((group) => [
      group.groupId,
      group.topics[0]?.partitions[0]?.committedOffset,
    ])
    expect(Object.fromEntries(found)).toEqual({ [first]: 1, [second]: 2 })
  })

  it('replace those before them', async () => {
    const groupId = uniqueName('group')
    await commit(groupId, { 0: 5 })
    await commit(groupId, { 0: 3 })
    expect((await committed(groupId, [0])).partitions[0]?.committedOffset).toBe(3)
  })

  it.each([2, 9, 10])(
    'are refused for topics and partitions that are not there, version %i',
    async (version) => {
      const groupId = uniqueName('group')
      expect(await commit(groupId, { 0: 1, 9: 1 }, { version })).toEqual({
        0: 0,
        9: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      })
      const absent = { name: uniqueName('absent'), id: randomUuid(systemRandom()) }
      expect(await commit(groupId, { 0: 1 }, { version, of: absent })).toEqual({
        0: version >= 10 ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      })
    },
  )

  it('are refused with metadata that is too long', async () => {
    const groupId = uniqueName('group')
    expect(await commit(groupId, { 0: 1 }, { metadata: 'x'.repeat(4096) })).toEqual({ 0: 0 })
    expect(await commit(groupId, { 0: 1 }, { metadata: 'x'.repeat(4097) })).toEqual({
      0: ErrorCode.OFFSET_METADATA_TOO_LARGE,
    })
  })

  it('may belong to a group without a name', async () => {
    const offset = Date.now()
    expect(await commit('', { 0: offset }, { version: 8 })).toEqual({ 0: 0 })
    expect((await committed('', [0], 7)).partitions[0]?.committedOffset).toBe(offset)
  })

  it.each(versionsOf(OffsetCommit))(
    'need the right member and generation in a group with members, version %i',
    async (version) => {
      const groupId = uniqueName('group')
      const on = await Peer.open(engine.bootstrap)
      const request = {
        groupId,
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 10_000,
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: Buffer.from('x') }],
      }
      const member = await on.send(JoinGroup, 3, request)
      const { memberId, generationId: generation } = member
      // The group waits for assignments.
      expect(await commit(groupId, { 0: 1 }, { version, memberId, generation })).toEqual({
        0: ErrorCode.REBALANCE_IN_PROGRESS,
      })
      await on.send(SyncGroup, 3, { groupId, generationId: generation, memberId, assignments: [] })
      expect(await commit(groupId, { 0: 1 }, { version, memberId, generation })).toEqual({ 0: 0 })
      expect(await commit(groupId, { 0: 1 }, { version, memberId, generation: 9 })).toEqual({
        0: ErrorCode.ILLEGAL_GENERATION,
      })
      expect(await commit(groupId, { 0: 1 }, { version, memberId: 'nobody', generation })).toEqual({
        0: ErrorCode.UNKNOWN_MEMBER_ID,
      })
      expect(await commit(groupId, { 0: 1 }, { version })).toEqual({ 0: ErrorCode.UNKNOWN_MEMBER_ID })
      on.close()
    },
  )

  it('are refused to a member of a group that is not there', async () => {
    const asMember = { memberId: 'nobody', generation: 3 }
    expect(await commit(uniqueName('absent'), { 0: 1 }, { ...asMember, version: 8 })).toEqual({
      0: ErrorCode.ILLEGAL_GENERATION,
    })
  })

  describe('OffsetDelete', () => {
    const remove = async (groupId: string, partitions: number[]) => {
      const response = await peer.send(OffsetDelete, 0, {
        groupId,
        topics: [{ name: topic.name, partitions: partitions.map((partitionIndex) => ({ partitionIndex })) }],
      })
      const answers =
        response.topics[0]?.partitions.map((each) => [each.partitionIndex, each.errorCode]) ?? []
      return { errorCode: response.errorCode, partitions: Object.fromEntries(answers) }
    }

    it('deletes the offsets of an empty group', async () => {
      const groupId = uniqueName('group')
      await commit(groupId, { 0: 5, 1: 6 })
      expect(await remove(groupId, [0])).toEqual({ errorCode: 0, partitions: { 0: 0 } })
      const { partitions } = await committed(groupId, [0, 1])
      expect(partitions.map((partition) => partition.committedOffset)).toEqual([-1, 6])
    })

    it('answers groups that are not there', async () => {
      expect((await remove(uniqueName('absent'), [0])).errorCode).toBe(ErrorCode.GROUP_ID_NOT_FOUND)
    })

    it('spares topics that members subscribe to', async () => {
      const groupId = uniqueName('group')
      const on = await Peer.open(engine.bootstrap)
      const metadata = Buffer.concat([
        Buffer.from([0, 0]),
        ConsumerProtocolSubscription.encodeToBuffer(0, { topics: [topic.name] }),
      ])
      const member = await on.send(JoinGroup, 3, {
        groupId,
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 10_000,
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata }],
      })
      const { memberId, generationId } = member
      await on.send(SyncGroup, 3, { groupId, generationId, memberId, assignments: [] })
      await commit(groupId, { 0: 5 }, { memberId, generation: generationId })
      expect(await remove(groupId, [0])).toEqual({
        errorCode: 0,
        partitions: { 0: ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC },
      })
      expect((await committed(groupId, [0])).partitions[0]?.committedOffset).toBe(5)
      on.close()
    })
  })
})

import {
  AlterPartitionReassignments,
  ConsumerGroupDescribe,
  DeleteGroups,
  DescribeGroups,
  ErrorCode,
  FindCoordinator,
  Heartbeat,
  JoinGroup,
  LeaveGroup,
  ListGroups,
  OffsetCommit,
  OffsetDelete,
  OffsetFetch,
  SyncGroup,
} from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consumerHeartbeat, consumerJoin } from '../consumer-member.ts'
import { byChance, eventually, type Topic, uniqueName } from '../fixture.ts'
import type { Peer } from '../peer.ts'
import { Cluster } from './cluster.ts'
import { deleteTopic, elect, ElectionType, placedTopic, untilDescribed } from './fixture.ts'

const offsetsTopic = { name: '__consumer_offsets', id: '' }
const coordinatorId = 1
const otherId = 2
const protocolType = 'consumer'
const metadata = Buffer.from('m')

describe('group coordinators', () => {
  let cluster: Cluster
  let topic: Topic
  let group: string
  let memberId: string
  /** Of the consumer protocol. */
  let consumers: string

  const idOf = async (peer: Peer) => {
    const { coordinators } = await peer.send(FindCoordinator, 6, { keyType: 0, coordinatorKeys: [group] })
    return coordinators[0]?.errorCode === 0 ? coordinators[0].nodeId : undefined
  }
  const committed = async (peer: Peer) => {
    const response = await peer.send(OffsetFetch, 8, { groups: [{ groupId: group, topics: null }] })
    return response.groups[0]
  }
  const commit = async (peer: Peer, committedOffset: number) => {
    const partitions = [{ partitionIndex: 0, committedOffset, committedMetadata: 'm' }]
    const response = await peer.send(OffsetCommit, 8, {
      groupId: group,
      generationIdOrMemberEpoch: 1,
      memberId,
      topics: [{ name: topic.name, partitions }],
    })
    return response.topics[0]?.partitions[0]?.errorCode
  }
  const join = (peer: Peer, id: string) =>
    peer.send(JoinGroup, 9, {
      groupId: group,
      sessionTimeoutMs: 60_000,
      rebalanceTimeoutMs: 5_000,
      memberId: id,
      protocolType,
      protocols: [{ name: 'range', metadata }],
    })

  beforeAll(async () => {
    cluster = await Cluster.open()
    topic = await placedTopic([await cluster.peer(1), await cluster.peer(2), await cluster.peer(3)], [1])
    group = uniqueName('group')
    consumers = uniqueName('consumers')
    const peer = await cluster.peer(coordinatorId)
    await byChance(async () => {
      await eventually(() => idOf(peer))
      await cluster.untilWell()
      await move(coordinatorId)
      memberId = (await join(peer, '')).memberId
      expect(await join(peer, memberId)).toMatchObject({ errorCode: 0, generationId: 1 })
      const assignments = [{ memberId, assignment: metadata }]
      const named = { protocolType, protocolName: 'range' }
      await peer.send(SyncGroup, 5, { groupId: group, generationId: 1, memberId, ...named, assignments })
      expect(await commit(peer, 17)).toBe(0)
    })
    expect(await consumerJoin(peer, consumers, [topic.name])).toMatchObject({ errorCode: 0, memberEpoch: 2 })
  })
  afterAll(async () => {
    await deleteTopic(await cluster.peer(1), topic)
    await cluster?.close()
  })

  /** Where each partition was before is chance. */
  function move(to: number): Promise<void> {
    return byChance(async () => {
      const peer = await cluster.peer(1)
      const replicas = [to, ...[1, 2, 3].filter((id) => id !== to)]
      const partitions = [0, 1, 2].map((partitionIndex) => ({ partitionIndex, replicas }))
      await peer.send(AlterPartitionReassignments, 1, { topics: [{ name: offsetsTopic.name, partitions }] })
      for (const partition of [0, 1, 2]) {
        await untilDescribed(peer, offsetsTopic, ({ replicaNodes: [first] }) => first === to, partition)
        await elect(peer, ElectionType.preferred, offsetsTopic, partition)
        for (const brokerId of [1, 2, 3]) {
          const one = await cluster.peer(brokerId)
          await untilDescribed(one, offsetsTopic, ({ leaderId }) => leaderId === to, partition)
        }
      }
      await untilCoordinatedBy(to)
    })
  }

  async function untilCoordinatedBy(brokerId: number): Promise<void> {
    const peer = await cluster.peer(brokerId)
    await eventually(async () => {
      const { groups } = await peer.send(DescribeGroups, 5, { groups: [group] })
      const code = groups[0]?.errorCode
      return code === ErrorCode.NONE || code === ErrorCode.GROUP_ID_NOT_FOUND ? true : undefined
    })
    // Each group is asked for: what is loaded of one says nothing of the other.
    await eventually(async () => {
      const described = await peer.send(ConsumerGroupDescribe, 1, { groupIds: [consumers] })
      const code = described.groups[0]?.errorCode
      return code === ErrorCode.NONE || code === ErrorCode.GROUP_ID_NOT_FOUND ? true : undefined
    })
  }

  it('are named alike by all brokers', async () => {
    for (const brokerId of [1, 2, 3]) expect(await idOf(await cluster.peer(brokerId))).toBe(coordinatorId)
  })

  it('are the only ones that know their groups', async () => {
    const peer = await cluster.peer(otherId)
    const which = { groupId: group, memberId, generationId: 1 }
    const named = { protocolType, protocolName: 'range' }
    const expected = ErrorCode.NOT_COORDINATOR
    expect(await join(peer, memberId)).toMatchObject({ errorCode: expected })
    expect(await peer.send(SyncGroup, 5, { ...which, ...named, assignments: [] })).toMatchObject({
      errorCode: expected,
    })
    expect(await peer.send(Heartbeat, 4, which)).toMatchObject({ errorCode: expected })
    expect(await peer.send(LeaveGroup, 5, { groupId: group, members: [{ memberId }] })).toMatchObject({
      errorCode: expected,
    })
    expect(await commit(peer, 18)).toBe(expected)
    expect(await committed(peer)).toMatchObject({ errorCode: expected, topics: [] })
    const { groups } = await peer.send(DescribeGroups, 6, { groups: [group] })
    expect(groups).toMatchObject([{ errorCode: expected, members: [] }])
    expect(await consumerHeartbeat(peer, consumers, { memberEpoch: 2 })).toMatchObject({
      errorCode: expected,
    })
    const described = await peer.send(ConsumerGroupDescribe, 1, { groupIds: [consumers] })
    expect(described.groups).toMatchObject([{ errorCode: expected, members: [] }])
    const deleted = await peer.send(DeleteGroups, 2, { groupsNames: [group] })
    expect(deleted.results).toMatchObject([{ groupId: group, errorCode: expected }])
    const topics = [{ name: topic.name, partitions: [{ partitionIndex: 0 }] }]
    expect(await peer.send(OffsetDelete, 0, { groupId: group, topics })).toMatchObject({
      errorCode: expected,
    })
  })

  it('list only their own groups', async () => {
    const lists: boolean[] = []
    for (const brokerId of [coordinatorId, otherId]) {
      const { groups } = await (await cluster.peer(brokerId)).send(ListGroups, 5, {})
      lists.push(groups.some(({ groupId }) => groupId === group))
    }
    expect(lists).toEqual([true, false])
  })

  describe('when another broker leads their partition', () => {
    beforeAll(async () => {
      await move(otherId)
    })

    it('move there with all they know', async () => {
      const peer = await cluster.peer(otherId)
      expect(await idOf(peer)).toBe(otherId)
      expect(await committed(peer)).toMatchObject({
        errorCode: 0,
        topics: [
          { name: topic.name, partitions: [{ partitionIndex: 0, committedOffset: 17, metadata: 'm' }] },
        ],
      })
      const { groups } = await peer.send(DescribeGroups, 6, { groups: [group] })
      expect(groups).toMatchObject([{ errorCode: 0, groupState: 'Stable', protocolData: 'range' }])
      expect(groups[0]?.members).toMatchObject([{ memberId, memberAssignment: metadata }])
      const described = await peer.send(ConsumerGroupDescribe, 1, { groupIds: [consumers] })
      expect(described.groups).toMatchObject([{ groupState: 'Stable', groupEpoch: 2, assignmentEpoch: 2 }])
      expect(described.groups[0]?.members).toMatchObject([
        { memberEpoch: 2, assignment: { topicPartitions: [{ topicId: topic.id, partitions: [0] }] } },
      ])
    })

    it('the members stay, at the new one alone', async () => {
      const which = { groupId: group, memberId, generationId: 1 }
      const old = await cluster.peer(coordinatorId)
      expect(await old.send(Heartbeat, 4, which)).toMatchObject({ errorCode: ErrorCode.NOT_COORDINATOR })
      expect(await commit(old, 18)).toBe(ErrorCode.NOT_COORDINATOR)
      const peer = await cluster.peer(otherId)
      expect(await peer.send(Heartbeat, 4, which)).toMatchObject({ errorCode: 0 })
      expect(await commit(peer, 18)).toBe(0)
      const lives = await consumerHeartbeat(peer, consumers, { memberEpoch: 2 })
      expect(lives).toMatchObject({ errorCode: 0, memberEpoch: 2, assignment: null })
    })

    it('and back', async () => {
      await move(coordinatorId)
      const peer = await cluster.peer(coordinatorId)
      // The new leader may not know yet that the last of it is committed.
      const found = await eventually(async () => {
        const offset = (await committed(peer))?.topics[0]?.partitions[0]?.committedOffset
        return offset === 17 ? undefined : offset
      })
      expect(found).toBe(18)
      expect(await peer.send(Heartbeat, 4, { groupId: group, memberId, generationId: 1 })).toMatchObject({
        errorCode: 0,
      })
      const left = await peer.send(LeaveGroup, 5, { groupId: group, members: [{ memberId }] })
      expect(left.members).toMatchObject([{ errorCode: 0 }])
    })
  })
})

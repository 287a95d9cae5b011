import {
  ConsumerGroupDescribe,
  ConsumerProtocolAssignment,
  ConsumerProtocolSubscription,
  ErrorCode,
  JoinGroup,
  ListGroups,
  OffsetCommit,
  SyncGroup,
  Writer,
} from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { heartbeat, join, joinRequest, leave, sync } from './classic-member.ts'
import { assigned, consumerHeartbeat, consumerJoin } from './consumer-member.ts'
import { type Engine, start } from './engine.ts'
import { createTopic, eventually, type Topic, uniqueName, untilCoordinated } from './fixture.ts'
import { Peer } from './peer.ts'

describe('the migration of a group between the protocols', () => {
  let engine: Engine
  const peers: Peer[] = []
  let peer: Peer
  let topic: Topic
  beforeAll(async () => {
    engine = await start()
    peer = await open()
    await untilCoordinated(peer, 'any')
    topic = await createTopic(peer, { partitions: 3 })
  })
  afterAll(async () => {
    for (const each of peers) each.close()
    await engine.stop()
  })

  const open = async () => {
    const opened = await Peer.open(engine.bootstrap)
    peers.push(opened)
    return opened
  }
  /** What a consumer says of itself under the classic protocol, version 1. */
  const subscribed = (...owned: number[]) => {
    const writer = new Writer(64)
    writer.int16(1)
    ConsumerProtocolSubscription.encode(writer, 1, {
      topics: [topic.name],
      userData: null,
      ownedPartitions: owned.length > 0 ? [{ topic: topic.name, partitions: owned }] : [],
    })
    return { protocols: [{ name: 'range', metadata: writer.finish() }] }
  }
  const assignment = (...partitions: number[]) => {
    const writer = new Writer(64)
    writer.int16(0)
    const assignedPartitions = [{ topic: topic.name, partitions }]
    ConsumerProtocolAssignment.encode(writer, 0, { assignedPartitions, userData: null })
    return writer.finish()
  }
  const typeOf = async (groupId: string) => {
    const { groups } = await peer.send(ListGroups, 5, { statesFilter: [], typesFilter: [] })
    const group = groups.find((each) => each.groupId === groupId)
    return `${group?.groupType} ${group?.groupState}`
  }
  const describeOne = async (groupId: string) => {
    const { groups } = await peer.send(ConsumerGroupDescribe, 1, { groupIds: [groupId] })
    return groups[0]
  }
  /** A stable group of the classic protocol, whose only member has everything. */
  const classicGroup = async () => {
    const groupId = uniqueName('group')
    const on = await open()
    const member = await join(on, groupId, '', subscribed())
    const { memberId, generationId } = member
    await on.send(SyncGroup, 4, {
      groupId,
      memberId,
      generationId,
      assignments: [{ memberId, assignment: assignment(0, 1, 2) }],
    })
    return { groupId, on, member }
  }

  it('goes up, member by member, and down again', async () => {
    const { groupId, on, member } = await classicGroup()
    const { memberId } = member
    expect(await typeOf(groupId)).toBe('classic Stable')
    const joined = await consumerJoin(peer, groupId, [topic.name])
    expect(joined).toMatchObject({ errorCode: 0, memberEpoch: 2, assignment: { topicPartitions: [] } })
    expect(await typeOf(groupId)).toBe('consumer Reconciling')
    expect(await heartbeat(on, groupId, member)).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
    // It has given back everything, as eager consumers do before they join again.
    const again = await join(on, groupId, memberId, subscribed())
    expect(again).toMatchObject({
      errorCode: 0,
      generationId: 2,
      protocolName: 'range',
      leader: '',
      members: [],
    })
    const synced = await sync(on, groupId, again)
    expect(synced).toMatchObject({ errorCode: 0, protocolType: 'consumer', protocolName: 'range' })
    expect(await heartbeat(on, groupId, again)).toBe(0)
    const given = await consumerHeartbeat(peer, groupId, { memberEpoch: 2 })
    expect(assigned(given)?.[topic.id]?.length).toBeGreaterThan(0)
    expect(await typeOf(groupId)).toBe('consumer Stable')
    await consumerHeartbeat(peer, groupId, { memberEpoch: -1 })
    expect(await typeOf(groupId)).toBe('classic PreparingRebalance')
    const back = await join(on, groupId, memberId, subscribed())
    expect(back).toMatchObject({ errorCode: 0, generationId: 3, leader: memberId })
    await sync(on, groupId, back, { [memberId]: 'all' })
    expect(await typeOf(groupId)).toBe('classic Stable')
  })

  it('has members of the classic protocol give back before others are given', async () => {
    const { groupId, on, member } = await classicGroup()
    await consumerJoin(peer, groupId, [topic.name])
    const told = await join(on, groupId, member.memberId, subscribed(0, 1, 2))
    expect(told).toMatchObject({ errorCode: 0, generationId: 1 })
    expect(await describeOne(groupId)).toMatchObject({ groupState: 'Reconciling', groupEpoch: 2 })
    expect((await sync(on, groupId, told)).errorCode).toBe(0)
    expect(await heartbeat(on, groupId, told)).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
    const done = await join(on, groupId, member.memberId, subscribed())
    expect(done).toMatchObject({ errorCode: 0, generationId: 2 })
  })

  it('fences what members of the classic protocol commit by their generation', async () => {
    const { groupId, member } = await classicGroup()
    await consumerJoin(peer, groupId, [topic.name])
    const commit = async (generation: number, memberId = member.memberId) => {
      const partitions = [{ partitionIndex: 0, committedOffset: 5 }]
      const { topics } = await peer.send(OffsetCommit, 8, {
        groupId,
        memberId,
        generationIdOrMemberEpoch: generation,
        topics: [{ name: topic.name, partitions }],
      })
      return topics[0]?.partitions[0]?.errorCode
    }
    expect(await commit(1)).toBe(0)
    expect(await commit(2)).toBe(ErrorCode.ILLEGAL_GENERATION)
    expect(await commit(0)).toBe(ErrorCode.ILLEGAL_GENERATION)
    expect(await commit(1, 'x')).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
  })

  it('takes members of the classic protocol into a consumer group', async () => {
    const groupId = uniqueName('group')
    await consumerJoin(peer, groupId, [topic.name])
    const on = await open()
    const asked = await on.send(JoinGroup, 9, joinRequest(groupId, '', subscribed()))
    expect(asked).toMatchObject({ errorCode: ErrorCode.MEMBER_ID_REQUIRED, generationId: -1 })
    const joined = await on.send(JoinGroup, 9, joinRequest(groupId, asked.memberId, subscribed()))
    expect(joined).toMatchObject({ errorCode: 0, generationId: 3, memberId: asked.memberId })
    expect((await sync(on, groupId, joined)).errorCode).toBe(0)
    expect((await sync(on, groupId, { ...joined, generationId: 2 })).errorCode).toBe(
      ErrorCode.ILLEGAL_GENERATION,
    )
    expect(await heartbeat(on, groupId, { ...joined, generationId: 2 })).toBe(ErrorCode.ILLEGAL_GENERATION)
    expect(await heartbeat(on, groupId, { ...joined, memberId: 'm' })).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
    const { members } = await leave(on, groupId, joined.memberId)
    expect(members[0]?.errorCode).toBe(0)
    expect(await typeOf(groupId)).toMatch(/^consumer/)
  })

  it.each([
    ['of another type', { protocolType: 'connect' }, ErrorCode.INCONSISTENT_GROUP_PROTOCOL],
    ['without protocols', { protocols: [] }, ErrorCode.INCONSISTENT_GROUP_PROTOCOL],
    [
      'that cannot be read',
      { memberId: 'known', protocols: [{ name: 'range', metadata: Buffer.from('a') }] },
      ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
    ],
    [
      'of an instance that there is not',
      { memberId: 'x', groupInstanceId: 'two' },
      ErrorCode.UNKNOWN_MEMBER_ID,
    ],
  ])('refuses a member of the classic protocol %s', async (_, more, code) => {
    const groupId = uniqueName('group')
    await consumerJoin(peer, groupId, [topic.name])
    const on = await open()
    const { errorCode } = await on.send(JoinGroup, 9, joinRequest(groupId, '', { ...subscribed(), ...more }))
    expect(errorCode).toBe(code)
  })

  it('refuses to take up a group whose members are no consumers', async () => {
    const groupId = uniqueName('group')
    const on = await open()
    const member = await join(on, groupId, '', { protocolType: 'connect' })
    await sync(on, groupId, member, { [member.memberId]: 'all' }, 4)
    const refused = await consumerJoin(peer, groupId, [topic.name])
    expect(refused.errorCode).toBe(ErrorCode.GROUP_ID_NOT_FOUND)
    expect(refused.errorMessage).not.toBeNull()
    const { member: broken, on: second, groupId: other } = await classicGroup()
    await consumerHeartbeat(peer, other, { memberEpoch: 1 })
    expect(await heartbeat(second, other, broken)).toBe(0)
  })

  it('brings an instance from one protocol to the other', async () => {
    const groupId = uniqueName('group')
    const instance = { groupInstanceId: 'one' }
    await consumerJoin(peer, groupId, [topic.name], { instanceId: 'one' })
    await consumerHeartbeat(peer, groupId, { memberEpoch: -2, instanceId: 'one' })
    const on = await open()
    const joined = await join(on, groupId, '', { ...subscribed(), ...instance })
    expect(joined).toMatchObject({ errorCode: 0, generationId: 2 })
    expect(await typeOf(groupId)).toBe('classic Stable')
    const back = await consumerJoin(peer, groupId, [topic.name], { instanceId: 'one' })
    expect(back).toMatchObject({ errorCode: 0, memberEpoch: 2 })
    expect(assigned(back)).toEqual({ [topic.id]: [0, 1, 2] })
    expect(await typeOf(groupId)).toBe('consumer Stable')
  })

  it('makes an empty group of either protocol one of the other', async () => {
    const groupId = uniqueName('group')
    await consumerJoin(peer, groupId, [topic.name])
    await consumerHeartbeat(peer, groupId, { memberEpoch: -1 })
    const on = await open()
    const member = await join(on, groupId, '', subscribed())
    expect(member).toMatchObject({ errorCode: 0, generationId: 1 })
    await sync(on, groupId, member, { [member.memberId]: 'all' })
    expect(await typeOf(groupId)).toBe('classic Stable')
    await leave(on, groupId, member.memberId)
    await eventually(async () => ((await typeOf(groupId)) === 'classic Empty' ? true : undefined))
    expect(await consumerJoin(peer, groupId, [topic.name])).toMatchObject({ errorCode: 0, memberEpoch: 2 })
    expect(await typeOf(groupId)).toBe('consumer Stable')
  })
})

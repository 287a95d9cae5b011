import {
  ConsumerGroupDescribe,
  DeleteGroups,
  DescribeGroups,
  ErrorCode,
  Heartbeat,
  LeaveGroup,
  ListGroups,
  OffsetCommit,
  OffsetDelete,
  OffsetFetch,
  SyncGroup,
} from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assigned, type ConsumerRequest, consumerHeartbeat, consumerJoin } from './consumer-member.ts'
import { type Engine, start } from './engine.ts'
import {
  byChance,
  createTopic,
  eventually,
  type Topic,
  uniqueName,
  untilCoordinated,
  versionsOf,
} from './fixture.ts'
import { Peer } from './peer.ts'

describe('the consumer group protocol', () => {
  let engine: Engine
  let peer: Peer
  let topic: Topic
  beforeAll(async () => {
    engine = await start()
    peer = await Peer.open(engine.bootstrap)
    await untilCoordinated(peer, 'any')
    topic = await createTopic(peer, { partitions: 3 })
  })
  afterAll(async () => {
    peer.close()
    await engine.stop()
  })

  const describeOne = async (groupId: string, version = 1) => {
    const { groups } = await peer.send(ConsumerGroupDescribe, version, { groupIds: [groupId] })
    const [group] = groups
    if (!group) throw new Error('no answer')
    return group
  }
  const owns = (...partitions: number[]) => [{ topicId: topic.id, partitions }]
  const join = (groupId: string, more: ConsumerRequest = {}) =>
    consumerJoin(peer, groupId, [topic.name], more)
  const commit = async (groupId: string, memberId: string, epoch: number, partition = 0, version = 9) => {
    const partitions = [{ partitionIndex: partition, committedOffset: 5 }]
    const named = version >= 10 ? { topicId: topic.id, partitions } : { name: topic.name, partitions }
    const { topics } = await peer.send(OffsetCommit, version, {
      groupId,
      memberId,
      generationIdOrMemberEpoch: epoch,
      topics: [named],
    })
    return topics[0]?.partitions[0]?.errorCode
  }

  it.each([0, 1])('lets a member join, live and leave, version %i', async (version) => {
    const groupId = uniqueName('group')
    const joined = await consumerJoin(peer, groupId, [topic.name], {}, version)
    expect(joined).toMatchObject({ errorCode: 0, memberId: 'm', memberEpoch: 2, heartbeatIntervalMs: 5_000 })
    expect(assigned(joined)).toEqual({ [topic.id]: [0, 1, 2] })
    const alive = await consumerHeartbeat(peer, groupId, { memberEpoch: 2 }, version)
    expect(alive).toMatchObject({ errorCode: 0, memberEpoch: 2, assignment: null })
    expect(await describeOne(groupId, version)).toMatchObject({
      errorCode: 0,
      groupState: 'Stable',
      groupEpoch: 2,
      assignmentEpoch: 2,
      assignorName: 'uniform',
      members: [{ memberId: 'm', memberEpoch: 2, memberType: version >= 1 ? 1 : -1 }],
    })
    const left = await consumerHeartbeat(peer, groupId, { memberEpoch: -1 }, version)
    expect(left).toMatchObject({ errorCode: 0, memberId: 'm', memberEpoch: -1 })
    expect(await describeOne(groupId, version)).toMatchObject({
      groupState: 'Empty',
      groupEpoch: 3,
      members: [],
    })
  })

  it('moves partitions from one member to another, which gives them back first', async () => {
    const groupId = uniqueName('group')
    await join(groupId, { memberId: 'a' })
    const second = await join(groupId, { memberId: 'b' })
    expect(second).toMatchObject({ errorCode: 0, memberEpoch: 3 })
    expect(assigned(second)).toEqual({})
    const told = await consumerHeartbeat(peer, groupId, { memberId: 'a', memberEpoch: 2 })
    expect(told.memberEpoch).toBe(2)
    const kept = assigned(told)?.[topic.id] ?? []
    expect([1, 2]).toContain(kept.length)
    const confirmed = { memberId: 'a', memberEpoch: 2, topicPartitions: owns(...kept) }
    expect(await consumerHeartbeat(peer, groupId, confirmed)).toMatchObject({ memberEpoch: 3 })
    const given = await consumerHeartbeat(peer, groupId, { memberId: 'b', memberEpoch: 3 })
    expect([...kept, ...(assigned(given)?.[topic.id] ?? [])].toSorted()).toEqual([0, 1, 2])
    expect(await describeOne(groupId)).toMatchObject({ groupState: 'Stable', groupEpoch: 3 })
  })

  it('takes a static member back in its place', async () => {
    const groupId = uniqueName('group')
    const one = { instanceId: 'one' }
    await join(groupId, { memberId: 'a', ...one })
    expect(await join(groupId, { memberId: 'b', ...one })).toMatchObject({
      errorCode: ErrorCode.UNRELEASED_INSTANCE_ID,
    })
    await consumerHeartbeat(peer, groupId, { memberId: 'a', memberEpoch: -2, ...one })
    expect(await describeOne(groupId)).toMatchObject({ members: [{ memberId: 'a', memberEpoch: -2 }] })
    const back = await join(groupId, { memberId: 'b', ...one })
    expect(back).toMatchObject({ errorCode: 0, memberEpoch: 2 })
    expect(assigned(back)).toEqual({ [topic.id]: [0, 1, 2] })
    const former = { memberId: 'a', memberEpoch: 2 }
    for (const [instanceId, code] of [
      ['one', ErrorCode.FENCED_INSTANCE_ID],
      ['two', ErrorCode.UNKNOWN_MEMBER_ID],
    ] as const)
      expect((await consumerHeartbeat(peer, groupId, { ...former, instanceId })).errorCode).toBe(code)
    expect((await consumerHeartbeat(peer, groupId, { ...former, memberEpoch: -1, ...one })).errorCode).toBe(
      ErrorCode.FENCED_INSTANCE_ID,
    )
  })

  it.each([
    ['no group id', { groupId: '' }, ErrorCode.INVALID_REQUEST],
    ['a blank group id', { groupId: '  ' }, ErrorCode.INVALID_REQUEST],
    ['no member id', { memberId: '' }, ErrorCode.INVALID_REQUEST],
    ['an empty instance id', { instanceId: '' }, ErrorCode.INVALID_REQUEST],
    ['an empty rack', { rackId: '' }, ErrorCode.INVALID_REQUEST],
    ['no rebalance timeout', { rebalanceTimeoutMs: -1 }, ErrorCode.INVALID_REQUEST],
    ['partitions that it has already', { topicPartitions: [{ partitions: [0] }] }, ErrorCode.INVALID_REQUEST],
    ['no word of its partitions', { topicPartitions: null }, ErrorCode.INVALID_REQUEST],
    ['no subscription', { subscribedTopicNames: null }, ErrorCode.INVALID_REQUEST],
    ['an epoch that there is not', { memberEpoch: -3 }, ErrorCode.INVALID_REQUEST],
    ['a static leave without an instance', { memberEpoch: -2 }, ErrorCode.INVALID_REQUEST],
    ['an assignor that there is not', { serverAssignor: 'sticky' }, ErrorCode.UNSUPPORTED_ASSIGNOR],
    ['an epoch, of a group that there is not', { memberEpoch: 1 }, ErrorCode.GROUP_ID_NOT_FOUND],
    ['a leave, of a group that there is not', { memberEpoch: -1 }, ErrorCode.GROUP_ID_NOT_FOUND],
  ] as [string, ConsumerRequest, number][])('refuses a member with %s', async (_, request, errorCode) => {
    const answer = await join(uniqueName('group'), request)
    expect(answer).toMatchObject({ errorCode, memberId: null, memberEpoch: 0, assignment: null })
    expect(answer.errorMessage).not.toBeNull()
  })

  it('lets the coordinator choose the id of a member of version 0', async () => {
    const groupId = uniqueName('group')
    const joined = await consumerJoin(peer, groupId, [topic.name], { memberId: '' }, 0)
    expect(joined.memberId).toMatch(/^[\w-]{22}$/)
  })

  it('takes an empty subscription, and topics that there are not', async () => {
    const groupId = uniqueName('group')
    const joined = await consumerJoin(peer, groupId, [], { memberId: 'a' })
    expect(joined).toMatchObject({ errorCode: 0, assignment: { topicPartitions: [] } })
    const missing = uniqueName('topic')
    const other = await consumerJoin(peer, groupId, [missing], { memberId: 'b' })
    expect(other).toMatchObject({ errorCode: 0, assignment: { topicPartitions: [] } })
    await createTopic(peer, { name: missing })
    expect(await describeOne(groupId)).toMatchObject({ groupState: 'Reconciling' })
  })

  it('fences members of other epochs, and strangers', async () => {
    const groupId = uniqueName('group')
    await join(groupId)
    const codes = []
    for (const memberEpoch of [1, 3])
      codes.push(
        (await consumerHeartbeat(peer, groupId, { memberEpoch, topicPartitions: owns(0) })).errorCode,
      )
    expect(codes).toEqual([ErrorCode.FENCED_MEMBER_EPOCH, ErrorCode.FENCED_MEMBER_EPOCH])
    for (const memberEpoch of [1, -1])
      expect((await consumerHeartbeat(peer, groupId, { memberId: 'x', memberEpoch })).errorCode).toBe(
        ErrorCode.UNKNOWN_MEMBER_ID,
      )
    // What it was last answered may have been lost: it joins again as who it is.
    expect(await join(groupId)).toMatchObject({ errorCode: 0, memberEpoch: 2 })
  })

  it('changes what a member has with its subscription', async () => {
    const groupId = uniqueName('group')
    const other = await createTopic(peer)
    const names = { subscribedTopicNames: [topic.name, other.name] }
    await join(groupId, names)
    const told = await consumerHeartbeat(peer, groupId, {
      memberEpoch: 2,
      subscribedTopicNames: [other.name],
    })
    expect(told).toMatchObject({ errorCode: 0, memberEpoch: 2 })
    expect(assigned(told)).toEqual({ [other.id]: [0] })
    const confirmed = [{ topicId: other.id, partitions: [0] }]
    const after = await consumerHeartbeat(peer, groupId, { memberEpoch: 2, topicPartitions: confirmed })
    expect(after).toMatchObject({ memberEpoch: 3 })
  })

  it('assigns by range where most ask for it', async () => {
    const groupId = uniqueName('group')
    const joined = await join(groupId, { serverAssignor: 'range' })
    expect(assigned(joined)).toEqual({ [topic.id]: [0, 1, 2] })
    expect(await describeOne(groupId)).toMatchObject({ assignorName: 'range' })
  })

  it.each(versionsOf(OffsetCommit, 9))('fences commits by the member epoch, version %i', async (version) => {
    const groupId = uniqueName('group')
    await join(groupId, { memberId: 'a' })
    expect(await commit(groupId, 'a', 2, 0, version)).toBe(0)
    expect(await commit(groupId, 'a', 1, 0, version)).toBe(ErrorCode.STALE_MEMBER_EPOCH)
    expect(await commit(groupId, 'a', 3, 0, version)).toBe(ErrorCode.STALE_MEMBER_EPOCH)
    expect(await commit(groupId, 'b', 2, 0, version)).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
    expect(await commit(groupId, '', -1, 0, version)).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
    await consumerHeartbeat(peer, groupId, { memberId: 'a', memberEpoch: -1 })
    expect(await commit(groupId, '', -1, 0, version)).toBe(0)
  })

  it('refuses commits of older versions from members', async () => {
    const groupId = uniqueName('group')
    await join(groupId)
    expect(await commit(groupId, 'm', 2, 0, 8)).toBe(ErrorCode.UNSUPPORTED_VERSION)
  })

  it('takes a commit with an older epoch for what a member has had since then', async () => {
    const groupId = uniqueName('group')
    await join(groupId, { memberId: 'a' })
    await join(groupId, { memberId: 'b' })
    const told = await consumerHeartbeat(peer, groupId, { memberId: 'a', memberEpoch: 2 })
    const kept = assigned(told)?.[topic.id] ?? []
    await consumerHeartbeat(peer, groupId, { memberId: 'a', memberEpoch: 2, topicPartitions: owns(...kept) })
    const gone = [0, 1, 2].find((partition) => !kept.includes(partition))
    expect(await commit(groupId, 'a', 2, kept[0])).toBe(0)
    expect(await commit(groupId, 'a', 2, gone)).toBe(ErrorCode.STALE_MEMBER_EPOCH)
  })

  it('fences fetches of offsets by the member epoch', async () => {
    const groupId = uniqueName('group')
    await join(groupId)
    await commit(groupId, 'm', 2)
    const fetch = async (memberId: string | null, memberEpoch: number) => {
      const topics = [{ name: topic.name, partitionIndexes: [0] }]
      const { groups } = await peer.send(OffsetFetch, 9, {
        groups: [{ groupId, memberId, memberEpoch, topics }],
      })
      return groups[0]
    }
    expect(await fetch(null, -1)).toMatchObject({ errorCode: 0 })
    expect(await fetch('m', 2)).toMatchObject({ errorCode: 0 })
    expect(await fetch('m', 1)).toMatchObject({ errorCode: ErrorCode.STALE_MEMBER_EPOCH })
    expect(await fetch('m', -1)).toMatchObject({ errorCode: ErrorCode.STALE_MEMBER_EPOCH })
    expect(await fetch('x', 2)).toMatchObject({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID })
    expect(await fetch('', 2)).toMatchObject({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID })
    expect((await fetch(null, 2))?.errorCode).not.toBe(0)
  })

  describe('with a regular expression', () => {
    const joinBy = (groupId: string, subscribedTopicRegex: string, memberId = 'm') =>
      join(groupId, { memberId, subscribedTopicNames: null, subscribedTopicRegex })
    /** Heartbeats until the member has these topics. */
    const untilGiven = (groupId: string, ids: string[], memberId = 'm') =>
      byChance(() =>
        eventually(async () => {
          const { members } = await describeOne(groupId)
          const memberEpoch = members.find((each) => each.memberId === memberId)?.memberEpoch ?? 0
          await consumerHeartbeat(peer, groupId, { memberId, memberEpoch })
          const after = await describeOne(groupId)
          const has = after.members
            .find((each) => each.memberId === memberId)
            ?.assignment.topicPartitions.map(({ topicId }) => topicId)
          return has?.toSorted().join() === ids.toSorted().join() ? after : undefined
        }),
      )

    it('gives a member the topics whose whole name matches', async () => {
      const groupId = uniqueName('group')
      const first = await createTopic(peer)
      const second = await createTopic(peer)
      const { errorCode } = await joinBy(groupId, `${first.name}|${second.name.slice(0, -1)}.|${topic.name}x`)
      expect(errorCode).toBe(0)
      const group = await untilGiven(groupId, [first.id, second.id])
      expect(group.members[0]).toMatchObject({ subscribedTopicNames: [] })
      // A broker may hear of the one topic before the other, and then there are two assignments.
      expect(group.members[0]?.memberEpoch).toBeGreaterThan(1)
    })

    it.each([
      ['ends too soon', 'foo(('],
      ['refers back', '(a)\\1'],
      ['looks ahead', 'a(?=b)'],
      ['repeats nothing', '*a'],
      ['has a range that is none', '[z-a]'],
      ['repeats too much', 'a{1001}'],
      ['ends in an escape', 'a\\'],
    ])('refuses one that %s', async (_, regex) => {
      const refused = await joinBy(uniqueName('group'), regex)
      expect(refused.errorCode).toBe(ErrorCode.INVALID_REGULAR_EXPRESSION)
    })

    it('may match nothing', async () => {
      const groupId = uniqueName('group')
      expect(await joinBy(groupId, uniqueName('nothing'))).toMatchObject({
        errorCode: 0,
        memberEpoch: 1,
        assignment: { topicPartitions: [] },
      })
    })
  })

  it('is no group of the classic protocol', async () => {
    const groupId = uniqueName('group')
    await join(groupId)
    const { groups } = await peer.send(DescribeGroups, 6, { groups: [groupId] })
    expect(groups).toMatchObject([{ errorCode: ErrorCode.GROUP_ID_NOT_FOUND, groupState: 'Dead' }])
    const older = await peer.send(DescribeGroups, 5, { groups: [groupId] })
    expect(older.groups).toMatchObject([{ errorCode: 0, groupState: 'Dead' }])
    const member = { groupId, memberId: 'm', generationId: 2 }
    expect((await peer.send(Heartbeat, 4, member)).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
    const protocol = { protocolType: 'consumer', protocolName: 'range' }
    expect((await peer.send(SyncGroup, 5, { ...member, ...protocol })).errorCode).toBe(
      ErrorCode.UNKNOWN_MEMBER_ID,
    )
  })

  it('lets an administrator remove members', async () => {
    const groupId = uniqueName('group')
    await join(groupId, { memberId: 'a' })
    await join(groupId, { memberId: 'b', instanceId: 'one' })
    const { members } = await peer.send(LeaveGroup, 5, {
      groupId,
      members: [{ memberId: 'a' }, { groupInstanceId: 'one' }, { memberId: 'x' }, { groupInstanceId: 'two' }],
    })
    expect(members.map(({ errorCode }) => errorCode)).toEqual([
      0,
      0,
      ErrorCode.UNKNOWN_MEMBER_ID,
      ErrorCode.UNKNOWN_MEMBER_ID,
    ])
    expect(await describeOne(groupId)).toMatchObject({ groupState: 'Empty' })
  })

  it('is listed with its type and its state', async () => {
    const groupId = uniqueName('group')
    await join(groupId)
    const list = async (statesFilter: string[], typesFilter: string[]) => {
      const { groups } = await peer.send(ListGroups, 5, { statesFilter, typesFilter })
      return groups.filter((group) => group.groupId === groupId)
    }
    const listed = { groupId, protocolType: 'consumer', groupState: 'Stable', groupType: 'consumer' }
    expect(await list([], [])).toEqual([listed])
    expect(await list(['STABLE'], ['Consumer'])).toEqual([listed])
    expect(await list(['Empty'], [])).toEqual([])
    expect(await list([], ['classic'])).toEqual([])
  })

  it('is deleted once it is empty', async () => {
    const groupId = uniqueName('group')
    await join(groupId)
    const remove = async () => {
      const { results } = await peer.send(DeleteGroups, 2, { groupsNames: [groupId] })
      return results[0]?.errorCode
    }
    await commit(groupId, 'm', 2)
    expect(await remove()).toBe(ErrorCode.NON_EMPTY_GROUP)
    const { topics } = await peer.send(OffsetDelete, 0, {
      groupId,
      topics: [{ name: topic.name, partitions: [{ partitionIndex: 0 }] }],
    })
    expect(topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC)
    await consumerHeartbeat(peer, groupId, { memberEpoch: -1 })
    expect(await remove()).toBe(0)
    expect(await describeOne(groupId)).toMatchObject({ errorCode: ErrorCode.GROUP_ID_NOT_FOUND })
  })

  it('is described, or not', async () => {
    const simple = uniqueName('group')
    await commit(simple, '', -1)
    expect(await describeOne(simple)).toMatchObject({ errorCode: ErrorCode.GROUP_ID_NOT_FOUND })
    expect(await describeOne(uniqueName('group'))).toMatchObject({ errorCode: ErrorCode.GROUP_ID_NOT_FOUND })
    expect(await describeOne('')).toMatchObject({ errorCode: ErrorCode.INVALID_GROUP_ID })
    // Offsets alone make no group that could not become another.
    expect(await join(simple)).toMatchObject({ errorCode: 0, memberEpoch: 2 })
    expect(await describeOne(simple)).toMatchObject({ errorCode: 0, groupState: 'Stable' })
  })
})

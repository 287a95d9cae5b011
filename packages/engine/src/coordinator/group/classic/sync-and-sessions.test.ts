import { ErrorCode } from '@sluice/wire'
import { beforeEach, describe, expect, test } from 'vitest'
import { GroupTestContext } from '../testing/group-context.ts'

let context: GroupTestContext
beforeEach(async () => {
  context = await GroupTestContext.start()
})

describe('SyncGroup', () => {
  test('gives every member its part once the assignment is recorded', async () => {
    await context.stableGroup()
    const { memberId } = await context.joinGroup()
    const followerJoin = context.joinGroup({ memberId })
    const leader = await context.joinGroup({ memberId: (await context.describe()).members?.[0]?.memberId })
    const follower = await followerJoin
    const followerSync = context.park(context.syncGroup(follower))
    await context.settle()
    expect(followerSync.isSettled).toBe(false)
    context.log.hold()
    const leaderSync = context.park(
      context.syncGroup(leader, { [leader.memberId]: 'L', [follower.memberId]: 'F', stranger: 'S' }),
    )
    await context.settle()
    expect([leaderSync.isSettled, followerSync.isSettled]).toEqual([false, false])
    context.log.release()
    await context.settle()
    expect(leaderSync.value).toMatchObject({
      errorCode: ErrorCode.NONE,
      protocolType: 'consumer',
      protocolName: 'range',
    })
    expect(leaderSync.value?.assignment.toString()).toBe('L')
    expect(followerSync.value?.assignment.toString()).toBe('F')
    expect(await context.state()).toBe('Stable')
    const last = context.log.records().at(-1)
    expect(last).toMatchObject({
      type: 'group-metadata',
      value: { generation: 2, protocol: 'range', protocolType: 'consumer', leader: leader.memberId },
    })
    const members = last?.type === 'group-metadata' ? (last.value?.members ?? []) : []
    expect(members.map((member) => member.assignment.toString()).toSorted()).toEqual(['F', 'L'])
    expect(members[0]).toMatchObject({
      clientId: 'reader',
      clientHost: '/127.0.0.1',
      sessionTimeout: 10_000,
      rebalanceTimeout: 30_000,
    })
  })

  test('gives an empty assignment to whom the leader has forgotten, and to a late one its own', async () => {
    const { leader } = await context.stablePair()
    const leaderJoin = context.joinGroup({ memberId: leader.memberId })
    const members = (await context.describe()).members ?? []
    const other = members.find(({ memberId }) => memberId !== leader.memberId)
    const follower = await context.joinGroup({ memberId: other?.memberId })
    const again = await leaderJoin
    await context.syncGroup(again, { [again.memberId]: 'all' })
    const late = await context.syncGroup(follower)
    expect(late).toMatchObject({ errorCode: ErrorCode.NONE })
    expect(late.assignment.toString()).toBe('')
  })

  test.each([
    ['an unknown group', { groupId: 'nowhere' }, ErrorCode.UNKNOWN_MEMBER_ID],
    ['an empty group id', { groupId: '' }, ErrorCode.INVALID_GROUP_ID],
    ['an unknown member', { memberId: 'nobody' }, ErrorCode.UNKNOWN_MEMBER_ID],
    ['another generation', { generationId: 9 }, ErrorCode.ILLEGAL_GENERATION],
    ['another protocol', { protocolName: 'sticky' }, ErrorCode.INCONSISTENT_GROUP_PROTOCOL],
    ['another protocol type', { protocolType: 'connect' }, ErrorCode.INCONSISTENT_GROUP_PROTOCOL],
    ['no protocol in v5', { protocolName: null }, ErrorCode.INCONSISTENT_GROUP_PROTOCOL],
    ['an instance id of nobody', { groupInstanceId: 'x' }, ErrorCode.UNKNOWN_MEMBER_ID],
  ])('for %s is refused', async (_name, request, error) => {
    const member = await context.joinAsNewMember()
    expect((await context.syncGroup(member, {}, request)).errorCode).toBe(error)
  })

  test('needs no protocol before v5', async () => {
    const member = await context.joinAsNewMember()
    const request = { protocolName: null, protocolType: null }
    expect((await context.syncGroup(member, {}, request, 4)).errorCode).toBe(ErrorCode.NONE)
  })

  test('is due within the rebalance timeout: who sends none is removed', async () => {
    await context.stableGroup({ sessionTimeoutMs: 60_000 })
    const { memberId } = await context.joinGroup()
    const joining = context.joinGroup({ memberId, sessionTimeoutMs: 60_000 })
    const known = (await context.describe()).members?.find((member) => member.memberId !== memberId)
    const leader = await context.joinGroup({ memberId: known?.memberId, sessionTimeoutMs: 60_000 })
    await joining
    await context.syncGroup(leader, { [leader.memberId]: 'L', [memberId]: 'F' })
    await context.clock.advance(29_999)
    expect(await context.heartbeat(leader)).toBe(ErrorCode.NONE)
    await context.clock.advance(1)
    expect(await context.heartbeat(leader)).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
    expect((await context.describe()).members).toHaveLength(1)
  })

  test('of a leader that never comes ends the generation', async () => {
    const leader = await context.joinAsNewMember({ sessionTimeoutMs: 60_000 })
    await context.clock.advance(30_000)
    expect(await context.state()).toBe('Empty')
    expect(await context.heartbeat(leader)).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
  })

  test('whose record is too large makes the group rebalance', async () => {
    const leader = await context.joinAsNewMember()
    context.log.maxMessageBytes = 300
    const result = await context.syncGroup(leader, { [leader.memberId]: 'x'.repeat(400) })
    expect(result.errorCode).toBe(ErrorCode.UNKNOWN_SERVER_ERROR)
    expect(await context.state()).toBe('PreparingRebalance')
  })

  test('that cannot be written is answered, and the group is what its log says', async () => {
    const leader = await context.joinAsNewMember()
    context.log.refuseWith = ErrorCode.NOT_ENOUGH_REPLICAS
    const result = await context.syncGroup(leader, { [leader.memberId]: 'x' })
    expect(result.errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE)
    context.log.refuseWith = null
    await context.settle()
    expect(await context.state()).toBe('Empty')
  })
})

describe('a session', () => {
  test('ends when no heartbeat comes in time', async () => {
    const member = await context.stableGroup()
    await context.clock.advance(9_999)
    expect(await context.heartbeat(member)).toBe(ErrorCode.NONE)
    await context.clock.advance(9_999)
    expect(await context.state()).toBe('Stable')
    const { records } = await context.recording(() => context.clock.advance(1))
    expect(await context.state()).toBe('Empty')
    expect(records).toMatchObject([{ value: { generation: 2, protocol: null, leader: null, members: [] } }])
    expect(await context.heartbeat(member)).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
  })

  test('of one member ends the generation of all', async () => {
    const { leader, follower } = await context.stablePair()
    await context.clock.advance(9_000)
    await context.heartbeat(leader)
    await context.clock.advance(1_000)
    expect(await context.heartbeat(leader)).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
    expect(await context.heartbeat(follower)).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
  })

  test('goes on while the member waits for its join or its assignment', async () => {
    const { leader, follower } = await context.stablePair()
    const rejoining = context.park(context.joinGroup({ memberId: leader.memberId }))
    await context.clock.advance(9_000)
    await context.heartbeat(follower)
    await context.clock.advance(9_000)
    expect(rejoining.isSettled).toBe(false)
    await context.joinGroup({ memberId: follower.memberId })
    await context.settle()
    expect(rejoining.value?.generationId).toBe(3)
    const syncing = context.park(context.syncGroup({ ...follower, generationId: 3 }))
    await context.clock.advance(9_000)
    await context.heartbeat({ ...leader, generationId: 3 })
    await context.clock.advance(9_000)
    expect(syncing.isSettled).toBe(false)
    expect((await context.describe()).members).toHaveLength(2)
  })

  test('of a new member that waits for its join lasts five minutes', async () => {
    await context.stableGroup({ rebalanceTimeoutMs: 1_000_000, sessionTimeoutMs: 1_000_000 })
    const joining = context.park(context.joinGroup({ rebalanceTimeoutMs: 1_000_000 }, 3))
    await context.clock.advance(299_999)
    expect(joining.isSettled).toBe(false)
    await context.clock.advance(1)
    expect(joining.value?.errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
  })

  test('is prolonged by a commit', async () => {
    const member = await context.stableGroup()
    await context.clock.advance(9_000)
    const generationIdOrMemberEpoch = member.generationId
    expect(await context.commit({ memberId: member.memberId, generationIdOrMemberEpoch })).toBe(0)
    await context.clock.advance(9_000)
    expect(await context.state()).toBe('Stable')
  })
})

describe('Heartbeat', () => {
  test.each([
    ['an unknown group', { groupId: 'nowhere' }, ErrorCode.UNKNOWN_MEMBER_ID],
    ['an empty group id', { groupId: '' }, ErrorCode.INVALID_GROUP_ID],
    ['an unknown member', { memberId: 'nobody' }, ErrorCode.UNKNOWN_MEMBER_ID],
    ['another generation', { generationId: 9 }, ErrorCode.ILLEGAL_GENERATION],
  ])('for %s is refused', async (_name, request, error) => {
    const member = await context.stableGroup()
    expect(await context.heartbeat(member, request)).toBe(error)
  })

  test('is good while the generation waits for its assignment', async () => {
    const member = await context.joinAsNewMember()
    expect(await context.heartbeat(member)).toBe(ErrorCode.NONE)
  })

  test('is good while the group loads, and NOT_COORDINATOR when it has gone', async () => {
    const member = await context.stableGroup()
    const partition = context.groups.partitionFor('group')
    context.groups.unload(partition)
    expect(await context.heartbeat(member)).toBe(ErrorCode.NOT_COORDINATOR)
    const loading = context.groups.load(partition)
    expect(await context.heartbeat(member)).toBe(ErrorCode.NONE)
    await loading
    expect(await context.heartbeat(member)).toBe(ErrorCode.NONE)
  })
})

describe('LeaveGroup', () => {
  test('makes the others rebalance', async () => {
    const { leader, follower } = await context.stablePair()
    expect(await context.leaveGroup({ memberId: leader.memberId })).toEqual([
      { memberId: leader.memberId, groupInstanceId: null, errorCode: ErrorCode.NONE },
    ])
    expect(await context.heartbeat(follower)).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
    expect(await context.joinGroup({ memberId: follower.memberId })).toMatchObject({
      generationId: 3,
      leader: follower.memberId,
    })
  })

  test('of the last member leaves an empty group of the next generation', async () => {
    const member = await context.stableGroup()
    const { records } = await context.recording(() => context.leaveGroup({ memberId: member.memberId }))
    expect(records).toMatchObject([
      { value: { generation: 2, protocolType: 'consumer', protocol: null, leader: null, members: [] } },
    ])
    expect(await context.state()).toBe('Empty')
    // Another protocol type may take the group over.
    const next = await context.joinAsNewMember({ protocolType: 'connect', protocolNames: ['compatible'] })
    expect(next).toMatchObject({ errorCode: ErrorCode.NONE, generationId: 3, protocolType: 'connect' })
  })

  test('answers for each member of a batch', async () => {
    const { leader, follower } = await context.stablePair()
    const pending = await context.joinGroup()
    const result = await context.leaveGroup(
      { memberId: follower.memberId },
      { memberId: 'nobody' },
      { memberId: '', groupInstanceId: 'nobody' },
      { memberId: pending.memberId },
      { memberId: leader.memberId },
    )
    expect(Array.isArray(result) && result.map(({ errorCode }) => errorCode)).toEqual([0, 25, 25, 0, 0])
    expect(await context.state()).toBe('Empty')
  })

  test('of an unknown group is an unknown member, without group id an error of the request', async () => {
    expect(await context.leaveGroup({ memberId: 'm' })).toMatchObject([{ errorCode: 25 }])
    const request = { groupId: '', memberId: '', members: [] }
    expect(await context.groups.classic.leave(request)).toBe(ErrorCode.INVALID_GROUP_ID)
  })

  test('of the member that a rebalance waits for completes it', async () => {
    const { leader, follower } = await context.stablePair()
    const rejoining = context.park(context.joinGroup({ memberId: leader.memberId }))
    await context.leaveGroup({ memberId: follower.memberId })
    await context.settle()
    expect(rejoining.value).toMatchObject({ generationId: 3 })
    expect(rejoining.value?.members).toHaveLength(1)
  })

  test('answers the join that the member has parked', async () => {
    await context.stableGroup()
    const { memberId } = await context.joinGroup()
    const joining = context.park(context.joinGroup({ memberId }))
    await context.settle()
    await context.leaveGroup({ memberId })
    await context.settle()
    expect(joining.value?.errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
  })
})

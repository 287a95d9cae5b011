import { ErrorCode } from '@sluice/wire'
import { beforeEach, describe, expect, test } from 'vitest'
import { MemberBytes } from '../member-bytes.ts'
import { GroupTestContext } from '../testing/group-context.ts'

let context: GroupTestContext
beforeEach(async () => {
  context = await GroupTestContext.start()
})

const start = async (config: Record<string, number>) => {
  context = await GroupTestContext.start({ config })
}

describe('members that say too much of themselves together', () => {
  const large = { metadata: Buffer.alloc(3_000) }
  beforeEach(async () => {
    context = await GroupTestContext.start({ memberBytes: new MemberBytes(10_000) })
  })

  test('may come again, when others have gone', async () => {
    const first = await context.stableGroup(large)
    await context.joinAsNewMember({ ...large, groupId: 'second' })
    const third = await context.joinGroup({ ...large, groupId: 'third' }, 3)
    expect(third).toMatchObject({ errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, memberId: '' })
    expect(await context.state('third')).toBe('Dead')
    // Who is a member already brings nothing new, and who says little finds room.
    expect(await context.joinGroup({ ...large, memberId: first.memberId })).toMatchObject({
      errorCode: ErrorCode.NONE,
    })
    const small = { metadata: Buffer.alloc(0), groupId: 'small' }
    expect((await context.joinGroup(small, 3)).errorCode).toBe(ErrorCode.NONE)
    await context.leaveGroup({ memberId: first.memberId })
    expect((await context.joinGroup({ ...large, groupId: 'third' }, 3)).errorCode).toBe(ErrorCode.NONE)
  })

  test('are counted anew where their groups are loaded, and no more where they are gone', async () => {
    await context.stableGroup(large)
    const second = await context.joinAsNewMember({ ...large, groupId: 'second' })
    await context.syncGroup(second, {}, { groupId: 'second' })
    const memberBytes = new MemberBytes(10_000)
    context = await GroupTestContext.start({ log: context.log, memberBytes })
    expect(memberBytes.hasRoomFor(3_000)).toBe(false)
    for (const partition of [0, 1, 2]) context.groups.unload(partition)
    expect(memberBytes.hasRoomFor(10_000)).toBe(true)
  })
})

describe('a first join', () => {
  test('without a member id gets one and must come back with it (v4 and later)', async () => {
    const { result, records } = await context.recording(() => context.joinGroup())
    expect(result).toMatchObject({ errorCode: ErrorCode.MEMBER_ID_REQUIRED, generationId: -1 })
    expect(result.memberId).toMatch(/^reader-[0-9a-f-]{36}$/)
    expect(records).toMatchObject([
      { type: 'group-metadata', groupId: 'group', value: { generation: 0, protocolType: '', members: [] } },
    ])
    const joined = await context.joinGroup({ memberId: result.memberId })
    expect(joined).toMatchObject({
      errorCode: ErrorCode.NONE,
      generationId: 1,
      leader: result.memberId,
      memberId: result.memberId,
      protocolType: 'consumer',
      protocolName: 'range',
    })
    expect(joined.members).toHaveLength(1)
  })

  test('may name a thousand protocols, and no more', async () => {
    const named = (count: number) => Array.from({ length: count }, (_, i) => `protocol-${i}`)
    expect((await context.joinGroup({ protocolNames: named(1_001) }, 3)).errorCode).toBe(
      ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
    )
    const joined = await context.joinGroup({ protocolNames: named(1_000) }, 3)
    expect(joined).toMatchObject({ errorCode: ErrorCode.NONE, protocolName: 'protocol-0' })
  })

  test('is at once a member up to v3', async () => {
    expect(await context.joinGroup({}, 3)).toMatchObject({ errorCode: ErrorCode.NONE, generationId: 1 })
  })

  test('uses the session timeout for both in v0', async () => {
    const first = await context.joinGroup({ sessionTimeoutMs: 1_000, rebalanceTimeoutMs: -1 }, 0)
    await context.syncGroup(first, {}, {}, 0)
    const second = context.park(context.joinGroup({}, 0))
    await context.clock.advance(999)
    expect(second.isSettled).toBe(false)
    await context.clock.advance(1)
    expect(second.value).toMatchObject({ errorCode: ErrorCode.NONE, generationId: 2 })
  })

  test.each([
    ['an empty group id', { groupId: '' }, ErrorCode.INVALID_GROUP_ID],
    ['too short a session timeout', { sessionTimeoutMs: 99 }, ErrorCode.INVALID_SESSION_TIMEOUT],
    ['too long a session timeout', { sessionTimeoutMs: 1_800_001 }, ErrorCode.INVALID_SESSION_TIMEOUT],
    ['a member id that nobody gave out', { memberId: 'nobody' }, ErrorCode.UNKNOWN_MEMBER_ID],
    ['no protocols', { protocols: [] }, ErrorCode.INCONSISTENT_GROUP_PROTOCOL],
    ['no protocol type', { protocolType: '' }, ErrorCode.INCONSISTENT_GROUP_PROTOCOL],
  ])('with %s is refused', async (_name, request, error) => {
    expect((await context.joinGroup(request)).errorCode).toBe(error)
  })

  test('takes nothing but the id that was given out, and only for one session timeout', async () => {
    const { memberId } = await context.joinGroup()
    await context.clock.advance(10_000)
    expect((await context.joinGroup({ memberId })).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
  })
})

describe('the initial rebalance delay', () => {
  beforeEach(() => start({ 'group.initial.rebalance.delay.ms': 3_000 }))

  test('lets further members join the first generation', async () => {
    const first = context.park(context.joinGroup({}, 3))
    await context.clock.advance(0)
    const second = context.park(context.joinGroup({}, 3))
    await context.clock.advance(2_999)
    expect([first.isSettled, second.isSettled]).toEqual([false, false])
    // The second member came during the delay: one more.
    await context.clock.advance(3_001)
    expect(first.value?.generationId).toBe(1)
    expect(second.value?.generationId).toBe(1)
    expect(first.value?.members).toHaveLength(2)
    expect(second.value?.members).toEqual([])
  })

  test('is over after one delay when nobody else comes', async () => {
    const only = context.park(context.joinGroup({}, 3))
    await context.clock.advance(2_999)
    expect(only.isSettled).toBe(false)
    await context.clock.advance(1)
    expect(only.value?.generationId).toBe(1)
  })

  test('is extended no further than the rebalance timeout', async () => {
    const first = context.park(context.joinGroup({ rebalanceTimeoutMs: 7_000 }, 3))
    await context.clock.advance(0)
    for (let i = 0; i < 7; i++) {
      expect(first.isSettled).toBe(false)
      void context.joinGroup({ rebalanceTimeoutMs: 7_000 }, 3)
      await context.clock.advance(1_000)
    }
    expect(first.value?.errorCode).toBe(ErrorCode.NONE)
  })
})

describe('a rebalance', () => {
  test('sends the members back and waits for them', async () => {
    const leader = await context.stableGroup()
    const { memberId } = await context.joinGroup()
    const joining = context.park(context.joinGroup({ memberId }))
    await context.settle()
    expect(joining.isSettled).toBe(false)
    expect(await context.state()).toBe('PreparingRebalance')
    expect(await context.heartbeat(leader)).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
    expect((await context.syncGroup(leader)).errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
    const rejoined = await context.joinGroup({ memberId: leader.memberId })
    expect(rejoined).toMatchObject({ generationId: 2, leader: leader.memberId })
    expect(rejoined.members.map((member) => member.memberId).toSorted()).toEqual(
      [leader.memberId, memberId].toSorted(),
    )
    await context.settle()
    expect(joining.value).toMatchObject({ generationId: 2, members: [], leader: leader.memberId })
  })

  test('goes on without members that do not join in time, and elects another leader', async () => {
    const leader = await context.stableGroup({ sessionTimeoutMs: 60_000 })
    const { memberId } = await context.joinGroup()
    const joining = context.park(context.joinGroup({ memberId, sessionTimeoutMs: 60_000 }))
    await context.clock.advance(29_999)
    expect(joining.isSettled).toBe(false)
    await context.clock.advance(1)
    expect(joining.value).toMatchObject({ generationId: 2, leader: memberId })
    expect(joining.value?.members).toHaveLength(1)
    expect(await context.heartbeat(leader)).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
  })

  test('waits for the longest rebalance timeout of any member', async () => {
    await context.stableGroup({ rebalanceTimeoutMs: 50_000, sessionTimeoutMs: 60_000 })
    const { memberId } = await context.joinGroup()
    const joining = context.park(context.joinGroup({ memberId, rebalanceTimeoutMs: 1_000 }))
    await context.clock.advance(49_999)
    expect(joining.isSettled).toBe(false)
    await context.clock.advance(1)
    expect(joining.isSettled).toBe(true)
  })

  test('waits for a member id that was given out, until its session timeout', async () => {
    const first = await context.stableGroup({ sessionTimeoutMs: 60_000 })
    const pending = await context.joinGroup({ sessionTimeoutMs: 5_000 })
    const rejoining = context.park(context.joinGroup({ memberId: first.memberId, sessionTimeoutMs: 60_000 }))
    await context.clock.advance(4_999)
    expect(rejoining.isSettled).toBe(false)
    await context.clock.advance(1)
    expect(rejoining.value).toMatchObject({ generationId: 2 })
    expect((await context.joinGroup({ memberId: pending.memberId })).errorCode).toBe(
      ErrorCode.UNKNOWN_MEMBER_ID,
    )
  })

  test('chooses the protocol with most votes among those that all support', async () => {
    const votes = [
      ['range', 'sticky', 'only-mine'],
      ['sticky', 'range'],
      ['sticky', 'range'],
    ]
    await start({ 'group.initial.rebalance.delay.ms': 1_000 })
    const joins = votes.map((protocolNames) => context.park(context.joinGroup({ protocolNames }, 3)))
    await context.clock.advance(3_000)
    expect(joins.map((join) => join.value?.protocolName)).toEqual(['sticky', 'sticky', 'sticky'])
  })

  test('refuses a member that has no protocol in common, or another type', async () => {
    await context.stableGroup()
    const none = await context.joinGroup({ protocolNames: ['other'] })
    expect(none.errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
    const connect = await context.joinGroup({ protocolType: 'connect' })
    expect(connect.errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
  })

  test('is caused by a leader that joins again, not by a follower that has not changed', async () => {
    const { leader, follower } = await context.stablePair()
    const again = await context.joinGroup({ memberId: follower.memberId })
    expect(again).toMatchObject({ generationId: 2, members: [], leader: leader.memberId })
    expect(await context.state()).toBe('Stable')
    const parked = context.park(context.joinGroup({ memberId: leader.memberId }))
    await context.settle()
    expect(parked.isSettled).toBe(false)
    expect(await context.state()).toBe('PreparingRebalance')
  })

  test('is caused by a follower that subscribes anew', async () => {
    const { follower } = await context.stablePair()
    void context.joinGroup({ memberId: follower.memberId, metadata: Buffer.from('new') })
    await context.settle()
    expect(await context.state()).toBe('PreparingRebalance')
  })

  test('answers a join again while the generation waits for its assignment', async () => {
    const leader = await context.joinAsNewMember()
    expect(await context.joinGroup({ memberId: leader.memberId })).toEqual(leader)
    expect(await context.state()).toBe('CompletingRebalance')
  })

  test('sends those back who wait for their assignment', async () => {
    const { leader, follower } = await context.stablePair()
    void context.joinGroup({ memberId: leader.memberId })
    const rejoined = await context.joinGroup({ memberId: follower.memberId })
    const waiting = context.park(context.syncGroup(rejoined))
    await context.settle()
    void context.joinGroup({ memberId: leader.memberId, metadata: Buffer.from('changed') })
    await context.settle()
    expect(waiting.value?.errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
  })

  test('a second join of the same member takes the place of the first', async () => {
    await context.stableGroup()
    const { memberId } = await context.joinGroup()
    const first = context.park(context.joinGroup({ memberId }))
    await context.settle()
    const second = context.park(context.joinGroup({ memberId }))
    await context.settle()
    expect(first.value?.errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
    expect(second.isSettled).toBe(false)
  })
})

describe('the size of a group', () => {
  beforeEach(() => start({ 'group.max.size': 1 }))

  test('is limited for newcomers', async () => {
    const leader = await context.stableGroup()
    expect(await context.joinGroup()).toMatchObject({
      errorCode: ErrorCode.GROUP_MAX_SIZE_REACHED,
      memberId: '',
    })
    expect(await context.heartbeat(leader)).toBe(ErrorCode.NONE)
    // Who is in stays in.
    expect((await context.joinGroup({ memberId: leader.memberId })).errorCode).toBe(ErrorCode.NONE)
  })

  test('is limited by who has joined during a rebalance', async () => {
    await start({ 'group.max.size': 1, 'group.initial.rebalance.delay.ms': 1_000 })
    const first = context.park(context.joinGroup({}, 3))
    await context.settle()
    expect((await context.joinGroup({}, 3)).errorCode).toBe(ErrorCode.GROUP_MAX_SIZE_REACHED)
    await context.clock.advance(1_000)
    expect(first.value?.errorCode).toBe(ErrorCode.NONE)
  })

  test('makes a loaded group that is larger rebalance', async () => {
    await start({})
    await context.stablePair()
    const restarted = await GroupTestContext.start({ log: context.log, config: { 'group.max.size': 1 } })
    expect(await restarted.state()).toBe('PreparingRebalance')
  })
})

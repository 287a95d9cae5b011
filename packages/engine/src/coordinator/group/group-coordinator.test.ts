import { ErrorCode, zeroUuid } from '@sluice/wire'
import { beforeEach, describe, expect, test } from 'vitest'
import { GroupTestContext, type Topic } from './testing/group-context.ts'

let context: GroupTestContext
beforeEach(async () => {
  context = await GroupTestContext.start()
})

describe('DescribeGroups', () => {
  test('shows members, metadata and assignments of a stable group', async () => {
    const member = await context.stableGroup({ metadata: Buffer.from('subscription') })
    const described = await context.describe()
    expect(described).toMatchObject({
      groupId: 'group',
      groupState: 'Stable',
      protocolType: 'consumer',
      protocolData: 'range',
      members: [{ memberId: member.memberId, clientId: 'reader', clientHost: '/127.0.0.1' }],
    })
    const [only] = described.members ?? []
    expect(only?.memberMetadata?.toString()).toBe('subscription')
    expect(only?.memberAssignment?.toString()).toBe('assignment of the leader')
  })

  test('shows neither protocol nor metadata during a rebalance', async () => {
    await context.joinAsNewMember()
    expect(await context.describe()).toMatchObject({
      groupState: 'CompletingRebalance',
      protocolType: 'consumer',
      protocolData: '',
      members: [{ memberMetadata: Buffer.alloc(0), memberAssignment: Buffer.alloc(0) }],
    })
  })

  test('of an unknown group is dead up to v5 and not found in v6', async () => {
    expect(await context.describe('unknown', 5)).toEqual({ groupId: 'unknown', groupState: 'Dead' })
    expect(await context.describe('unknown', 6)).toEqual({
      groupId: 'unknown',
      groupState: 'Dead',
      errorCode: ErrorCode.GROUP_ID_NOT_FOUND,
      errorMessage: 'Group unknown not found.',
    })
  })
})

describe('ListGroups', () => {
  const list = async (states: string[] = [], types: string[] = []) =>
    ((await context.groups.listGroups(states, types)).groups ?? []).map(({ groupId }) => groupId).toSorted()

  test('gives the groups of all partitions, filtered by state and type whatever their case', async () => {
    await context.stableGroup({ groupId: 'group' })
    for (const groupId of ['a', 'b', 'c', 'd']) await context.commit({ groupId })
    expect(await list()).toEqual(['a', 'b', 'c', 'd', 'group'])
    expect(await list(['sTABLE'])).toEqual(['group'])
    expect(await list(['Empty', 'stable'], ['CLASSIC'])).toEqual(['a', 'b', 'c', 'd', 'group'])
    expect(await list(['bogus'])).toEqual([])
    expect(await list([], ['consumer'])).toEqual([])
    const all = await context.groups.listGroups([], [])
    expect(all.groups).toContainEqual({
      groupId: 'group',
      protocolType: 'consumer',
      groupState: 'Stable',
      groupType: 'classic',
    })
  })

  test('is refused while a partition loads, for some groups would be missing', async () => {
    const partition = context.groups.partitionFor('group')
    context.groups.unload(partition)
    const loading = context.groups.load(partition)
    expect((await context.groups.listGroups([], [])).errorCode).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)
    await loading
  })
})

describe('DeleteGroups', () => {
  test('removes an empty group with its offsets in one batch', async () => {
    await context.commit()
    await context.commit({ partition: 1 })
    const { result, records, batches } = await context.recording(() =>
      Promise.all(['group', 'unknown', ''].map((groupId) => context.groups.deleteGroup(groupId))),
    )
    expect(result.map(({ errorCode }) => errorCode)).toEqual([0, 69, 69])
    expect(batches).toBe(1)
    expect(records).toEqual([
      { type: 'offset-commit', key: { group: 'group', topic: 'events', partition: 0 }, value: null },
      { type: 'offset-commit', key: { group: 'group', topic: 'events', partition: 1 }, value: null },
      { type: 'group-metadata', groupId: 'group', value: null },
    ])
    expect(await context.fetch()).toBe(-1)
    expect((await context.describe()).errorCode).toBe(ErrorCode.GROUP_ID_NOT_FOUND)
  })

  test('leaves a group with members alone', async () => {
    const member = await context.stableGroup()
    expect(await context.groups.deleteGroup('group')).toEqual({ groupId: 'group', errorCode: 68 })
    expect(await context.heartbeat(member)).toBe(ErrorCode.NONE)
  })
})

describe('a group of thousands of offsets', () => {
  const count = 3_000
  const many: Topic = { name: 'many', topicId: 'QUFBQUFBQUFRQUFBQUFBQQ', partitions: count }

  test('is deleted in slices, and nobody else does anything with it meanwhile', async () => {
    context.topics.set('many', many)
    const partitions = Array.from({ length: count }, (_, partitionIndex) => ({
      partitionIndex,
      committedOffset: 7,
      committedLeaderEpoch: -1,
      committedMetadata: '',
    }))
    const topics = [{ name: 'many', topicId: zeroUuid, partitions }]
    expect(await context.commit({ topics })).toBe(ErrorCode.NONE)
    const { clock } = context
    const monotonic = clock.monotonic.bind(clock)
    clock.monotonic = () => (clock.jump(1), monotonic())
    const turn = () => new Promise<void>((resolve) => clock.defer(resolve))
    let deleted: object | null = null
    const deleting = context.groups.deleteGroup('group').then((answer) => (deleted = answer))
    let turns = 0
    let joined: ErrorCode | null = null
    let committed: ErrorCode | undefined
    for (; !deleted; turns++) {
      await turn()
      if (turns !== 2) continue
      committed = await context.commit()
      joined = (await context.joinGroup()).errorCode
    }
    expect(await deleting).toEqual({ groupId: 'group', errorCode: ErrorCode.NONE })
    expect(turns).toBeGreaterThan(5)
    expect([committed, joined]).toEqual([
      ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
      ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
    ])
    expect((await context.describe()).errorCode).toBe(ErrorCode.GROUP_ID_NOT_FOUND)
    expect(await context.fetch(many, count - 1)).toBe(-1)
    expect(await context.commit({ offset: 3 })).toBe(ErrorCode.NONE)
    expect(await context.fetch()).toBe(3)
  })
})

describe('a restart', () => {
  test('restores members, assignments and offsets; sessions begin anew', async () => {
    const { leader, follower } = await context.stablePair()
    await context.commit({ memberId: leader.memberId, generationIdOrMemberEpoch: 2, offset: 11 })
    const restarted = await GroupTestContext.start({ log: context.log })
    expect(await restarted.state()).toBe('Stable')
    expect(await restarted.fetch()).toBe(11)
    expect((await restarted.syncGroup(follower)).assignment.toString()).toBe('of follower')
    await restarted.clock.advance(9_000)
    expect(await restarted.heartbeat(leader)).toBe(ErrorCode.NONE)
    await restarted.clock.advance(1_000)
    // The follower has been silent since the restart but for its SyncGroup, ten seconds ago.
    expect(await restarted.heartbeat(leader)).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
    const rejoined = await restarted.joinGroup({ memberId: leader.memberId })
    expect(rejoined).toMatchObject({ generationId: 3, leader: leader.memberId })
  })

  test('shows members as their last record says, whatever those before it said', async () => {
    const first = await context.stableGroup({ metadata: Buffer.from('before'), sessionTimeoutMs: 10_000 })
    const again = { memberId: first.memberId, metadata: Buffer.from('after'), sessionTimeoutMs: 20_000 }
    const second = await context.joinGroup(again)
    await context.syncGroup(second, { [second.memberId]: 'another' })
    const restarted = await GroupTestContext.start({ log: context.log })
    const described = await restarted.describe()
    expect(described.members?.[0]?.memberMetadata?.toString()).toBe('after')
    expect(described).toEqual(await context.describe())
    await restarted.clock.advance(19_000)
    expect(await restarted.state()).toBe('Stable')
  })

  test('in the middle of a rebalance makes the members join anew', async () => {
    const leader = await context.stableGroup()
    void context.joinAsNewMember()
    await context.settle()
    await context.settle()
    expect(await context.state()).toBe('PreparingRebalance')
    const restarted = await GroupTestContext.start({ log: context.log })
    expect(await restarted.state()).toBe('Stable')
    expect(await restarted.heartbeat(leader)).toBe(ErrorCode.NONE)
  })

  test('replays to the same state whatever happened before', async () => {
    const { leader, follower } = await context.stablePair()
    await context.leaveGroup({ memberId: follower.memberId })
    const rejoined = await context.joinGroup({ memberId: leader.memberId })
    await context.syncGroup(rejoined, { [leader.memberId]: 'alone' })
    await context.commit({ memberId: leader.memberId, generationIdOrMemberEpoch: 3 })
    await context.commit({ groupId: 'simple' })
    await context.groups.deleteGroup('simple')
    const restarted = await GroupTestContext.start({ log: context.log })
    expect(await restarted.describe()).toEqual(await context.describe())
    expect(await restarted.groups.listGroups([], [])).toEqual(await context.groups.listGroups([], []))
    expect(await restarted.fetch()).toBe(7)
  })
})

test('batches are compressed as offsets.topic.compression.codec says, and read again', async () => {
  const gzip = { 'offsets.topic.compression.codec': 1 }
  context = await GroupTestContext.start({ config: gzip })
  await context.commit({ metadata: 'x'.repeat(1_000) })
  const [only] = context.log.batches
  expect(only?.batch.length).toBeLessThan(300)
  const restarted = await GroupTestContext.start({ log: context.log })
  expect(await restarted.fetch()).toBe(7)
})

describe('losing a partition', () => {
  test('answers what is parked and stops all timers', async () => {
    const { leader } = await context.stablePair()
    const joining = context.park(context.joinGroup({ memberId: leader.memberId }))
    await context.settle()
    context.groups.close()
    await context.settle()
    expect(joining.value?.errorCode).toBe(ErrorCode.NOT_COORDINATOR)
    expect(context.clock.pending).toBe(0)
    expect((await context.joinGroup()).errorCode).toBe(ErrorCode.NOT_COORDINATOR)
    expect((await context.syncGroup(leader)).errorCode).toBe(ErrorCode.NOT_COORDINATOR)
    expect(await context.commit()).toBe(ErrorCode.NOT_COORDINATOR)
    expect(await context.groups.deleteGroup('group')).toEqual({ groupId: 'group', errorCode: 16 })
    expect(await context.describe()).toEqual({ groupId: 'group', errorCode: 16 })
  })
})

import {
  DeleteGroups,
  DescribeGroups,
  ErrorCode,
  Heartbeat,
  JoinGroup,
  LeaveGroup,
  ListGroups,
  OffsetCommit,
  OffsetFetch,
  SyncGroup,
} from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { heartbeat, type JoinRequest, join, joinRequest, leave, protocols, sync } from './classic-member.ts'
import { type Engine, start } from './engine.ts'
import { byChance, createTopic, eventually, uniqueName, untilCoordinated, versionsOf } from './fixture.ts'
import { Peer } from './peer.ts'

describe('the classic group protocol', () => {
  let engine: Engine
  const peers: Peer[] = []
  let peer: Peer
  beforeAll(async () => {
    engine = await start()
    peer = await open()
    await untilCoordinated(peer, 'any')
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

  const stateOf = async (groupId: string, version = 6) => {
    const response = await peer.send(DescribeGroups, version, { groups: [groupId] })
    const group = response.groups[0]
    if (!group) throw new Error('no answer')
    return group
  }

  /** A group of one stable member. */
  const stable = async (more: JoinRequest = {}) => {
    const groupId = uniqueName('group')
    const on = await open()
    const member = await join(on, groupId, '', more)
    await sync(on, groupId, member, { [member.memberId]: 'all' })
    return { groupId, on, member }
  }

  describe('JoinGroup and SyncGroup', () => {
    it.each(versionsOf(JoinGroup))(
      'let a member join and take its assignment, version %i',
      async (version) => {
        const groupId = uniqueName('group')
        const on = await open()
        const first = await on.send(JoinGroup, version, joinRequest(groupId, ''))
        expect(first.errorCode).toBe(version >= 4 ? ErrorCode.MEMBER_ID_REQUIRED : 0)
        expect(first.memberId).not.toBe('')
        const member =
          version >= 4 ? await on.send(JoinGroup, version, joinRequest(groupId, first.memberId)) : first
        expect(member).toMatchObject({
          errorCode: 0,
          generationId: 1,
          protocolName: 'range',
          leader: member.memberId,
          memberId: first.memberId,
          members: [{ memberId: member.memberId, groupInstanceId: null, metadata: protocols[0]?.metadata }],
        })
        if (version >= 7) expect(member.protocolType).toBe('consumer')
        const syncVersion = Math.min(version, SyncGroup.maxVersion)
        const synced = await sync(on, groupId, member, { [member.memberId]: 'all' }, syncVersion)
        expect(synced).toMatchObject({ errorCode: 0, assignment: Buffer.from('all') })
        if (syncVersion >= 5)
          expect(synced).toMatchObject({ protocolType: 'consumer', protocolName: 'range' })
        expect(await stateOf(groupId)).toMatchObject({ groupState: 'Stable' })
      },
    )

    it('gather members, tell the leader of all and give each its own', async () => {
      const { groupId, on, member } = await stable()
      const secondPeer = await open()
      const joining = join(secondPeer, groupId)
      await eventually(async () =>
        (await heartbeat(peer, groupId, member)) === ErrorCode.REBALANCE_IN_PROGRESS ? true : undefined,
      )
      const leader = await join(on, groupId, member.memberId)
      const follower = await joining
      expect(leader).toMatchObject({ errorCode: 0, generationId: 2, leader: member.memberId })
      expect(leader.members.map((each) => each.memberId).toSorted()).toEqual(
        [member.memberId, follower.memberId].toSorted(),
      )
      expect(follower).toMatchObject({ errorCode: 0, generationId: 2, leader: member.memberId, members: [] })
      const waiting = sync(secondPeer, groupId, follower)
      const assignments = { [member.memberId]: 'one', [follower.memberId]: 'two' }
      expect((await sync(on, groupId, leader, assignments)).assignment.toString()).toBe('one')
      expect((await waiting).assignment.toString()).toBe('two')
      expect(await heartbeat(peer, groupId, follower)).toBe(0)
    })

    it('choose the protocol that all know and most prefer', async () => {
      const groupId = uniqueName('group')
      const on = await open()
      const named = (...names: string[]) => ({
        protocols: names.map((name) => ({ name, metadata: Buffer.from(name) })),
      })
      const first = await join(on, groupId, '', named('a', 'b', 'c'))
      expect(first.protocolName).toBe('a')
      await sync(on, groupId, first, {}, 4)
      const secondPeer = await open()
      const joining = join(secondPeer, groupId, '', named('c', 'b'))
      await eventually(async () =>
        (await heartbeat(peer, groupId, first)) === ErrorCode.REBALANCE_IN_PROGRESS ? true : undefined,
      )
      const again = await join(on, groupId, first.memberId, named('a', 'b', 'c'))
      const other = await joining
      expect(['b', 'c']).toContain(again.protocolName)
      expect(other.protocolName).toBe(again.protocolName)
      expect(again.members[0]?.metadata.toString()).toBe(again.protocolName)
      const stranger = await open()
      const refused = await join(stranger, groupId, '', named('a'))
      expect(refused.errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
      expect((await join(stranger, groupId, '', { protocolType: 'connect' })).errorCode).toBe(
        ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
      )
    })

    it.each([
      ['an empty group id', '', {}, ErrorCode.INVALID_GROUP_ID],
      [
        'a session timeout below the least',
        undefined,
        { sessionTimeoutMs: 99 },
        ErrorCode.INVALID_SESSION_TIMEOUT,
      ],
      [
        'a session timeout above the most',
        undefined,
        { sessionTimeoutMs: 1_800_001 },
        ErrorCode.INVALID_SESSION_TIMEOUT,
      ],
      ['a member id that nobody has', undefined, { memberId: 'nobody' }, ErrorCode.UNKNOWN_MEMBER_ID],
      ['no protocol type', undefined, { protocolType: '' }, ErrorCode.INCONSISTENT_GROUP_PROTOCOL],
      ['no protocols', undefined, { protocols: [] }, ErrorCode.INCONSISTENT_GROUP_PROTOCOL],
    ] as [string, string | undefined, JoinRequest, number][])('refuse %s', async (_, groupId, more, code) => {
      const response = await join(await open(), groupId ?? uniqueName('group'), '', more)
      expect(response).toMatchObject({ errorCode: code, generationId: -1 })
    })

    it('leave the generation as it is where a member joins again unchanged', async () => {
      const { groupId, on, member } = await stable()
      const secondPeer = await open()
      const joining = join(secondPeer, groupId)
      await eventually(async () =>
        (await heartbeat(peer, groupId, member)) === ErrorCode.REBALANCE_IN_PROGRESS ? true : undefined,
      )
      const leader = await join(on, groupId, member.memberId)
      const follower = await joining
      const waiting = sync(secondPeer, groupId, follower)
      await sync(on, groupId, leader, { [leader.memberId]: 'one', [follower.memberId]: 'two' })
      await waiting
      const again = await join(secondPeer, groupId, follower.memberId)
      expect(again).toMatchObject({ errorCode: 0, generationId: 2 })
      expect((await stateOf(groupId)).groupState).toBe('Stable')
      // The leader's joining starts a new one.
      const rejoining = join(on, groupId, member.memberId)
      await eventually(async () =>
        (await heartbeat(peer, groupId, follower)) === ErrorCode.REBALANCE_IN_PROGRESS ? true : undefined,
      )
      await join(secondPeer, groupId, follower.memberId)
      expect((await rejoining).generationId).toBe(3)
    })

    it('check generation, member and protocol in a sync', async () => {
      const { groupId, on, member } = await stable()
      const { memberId, generationId } = member
      expect((await sync(on, groupId, { memberId, generationId: 9 })).errorCode).toBe(
        ErrorCode.ILLEGAL_GENERATION,
      )
      expect((await sync(on, groupId, { memberId: 'nobody', generationId })).errorCode).toBe(
        ErrorCode.UNKNOWN_MEMBER_ID,
      )
      expect((await sync(on, uniqueName('absent'), member)).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
      expect((await sync(on, '', member)).errorCode).toBe(ErrorCode.INVALID_GROUP_ID)
      const request = { groupId, generationId, memberId, assignments: [] }
      const wrongName = { ...request, protocolType: 'consumer', protocolName: 'sticky' }
      expect((await on.send(SyncGroup, 5, wrongName)).errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
      const wrongType = { ...request, protocolType: 'connect', protocolName: 'range' }
      expect((await on.send(SyncGroup, 5, wrongType)).errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
      // A stable group gives the assignment once more.
      expect((await sync(on, groupId, member)).assignment.toString()).toBe('all')
    })

    it('drop a member that does not join again within the rebalance timeout', async () => {
      const { groupId, member } = await stable({ rebalanceTimeoutMs: 300, sessionTimeoutMs: 10_000 })
      const secondPeer = await open()
      const second = await join(secondPeer, groupId, '', { rebalanceTimeoutMs: 300 })
      expect(second).toMatchObject({ errorCode: 0, generationId: 2, leader: second.memberId })
      expect(second.members).toHaveLength(1)
      expect(await heartbeat(peer, groupId, member)).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
    })

    it('drop members that do not sync within the rebalance timeout', async () => {
      const groupId = uniqueName('group')
      const on = await open()
      const member = await join(on, groupId, '', { rebalanceTimeoutMs: 300 })
      await eventually(async () =>
        (await heartbeat(peer, groupId, member)) === ErrorCode.UNKNOWN_MEMBER_ID ? true : undefined,
      )
      expect((await stateOf(groupId)).groupState).toBe('Empty')
    })

    it('drop a member whose session runs out, unless it sends heartbeats', async () => {
      const { groupId, member } = await stable({ sessionTimeoutMs: 400 })
      const began = performance.now()
      await byChance(async () => {
        while (performance.now() - began < 900) {
          expect(await heartbeat(peer, groupId, member)).toBe(0)
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
      })
      await eventually(async () => ((await stateOf(groupId)).groupState === 'Empty' ? true : undefined))
      expect(await heartbeat(peer, groupId, member)).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
    })
  })

  describe('Heartbeat', () => {
    it.each(versionsOf(Heartbeat))('tells a member how it stands, version %i', async (version) => {
      const { groupId, member } = await stable()
      const { memberId, generationId } = member
      const beat = (who: { memberId: string; generationId: number }, group = groupId) =>
        heartbeat(peer, group, who, null, version)
      expect(await beat(member)).toBe(0)
      expect(await beat({ memberId, generationId: 7 })).toBe(ErrorCode.ILLEGAL_GENERATION)
      expect(await beat({ memberId: 'nobody', generationId })).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
      expect(await beat(member, uniqueName('absent'))).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
      expect(await beat(member, '')).toBe(ErrorCode.INVALID_GROUP_ID)
    })
  })

  describe('LeaveGroup', () => {
    it.each(versionsOf(LeaveGroup))(
      'empties a group whose last member leaves, version %i',
      async (version) => {
        const { groupId, member } = await stable()
        const response = await leave(peer, groupId, member.memberId, version)
        expect(response.errorCode).toBe(0)
        if (version >= 3)
          expect(response.members).toEqual([
            { memberId: member.memberId, groupInstanceId: null, errorCode: 0 },
          ])
        expect(await stateOf(groupId)).toMatchObject({
          groupState: 'Empty',
          protocolType: 'consumer',
          members: [],
        })
        expect(await heartbeat(peer, groupId, member)).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
      },
    )

    it('answers members that are not there', async () => {
      const { groupId } = await stable()
      expect((await leave(peer, groupId, 'nobody', 2)).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
      const batched = await leave(peer, groupId, 'nobody', 5)
      expect(batched).toMatchObject({
        errorCode: 0,
        members: [{ memberId: 'nobody', errorCode: ErrorCode.UNKNOWN_MEMBER_ID }],
      })
      const absent = await leave(peer, uniqueName('absent'), 'nobody', 5)
      expect(absent.members.map((each) => each.errorCode).concat(absent.errorCode)).toContain(
        ErrorCode.UNKNOWN_MEMBER_ID,
      )
      expect((await leave(peer, '', 'nobody', 5)).errorCode).toBe(ErrorCode.INVALID_GROUP_ID)
    })

    it('rebalances the members that stay', async () => {
      const { groupId, on, member } = await stable()
      const secondPeer = await open()
      const joining = join(secondPeer, groupId)
      await eventually(async () =>
        (await heartbeat(peer, groupId, member)) === ErrorCode.REBALANCE_IN_PROGRESS ? true : undefined,
      )
      const leader = await join(on, groupId, member.memberId)
      const follower = await joining
      const waiting = sync(secondPeer, groupId, follower)
      await sync(on, groupId, leader, {})
      await waiting
      await leave(peer, groupId, member.memberId)
      expect(await heartbeat(peer, groupId, follower)).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
      const alone = await join(secondPeer, groupId, follower.memberId)
      expect(alone).toMatchObject({ generationId: 3, leader: follower.memberId })
    })
  })

  describe('static members', () => {
    const staticJoin = (on: Peer, groupId: string, groupInstanceId: string, memberId = '', version = 9) =>
      on.send(JoinGroup, version, joinRequest(groupId, memberId, { groupInstanceId }))

    const stableStatic = async () => {
      const groupId = uniqueName('group')
      const on = await open()
      const member = await staticJoin(on, groupId, 'first')
      expect(member).toMatchObject({ errorCode: 0, generationId: 1 })
      await sync(on, groupId, member, { [member.memberId]: 'all' })
      return { groupId, on, member }
    }

    it.each(versionsOf(JoinGroup, 5))('join at once, version %i', async (version) => {
      const groupId = uniqueName('group')
      const member = await staticJoin(await open(), groupId, 'first', '', version)
      expect(member).toMatchObject({ errorCode: 0, members: [{ groupInstanceId: 'first' }] })
    })

    it('come back under a new member id without a rebalance', async () => {
      const { groupId, member } = await stableStatic()
      const on = await open()
      const back = await staticJoin(on, groupId, 'first')
      expect(back).toMatchObject({ errorCode: 0, generationId: 1 })
      expect(back.memberId).not.toBe(member.memberId)
      expect((await sync(on, groupId, back)).assignment.toString()).toBe('all')
      expect((await stateOf(groupId)).groupState).toBe('Stable')
    })

    it('fence the one that had their instance id before', async () => {
      const { groupId, on, member } = await stableStatic()
      await staticJoin(await open(), groupId, 'first')
      expect(await heartbeat(peer, groupId, member, 'first')).toBe(ErrorCode.FENCED_INSTANCE_ID)
      expect((await staticJoin(on, groupId, 'first', member.memberId)).errorCode).toBe(
        ErrorCode.FENCED_INSTANCE_ID,
      )
    })

    it('leave by their instance id', async () => {
      const { groupId } = await stableStatic()
      const response = await peer.send(LeaveGroup, 5, {
        groupId,
        members: [
          { memberId: '', groupInstanceId: 'first' },
          { memberId: '', groupInstanceId: 'second' },
        ],
      })
      expect(response.members.map((each) => [each.groupInstanceId, each.errorCode])).toEqual([
        ['first', 0],
        ['second', ErrorCode.UNKNOWN_MEMBER_ID],
      ])
      expect((await stateOf(groupId)).groupState).toBe('Empty')
    })

    it('are unknown by an instance id that nobody has', async () => {
      const { groupId, member } = await stableStatic()
      expect(await heartbeat(peer, groupId, member, 'second')).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
    })
  })

  describe('DescribeGroups', () => {
    it.each(versionsOf(DescribeGroups))('describes a group and its members, version %i', async (version) => {
      const { groupId, member } = await stable()
      expect(await stateOf(groupId, version)).toMatchObject({
        errorCode: 0,
        groupId,
        groupState: 'Stable',
        protocolType: 'consumer',
        protocolData: 'range',
        members: [
          {
            memberId: member.memberId,
            clientId: 'contract',
            clientHost: '/127.0.0.1',
            memberMetadata: Buffer.from('subscription'),
            memberAssignment: Buffer.from('all'),
          },
        ],
      })
    })

    it.each([0, 5, 6])('calls a group that is not there dead, version %i', async (version) => {
      const group = await stateOf(uniqueName('absent'), version)
      expect(group).toMatchObject({ groupState: 'Dead', members: [] })
      // GROUP_ID_NOT_FOUND since version 6
      expect(group.errorCode).toBe(version >= 6 ? ErrorCode.GROUP_ID_NOT_FOUND : 0)
    })

    it('tells of a group that gathers', async () => {
      const { groupId } = await stable()
      const joining = join(await open(), groupId)
      await eventually(async () =>
        (await stateOf(groupId)).groupState === 'PreparingRebalance' ? true : undefined,
      )
      void joining.catch(() => {})
    })
  })

  describe('ListGroups', () => {
    it.each(versionsOf(ListGroups))('lists groups, version %i', async (version) => {
      const { groupId } = await stable()
      const response = await peer.send(ListGroups, version, {})
      expect(response.errorCode).toBe(0)
      const found = response.groups.find((group) => group.groupId === groupId)
      expect(found).toMatchObject({ protocolType: 'consumer' })
      if (version >= 4) expect(found?.groupState).toBe('Stable')
      if (version >= 5) expect(found?.groupType).toBe('classic')
    })

    it('selects by state and type, whatever the case', async () => {
      const { groupId, member } = await stable()
      const listed = async (filter: { statesFilter?: string[]; typesFilter?: string[] }) =>
        (await peer.send(ListGroups, 5, filter)).groups.some((group) => group.groupId === groupId)
      expect(await listed({ statesFilter: ['Stable'] })).toBe(true)
      expect(await listed({ statesFilter: ['stable', 'Dead'] })).toBe(true)
      expect(await listed({ statesFilter: ['Empty'] })).toBe(false)
      expect(await listed({ typesFilter: ['Classic'] })).toBe(true)
      expect(await listed({ typesFilter: ['consumer'] })).toBe(false)
      await leave(peer, groupId, member.memberId)
      expect(await listed({ statesFilter: ['Empty'] })).toBe(true)
    })
  })

  describe('DeleteGroups', () => {
    it.each(versionsOf(DeleteGroups))('deletes groups without members, version %i', async (version) => {
      const { groupId, member } = await stable()
      const absent = uniqueName('absent')
      const remove = async () => {
        const response = await peer.send(DeleteGroups, version, { groupsNames: [groupId, absent] })
        return Object.fromEntries(response.results.map((result) => [result.groupId, result.errorCode]))
      }
      expect(await remove()).toEqual({
        [groupId]: ErrorCode.NON_EMPTY_GROUP,
        [absent]: ErrorCode.GROUP_ID_NOT_FOUND,
      })
      await leave(peer, groupId, member.memberId)
      expect(await remove()).toEqual({ [groupId]: 0, [absent]: ErrorCode.GROUP_ID_NOT_FOUND })
      expect((await stateOf(groupId)).groupState).toBe('Dead')
    })

    it('takes committed offsets along', async () => {
      const topic = await createTopic(peer)
      const groupId = uniqueName('group')
      await peer.send(OffsetCommit, 8, {
        groupId,
        topics: [{ name: topic.name, partitions: [{ partitionIndex: 0, committedOffset: 5 }] }],
      })
      const response = await peer.send(DeleteGroups, 2, { groupsNames: [groupId] })
      expect(response.results).toMatchObject([{ groupId, errorCode: 0 }])
      const offsets = await peer.send(OffsetFetch, 7, {
        groupId,
        topics: [{ name: topic.name, partitionIndexes: [0] }],
      })
      expect(offsets.topics[0]?.partitions[0]?.committedOffset).toBe(-1)
    })
  })
})

import { ErrorCode } from '@sluice/wire'
import { beforeEach, describe, expect, it } from 'vitest'
import { readAssignment, writeAssignment } from './consumer-protocol.ts'
import { GroupTestContext, subscription } from './testing/group-context.ts'

let context: GroupTestContext
beforeEach(async () => {
  context = await GroupTestContext.start()
})

type Member = { memberId: string; generationId: number }
const all = [{ topic: 'events', partitions: [0, 1, 2] }]

/** A stable group of the classic protocol, whose only member has everything. */
async function classicGroup(assignment = writeAssignment(0, all)): Promise<Member> {
  const member = await context.joinAsNewMember()
  await context.syncGroup(
    member,
    { [member.memberId]: '' },
    {
      assignments: [{ memberId: member.memberId, assignment }],
    },
  )
  return member
}

const groupType = async () => (await context.groups.listGroups([], [])).groups?.[0]?.groupType
const state = async () => (await context.groups.listGroups([], [])).groups?.[0]?.groupState
const partitionsOf = (assignment: Buffer) => readAssignment(assignment)?.assignedPartitions ?? []

/** Heartbeat, join and sync, as a client does when it is told to. */
async function rejoin(member: Member, metadata?: Buffer) {
  expect(await context.heartbeat(member)).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
  const joined = await context.joinGroup({ memberId: member.memberId, ...(metadata && { metadata }) })
  expect(joined.errorCode).toBe(0)
  return joined
}
async function sync(member: Member) {
  const synced = await context.syncGroup(member)
  expect(synced.errorCode).toBe(0)
  return partitionsOf(synced.assignment)
}

describe('a group of the classic protocol', () => {
  it('goes over when a member of the consumer protocol comes, and keeps its members', async () => {
    const classic = await classicGroup()
    expect(await context.consumerJoin('new')).toMatchObject({ errorCode: 0, memberEpoch: 2, assigned: {} })
    expect(await groupType()).toBe('consumer')
    expect(await context.groups.describeConsumerGroup('group')).toMatchObject({
      groupState: 'Reconciling',
      members: [
        { memberId: classic.memberId, memberType: 0, memberEpoch: 1 },
        { memberId: 'new', memberType: 1 },
      ],
    })
    // It is to give back first, then it is told what it keeps.
    const told = await rejoin(classic, subscriptionOwning('events', [0, 1, 2]))
    expect(told.generationId).toBe(1)
    const [kept] = await sync(told)
    expect([1, 2]).toContain(kept?.partitions.length)
    const metadata = subscriptionOwning('events', kept?.partitions ?? [])
    expect(await context.heartbeat(told)).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
    const done = await context.joinGroup({ memberId: classic.memberId, metadata })
    expect(done.generationId).toBe(2)
    expect(await sync(done)).toEqual([kept])
    expect(await context.heartbeat(done)).toBe(0)
    const given = await context.consumerHeartbeat({ memberId: 'new', memberEpoch: 2 })
    expect([...(kept?.partitions ?? []), ...(given.assigned?.events ?? [])].sort()).toEqual([0, 1, 2])
    expect(await state()).toBe('Stable')
  })

  it('takes its offsets with it, and is as it was after a restart', async () => {
    const classic = await classicGroup()
    await context.commit({ memberId: classic.memberId, generationIdOrMemberEpoch: 1, offset: 42 })
    await context.consumerJoin('new')
    const before = await context.groups.describeConsumerGroup('group')
    context = await GroupTestContext.start({ log: context.log, seed: 2 })
    expect(await context.groups.describeConsumerGroup('group')).toEqual(before)
    expect(await context.fetch()).toBe(42)
    const commit = { memberId: classic.memberId, generationIdOrMemberEpoch: 1 }
    expect(await context.commit(commit)).toBe(0)
    expect(await context.commit({ ...commit, generationIdOrMemberEpoch: 2 })).toBe(
      ErrorCode.ILLEGAL_GENERATION,
    )
    // The session of the member is still the one that it has asked for.
    await context.clock.advance(45_001)
    expect(await state()).toBe('Empty')
  })

  it('answers those that wait, and its own timers are no more', async () => {
    const leader = await classicGroup()
    const { memberId } = await context.joinGroup()
    const waiting = context.park(context.joinGroup({ memberId }))
    await context.settle()
    await context.consumerJoin('new')
    await context.settle()
    expect(waiting.value).toMatchObject({ errorCode: ErrorCode.REBALANCE_IN_PROGRESS })
    await context.clock.advance(9_000)
    expect(await context.heartbeat(leader)).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
    await context.consumerHeartbeat({ memberId: 'new', memberEpoch: 2 })
    await context.clock.advance(9_000)
    expect(await groupType()).toBe('consumer')
  })

  it.each([
    ['downgrade', 'Cannot upgrade classic group group to consumer group because online upgrade is disabled.'],
    ['disabled', 'Cannot upgrade classic group group to consumer group because online upgrade is disabled.'],
  ])('stays what it is under the policy %s', async (policy, errorMessage) => {
    context = await GroupTestContext.start({ config: { 'group.consumer.migration.policy': policy } })
    await classicGroup()
    expect(await context.consumerJoin('new')).toMatchObject({
      errorCode: ErrorCode.GROUP_ID_NOT_FOUND,
      errorMessage,
    })
    expect(await groupType()).toBe('classic')
  })

  it.each([
    [
      'is of an assignor of its own',
      Buffer.concat([writeAssignment(0, all).subarray(0, -4), Buffer.from([0, 0, 0, 1, 7])]),
      /custom assignor/,
    ],
    ['cannot be read', Buffer.from('what is this'), /embedded consumer protocol is malformed/],
  ])('stays what it is where an assignment %s', async (_, assignment, message) => {
    await classicGroup(assignment)
    const refused = await context.consumerJoin('new')
    expect(refused.errorCode).toBe(ErrorCode.GROUP_ID_NOT_FOUND)
    expect(refused.errorMessage).toMatch(message)
    expect(await state()).toBe('Stable')
  })
})

describe('a group of the consumer protocol', () => {
  it('goes back when the last of its members of that protocol leaves', async () => {
    const classic = await classicGroup()
    await context.consumerJoin('new')
    await context.consumerHeartbeat({ memberId: 'new', memberEpoch: -1 })
    expect(await groupType()).toBe('classic')
    expect(await state()).toBe('PreparingRebalance')
    const back = await context.joinGroup({ memberId: classic.memberId })
    expect(back).toMatchObject({ errorCode: 0, generationId: 3, leader: classic.memberId })
    const mine = [{ memberId: classic.memberId, assignment: writeAssignment(0, all) }]
    const synced = await context.syncGroup(back, {}, { assignments: mine })
    expect(partitionsOf(synced.assignment)).toEqual(all)
    context = await GroupTestContext.start({ log: context.log, seed: 2 })
    expect(await groupType()).toBe('classic')
    expect(await context.heartbeat(back)).toBe(0)
  })

  it('goes back when the last of them expires, and its members have their sessions', async () => {
    const classic = await classicGroup()
    await context.consumerJoin('new')
    const member = await rejoin(classic)
    await sync(member)
    for (let ms = 0; ms < 48_000; ms += 8_000) {
      await context.clock.advance(8_000)
      await context.heartbeat(member)
    }
    expect(await groupType()).toBe('classic')
  })

  it('goes back when an instance comes back by the classic protocol', async () => {
    const instance = { groupInstanceId: 'one' }
    await context.consumerJoin('new', { instanceId: 'one' })
    await context.consumerHeartbeat({ memberId: 'new', memberEpoch: -2, instanceId: 'one' })
    const joined = await context.joinGroup(instance)
    expect(joined).toMatchObject({ errorCode: 0, protocolName: 'range' })
    expect(await groupType()).toBe('classic')
    expect(await state()).toBe('Stable')
    const synced = await context.syncGroup(joined, {}, instance)
    expect(partitionsOf(synced.assignment)).toEqual(all)
  })

  it('stays one under the policy upgrade', async () => {
    context = await GroupTestContext.start({ config: { 'group.consumer.migration.policy': 'upgrade' } })
    const classic = await classicGroup()
    await context.consumerJoin('new')
    await context.consumerHeartbeat({ memberId: 'new', memberEpoch: -1 })
    expect(await groupType()).toBe('consumer')
    await rejoin(classic)
  })

  it('takes members of the classic protocol, unless migration is disabled', async () => {
    await context.consumerJoin('new')
    const asked = await context.joinGroup()
    expect(asked.errorCode).toBe(ErrorCode.MEMBER_ID_REQUIRED)
    const joined = await context.joinGroup({ memberId: asked.memberId })
    expect(joined).toMatchObject({ errorCode: 0, generationId: 3, protocolName: 'range', leader: '' })
    expect(await sync(joined)).toEqual([])
    expect(await context.joinGroup({ protocolType: 'connect' })).toMatchObject({
      errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
    })
    expect(await context.joinGroup({ protocolNames: ['sticky'] })).toMatchObject({
      errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
    })
    context = await GroupTestContext.start({ config: { 'group.consumer.migration.policy': 'disabled' } })
    await context.consumerJoin('new')
    expect(await context.joinGroup()).toMatchObject({ errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL })
  })

  it('lets a member of the classic protocol go that does not ask for its assignment', async () => {
    await context.consumerJoin('new')
    const { memberId } = await context.joinGroup()
    await context.joinGroup({ memberId, rebalanceTimeoutMs: 5_000 })
    await context.clock.advance(5_001)
    const { members } = await context.groups.describeConsumerGroup('group')
    expect(members?.map((each) => each.memberId)).toEqual(['new'])
  })

  it('becomes one of the classic protocol when it is empty', async () => {
    await context.consumerJoin('new')
    await context.consumerHeartbeat({ memberId: 'new', memberEpoch: -1 })
    await classicGroup()
    expect(await groupType()).toBe('classic')
    context = await GroupTestContext.start({ log: context.log, seed: 2 })
    expect(await groupType()).toBe('classic')
  })
})

/** A consumer's subscription, version 1, of one topic of which it has partitions. */
function subscriptionOwning(topic: string, partitions: readonly number[]): Buffer {
  const version0 = subscription(topic)
  const owned = Buffer.alloc(4 + 2 + topic.length + 4 + 4 * partitions.length)
  let at = owned.writeInt32BE(1)
  at = owned.writeInt16BE(topic.length, at)
  at += owned.write(topic, at)
  at = owned.writeInt32BE(partitions.length, at)
  for (const partition of partitions) at = owned.writeInt32BE(partition, at)
  version0.writeInt16BE(1)
  return Buffer.concat([version0, owned])
}

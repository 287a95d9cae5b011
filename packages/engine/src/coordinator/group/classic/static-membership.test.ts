import { ErrorCode } from '@sluice/wire'
import { beforeEach, describe, expect, test } from 'vitest'
import type { JoinResult } from './classic-member.ts'
import { GroupTestContext } from '../testing/group-context.ts'

let context: GroupTestContext
let member: JoinResult
const instance = { groupInstanceId: 'instance-1' }

beforeEach(async () => {
  context = await GroupTestContext.start()
  member = await context.joinGroup(instance)
  await context.syncGroup(member, { [member.memberId]: 'assignment' }, instance)
})

test('a static member needs no second request to join', () => {
  expect(member).toMatchObject({ errorCode: ErrorCode.NONE, generationId: 1 })
  expect(member.memberId).toMatch(/^instance-1-[0-9a-f-]{36}$/)
  expect(member.members).toMatchObject([{ memberId: member.memberId, groupInstanceId: 'instance-1' }])
})

describe('an instance that comes back without its member id', () => {
  test('takes its place without a rebalance, is recorded, and fences the old one', async () => {
    const { result, records } = await context.recording(() => context.joinGroup(instance))
    expect(result).toMatchObject({ errorCode: ErrorCode.NONE, generationId: 1 })
    expect(result.memberId).not.toBe(member.memberId)
    expect(await context.state()).toBe('Stable')
    expect(records).toMatchObject([
      {
        type: 'group-metadata',
        value: {
          generation: 1,
          leader: result.memberId,
          members: [{ memberId: result.memberId, groupInstanceId: 'instance-1' }],
        },
      },
    ])
    const synced = await context.syncGroup(result, {}, instance)
    expect(synced.assignment.toString()).toBe('assignment')
    expect(await context.heartbeat(member, instance)).toBe(ErrorCode.FENCED_INSTANCE_ID)
    expect((await context.syncGroup(member, {}, instance)).errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID)
    const commit = { memberId: member.memberId, generationIdOrMemberEpoch: 1, ...instance }
    expect(await context.commit(commit)).toBe(ErrorCode.FENCED_INSTANCE_ID)
    const leave = await context.leaveGroup({ memberId: member.memberId, ...instance })
    expect(leave).toMatchObject([{ errorCode: ErrorCode.FENCED_INSTANCE_ID }])
    const join = await context.joinGroup({ memberId: member.memberId, ...instance })
    expect(join.errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID)
    expect(await context.heartbeat(result, instance)).toBe(ErrorCode.NONE)
  })

  test('skips the assignment as leader from v9 on', async () => {
    const back = await context.joinGroup(instance, 9)
    expect(back).toMatchObject({ skipAssignment: true, leader: back.memberId })
    expect(back.members).toHaveLength(1)
  })

  test('is told of the old leader up to v8, so that it does not assign', async () => {
    const back = await context.joinGroup(instance, 8)
    expect(back).toMatchObject({ skipAssignment: false, leader: member.memberId, members: [] })
  })

  test('with other metadata of the same protocol still causes no rebalance', async () => {
    const back = await context.joinGroup({ ...instance, metadata: Buffer.from('other') })
    expect(back.generationId).toBe(1)
    expect((await context.describe()).members?.[0]?.memberMetadata?.toString()).toBe('other')
  })

  test('with a change of the chosen protocol causes a rebalance', async () => {
    const back = await context.joinGroup({ ...instance, protocolNames: ['sticky', 'range'] })
    expect(back).toMatchObject({ generationId: 2, protocolName: 'sticky' })
  })

  test('while the generation waits for its assignment starts another one', async () => {
    const fresh = await GroupTestContext.start()
    await fresh.joinGroup(instance)
    const back = await fresh.joinGroup(instance)
    expect(back).toMatchObject({ errorCode: ErrorCode.NONE, generationId: 2 })
  })

  test('fences the old one where it waits', async () => {
    // A dynamic member that is to come makes the old one wait.
    await context.joinGroup()
    const old = context.park(context.joinGroup({ ...instance, memberId: member.memberId }))
    await context.settle()
    expect(old.isSettled).toBe(false)
    const replacement = context.park(context.joinGroup(instance))
    await context.settle()
    expect(old.value?.errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID)
    expect(replacement.isSettled).toBe(false)
  })

  test('is the same member after a restart, in all that its record holds', async () => {
    context.clientId = 'another'
    await context.joinGroup({ ...instance, metadata: Buffer.from('other'), sessionTimeoutMs: 20_000 })
    const restarted = await GroupTestContext.start({ log: context.log })
    expect(await restarted.describe()).toEqual(await context.describe())
  })

  test('keeps its old id when the new one cannot be recorded', async () => {
    context.log.maxMessageBytes = 100
    const back = await context.joinGroup(instance)
    expect(back.errorCode).toBe(ErrorCode.UNKNOWN_SERVER_ERROR)
    context.log.maxMessageBytes = 1_048_588
    expect(await context.heartbeat(member, instance)).toBe(ErrorCode.NONE)
    expect((await context.describe()).members).toMatchObject([{ memberId: member.memberId }])
  })
})

test('the old session timer is gone with the old id; the new one has its own', async () => {
  await context.clock.advance(9_000)
  const back = await context.joinGroup(instance)
  await context.clock.advance(9_000)
  expect(await context.state()).toBe('Stable')
  expect(await context.heartbeat(back, instance)).toBe(ErrorCode.NONE)
  await context.clock.advance(10_000)
  expect(await context.state()).toBe('Empty')
})

test('a member id under a wrong instance id is fenced, an unknown instance unknown', async () => {
  const wrong = await context.joinGroup({ ...instance, memberId: 'somebody' })
  expect(wrong.errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID)
  const unknown = await context.joinGroup({ groupInstanceId: 'instance-9', memberId: 'somebody' })
  expect(unknown.errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
})

test('a static member that is away during a rebalance keeps its place, though not the lead', async () => {
  const { memberId } = await context.joinGroup({ sessionTimeoutMs: 100_000 })
  const joining = context.park(context.joinGroup({ memberId, sessionTimeoutMs: 100_000 }))
  for (let i = 0; i < 6; i++) {
    await context.clock.advance(4_900)
    await context.heartbeat(member, instance)
  }
  expect(joining.isSettled).toBe(false)
  await context.clock.advance(600)
  expect(joining.value).toMatchObject({ generationId: 2, leader: memberId })
  expect(joining.value?.members).toHaveLength(2)
})

test('an administrator removes a member by its instance id alone', async () => {
  const result = await context.leaveGroup({ memberId: '', ...instance })
  expect(result).toEqual([{ memberId: '', groupInstanceId: 'instance-1', errorCode: ErrorCode.NONE }])
  expect(await context.state()).toBe('Empty')
})

test('instances are known after a restart', async () => {
  const restarted = await GroupTestContext.start({ log: context.log, seed: 2 })
  const back = await restarted.joinGroup(instance)
  expect(back).toMatchObject({ errorCode: ErrorCode.NONE, generationId: 1, skipAssignment: true })
  expect(back.memberId).not.toBe(member.memberId)
  expect(await restarted.heartbeat(member, instance)).toBe(ErrorCode.FENCED_INSTANCE_ID)
})

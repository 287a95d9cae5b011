import { ErrorCode } from '@sluice/wire'
import { beforeEach, describe, expect, it } from 'vitest'
import { MemberBytes } from '../member-bytes.ts'
import { type Topic, events, GroupTestContext, orders } from '../testing/group-context.ts'

let context: GroupTestContext
beforeEach(async () => {
  context = await GroupTestContext.start()
})

const owns = (topic: Topic, ...partitions: number[]) => [{ topicId: topic.topicId, partitions }]

/** Two members that share `events`: the first has given one back. */
async function pair() {
  await context.consumerJoin('a')
  await context.consumerJoin('b')
  const told = await context.consumerHeartbeat({ memberId: 'a', memberEpoch: 2 })
  const kept = told.assigned?.events ?? []
  await context.consumerHeartbeat({ memberId: 'a', memberEpoch: 2, topicPartitions: owns(events, ...kept) })
  const other = await context.consumerHeartbeat({ memberId: 'b', memberEpoch: 3 })
  return { a: kept, b: other.assigned?.events ?? [] }
}

describe('a member', () => {
  it('is given everything where it is alone', async () => {
    const { result, records } = await context.recording(() => context.consumerJoin('a'))
    expect(result).toEqual({
      errorCode: 0,
      errorMessage: null,
      memberId: 'a',
      memberEpoch: 2,
      heartbeatIntervalMs: 5_000,
      assigned: { events: [0, 1, 2] },
    })
    expect(records.map(({ type }) => type)).toEqual([
      'consumer-member',
      'consumer-group',
      'consumer-target',
      'consumer-target-metadata',
      'consumer-current-assignment',
    ])
  })

  it('is told of its partitions again only where they change, or where it says all of itself', async () => {
    await context.consumerJoin('a')
    const { result, records } = await context.recording(() =>
      context.consumerHeartbeat({ memberId: 'a', memberEpoch: 2 }),
    )
    expect(result).toMatchObject({ errorCode: 0, memberEpoch: 2, assigned: undefined })
    expect(records).toEqual([])
    const full = { memberId: 'a', memberEpoch: 2, rebalanceTimeoutMs: 30_000 }
    const whole = { ...full, subscribedTopicNames: ['events'], topicPartitions: owns(events, 0, 1, 2) }
    expect(await context.consumerHeartbeat(whole)).toMatchObject({ assigned: { events: [0, 1, 2] } })
  })

  it('gives back before another one is given', async () => {
    await context.consumerJoin('a')
    expect(await context.consumerJoin('b')).toMatchObject({ memberEpoch: 3, assigned: {} })
    const told = await context.consumerHeartbeat({ memberId: 'a', memberEpoch: 2 })
    expect(told).toMatchObject({ memberEpoch: 2 })
    const kept = told.assigned?.events ?? []
    expect(kept.length).toBeLessThan(3)
    expect(await context.consumerHeartbeat({ memberId: 'b', memberEpoch: 3 })).toMatchObject({
      assigned: undefined,
    })
    const confirmed = { memberId: 'a', memberEpoch: 2, topicPartitions: owns(events, ...kept) }
    expect(await context.consumerHeartbeat(confirmed)).toMatchObject({ memberEpoch: 3 })
    const free = await context.consumerHeartbeat({ memberId: 'b', memberEpoch: 3 })
    expect([...kept, ...(free.assigned?.events ?? [])].sort()).toEqual([0, 1, 2])
  })

  it('takes over what one that leaves had', async () => {
    await pair()
    expect(await context.consumerHeartbeat({ memberId: 'a', memberEpoch: -1 })).toMatchObject({
      errorCode: 0,
      memberId: 'a',
      memberEpoch: -1,
    })
    expect(await context.consumerHeartbeat({ memberId: 'b', memberEpoch: 3 })).toMatchObject({
      memberEpoch: 4,
      assigned: { events: [0, 1, 2] },
    })
  })

  it('that is not heard of for its session is out', async () => {
    await pair()
    await context.clock.advance(30_000)
    await context.consumerHeartbeat({ memberId: 'b', memberEpoch: 3 })
    await context.clock.advance(20_000)
    expect(await context.consumerHeartbeat({ memberId: 'a', memberEpoch: 3 })).toMatchObject({
      errorCode: ErrorCode.UNKNOWN_MEMBER_ID,
      errorMessage: 'Member a is not a member of group group.',
    })
    expect(await context.consumerHeartbeat({ memberId: 'b', memberEpoch: 3 })).toMatchObject({
      assigned: { events: [0, 1, 2] },
    })
  })

  it('that does not give back in its rebalance timeout is out', async () => {
    await context.consumerJoin('a')
    await context.consumerJoin('b')
    await context.consumerHeartbeat({ memberId: 'a', memberEpoch: 2 })
    await context.clock.advance(30_001)
    expect(await context.consumerHeartbeat({ memberId: 'a', memberEpoch: 2 })).toMatchObject({
      errorCode: ErrorCode.UNKNOWN_MEMBER_ID,
    })
    expect(await context.consumerHeartbeat({ memberId: 'b', memberEpoch: 3 })).toMatchObject({
      assigned: { events: [0, 1, 2] },
    })
  })

  it('may come with its last epoch, as long as it has no more than it was given', async () => {
    await pair()
    const late = { memberId: 'a', memberEpoch: 2 }
    expect(await context.consumerHeartbeat({ ...late, topicPartitions: [] })).toMatchObject({
      errorCode: 0,
      memberEpoch: 3,
    })
    expect(
      await context.consumerHeartbeat({ ...late, topicPartitions: owns(events, 0, 1, 2) }),
    ).toMatchObject({
      errorCode: ErrorCode.FENCED_MEMBER_EPOCH,
      errorMessage:
        'The consumer group member has a smaller member epoch (2) than the one known by the group coordinator (3). The member must abandon all its partitions and rejoin.',
    })
    expect(await context.consumerHeartbeat({ memberId: 'a', memberEpoch: 9 })).toMatchObject({
      errorCode: ErrorCode.FENCED_MEMBER_EPOCH,
    })
  })

  it('gives back what it has unsubscribed from at once', async () => {
    await context.consumerJoin('a', { subscribedTopicNames: ['events', 'orders'] })
    const told = await context.consumerHeartbeat({
      memberId: 'a',
      memberEpoch: 2,
      subscribedTopicNames: ['orders'],
    })
    expect(told.assigned).toEqual({ orders: [0] })
    const confirmed = { memberId: 'a', memberEpoch: 2, topicPartitions: owns(orders, 0) }
    expect(await context.consumerHeartbeat(confirmed)).toMatchObject({ memberEpoch: 3 })
  })

  it('is given new partitions when they come', async () => {
    await context.consumerJoin('a')
    context.topics.set('events', { ...events, partitions: 5 })
    context.groups.topicsChanged(new Set(['events']), false)
    expect(await context.consumerHeartbeat({ memberId: 'a', memberEpoch: 2 })).toMatchObject({
      memberEpoch: 3,
      assigned: { events: [0, 1, 2, 3, 4] },
    })
  })

  it('waits for the next assignment until it is time', async () => {
    context = await GroupTestContext.start({ config: { 'group.consumer.assignment.interval.ms': 1_000 } })
    await context.consumerJoin('a')
    expect(await context.consumerJoin('b')).toMatchObject({ memberEpoch: 2, assigned: {} })
    await context.clock.advance(1_000)
    expect(await context.consumerHeartbeat({ memberId: 'b', memberEpoch: 2 })).toMatchObject({
      memberEpoch: 3,
    })
  })

  it('is given a target however far ahead the clock was that the last one was recorded by', async () => {
    context = await GroupTestContext.start({ config: { 'group.consumer.assignment.interval.ms': 1_000 } })
    await context.consumerJoin('a')
    context.clock.moveWallClock(-3_600_000)
    expect(await context.consumerJoin('b')).toMatchObject({ memberEpoch: 3 })
  })

  it('is given an id by the coordinator where it has none (version 0)', async () => {
    const join = {
      memberId: '',
      rebalanceTimeoutMs: 30_000,
      subscribedTopicNames: ['events'],
      topicPartitions: [],
    }
    const { memberId } = await context.consumerHeartbeat(join, 0)
    expect(memberId).toMatch(/^[\w-]{22}$/)
  })

  it('is refused where members say too much of themselves together, until others have gone', async () => {
    context = await GroupTestContext.start({ memberBytes: new MemberBytes(60_000) })
    const subscribedTopicNames = Array.from({ length: 200 }, (_, i) => `a-topic-with-a-long-name-${i}`)
    expect(await context.consumerJoin('a', { subscribedTopicNames })).toMatchObject({ errorCode: 0 })
    const more = () => context.consumerJoin('b', { groupId: 'another', subscribedTopicNames })
    expect(await more()).toMatchObject({ errorCode: 0 })
    const third = () => context.consumerJoin('c', { groupId: 'third', subscribedTopicNames })
    expect(await third()).toMatchObject({ errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS })
    await context.consumerHeartbeat({ memberId: 'a', memberEpoch: -1 })
    expect(await third()).toMatchObject({ errorCode: 0 })
  })

  it('names no more topics than can be looked at in one go', async () => {
    const subscribedTopicNames = Array.from({ length: 10_001 }, (_, i) => `t-${i}`)
    expect(await context.consumerJoin('a', { subscribedTopicNames })).toMatchObject({
      errorCode: ErrorCode.INVALID_REQUEST,
    })
  })
})

describe('a static member', () => {
  const join = (memberId: string) => context.consumerJoin(memberId, { instanceId: 'one' })

  it('has its place kept while it is away, and takes it under a new id', async () => {
    await join('a')
    expect(await join('b')).toMatchObject({
      errorCode: ErrorCode.UNRELEASED_INSTANCE_ID,
      errorMessage:
        'Static member b with instance id one cannot join the group because the instance id is owned by a member.',
    })
    await context.consumerHeartbeat({ memberId: 'a', memberEpoch: -2, instanceId: 'one' })
    expect(await join('b')).toMatchObject({ memberEpoch: 2, assigned: { events: [0, 1, 2] } })
    expect(
      await context.consumerHeartbeat({ memberId: 'a', memberEpoch: 2, instanceId: 'one' }),
    ).toMatchObject({
      errorCode: ErrorCode.FENCED_INSTANCE_ID,
    })
    expect(
      await context.consumerHeartbeat({ memberId: 'a', memberEpoch: 2, instanceId: 'two' }),
    ).toMatchObject({
      errorCode: ErrorCode.UNKNOWN_MEMBER_ID,
      errorMessage: 'Instance id two is unknown.',
    })
  })

  it('that stays away for its session is out', async () => {
    await join('a')
    await context.consumerHeartbeat({ memberId: 'a', memberEpoch: -2, instanceId: 'one' })
    await context.clock.advance(45_001)
    expect(await context.groups.describeConsumerGroup('group')).toMatchObject({ groupState: 'Empty' })
  })
})

describe('a group', () => {
  it('goes from state to state as its members come to their target', async () => {
    const state = async () => (await context.groups.describeConsumerGroup('group')).groupState
    await context.consumerJoin('a')
    expect(await state()).toBe('Stable')
    await context.consumerJoin('b')
    expect(await state()).toBe('Reconciling')
    await context.consumerHeartbeat({ memberId: 'a', memberEpoch: -1 })
    expect(await state()).toBe('Assigning')
    await context.consumerHeartbeat({ memberId: 'b', memberEpoch: 3 })
    expect(await state()).toBe('Stable')
    await context.consumerHeartbeat({ memberId: 'b', memberEpoch: -1 })
    expect(await state()).toBe('Empty')
  })

  it('is as it was after a restart', async () => {
    const { a, b } = await pair()
    const before = await context.groups.describeConsumerGroup('group')
    context = await GroupTestContext.start({ log: context.log, seed: 2 })
    expect(await context.groups.describeConsumerGroup('group')).toEqual(before)
    expect(before.members?.map(({ assignment }) => assignment?.topicPartitions?.[0]?.partitions)).toEqual([
      a,
      b,
    ])
    expect(await context.consumerHeartbeat({ memberId: 'a', memberEpoch: 3 })).toMatchObject({
      errorCode: 0,
      memberEpoch: 3,
      assigned: undefined,
    })
    // Sessions have begun with the load.
    await context.clock.advance(45_001)
    expect(await context.groups.describeConsumerGroup('group')).toMatchObject({ groupState: 'Empty' })
  })

  it('takes no more members than it may have', async () => {
    context = await GroupTestContext.start({ config: { 'group.consumer.max.size': 1 } })
    await context.consumerJoin('a')
    expect(await context.consumerJoin('b')).toMatchObject({
      errorCode: ErrorCode.GROUP_MAX_SIZE_REACHED,
      errorMessage: 'The consumer group has reached its maximum capacity of 1 members.',
    })
    expect(await context.consumerJoin('a')).toMatchObject({ errorCode: 0 })
  })

  it('has the timing of its own configs, within the bounds', async () => {
    context.groupConfigs.set('group', new Map([['consumer.heartbeat.interval.ms', '9000']]))
    expect(await context.consumerJoin('a')).toMatchObject({ heartbeatIntervalMs: 9_000 })
    context.groupConfigs.set('group', new Map([['consumer.heartbeat.interval.ms', '1']]))
    expect(await context.consumerJoin('a')).toMatchObject({ heartbeatIntervalMs: 5_000 })
  })

  it('is assigned by the assignor that most ask for', async () => {
    await context.consumerJoin('a', { serverAssignor: 'range' })
    expect(await context.groups.describeConsumerGroup('group')).toMatchObject({ assignorName: 'range' })
    expect(await context.consumerJoin('b', { serverAssignor: 'sticky' })).toMatchObject({
      errorCode: ErrorCode.UNSUPPORTED_ASSIGNOR,
      errorMessage: 'ServerAssignor sticky is not supported. Supported assignors: uniform, range.',
    })
  })

  it('goes when it is empty and is deleted, and its offsets with it', async () => {
    await context.consumerJoin('a')
    await context.commit({ memberId: 'a', generationIdOrMemberEpoch: 2 })
    expect((await context.groups.deleteGroup('group')).errorCode).toBe(ErrorCode.NON_EMPTY_GROUP)
    await context.consumerHeartbeat({ memberId: 'a', memberEpoch: -1 })
    expect((await context.groups.deleteGroup('group')).errorCode).toBe(0)
    expect(await context.fetch()).toBe(-1)
    context = await GroupTestContext.start({ log: context.log, seed: 2 })
    expect(await context.groups.listGroups([], [])).toEqual({ errorCode: 0, groups: [] })
  })

  it('of offsets alone becomes one of this protocol when a member comes', async () => {
    await context.commit({ offset: 11 })
    await context.consumerJoin('a')
    expect(await context.groups.listGroups([], ['consumer'])).toMatchObject({
      groups: [{ groupId: 'group', protocolType: 'consumer', groupState: 'Stable', groupType: 'consumer' }],
    })
    expect(await context.fetch()).toBe(11)
  })
})

describe('a commit', () => {
  const commit = (memberEpoch: number, partition: number, memberId = 'a', version = 9) =>
    context.commit({ memberId, generationIdOrMemberEpoch: memberEpoch, partition }, version)

  it('is of a member, with its epoch, or an older one for what it has had since then', async () => {
    const { a, b } = await pair()
    const [own = 0] = a
    const [others = 0] = b
    expect(await commit(3, own)).toBe(0)
    expect(await commit(2, own)).toBe(0)
    expect(await commit(1, own)).toBe(ErrorCode.STALE_MEMBER_EPOCH)
    expect(await commit(2, others)).toBe(ErrorCode.STALE_MEMBER_EPOCH)
    expect(await commit(4, own)).toBe(ErrorCode.STALE_MEMBER_EPOCH)
    expect(await commit(3, own, 'nobody')).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
    expect(await commit(-1, own, '')).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
    expect(await commit(3, own, 'a', 8)).toBe(ErrorCode.UNSUPPORTED_VERSION)
  })

  it('is fetched by members of their epoch, and by whoever does not say that it is one', async () => {
    await context.consumerJoin('a')
    await commit(2, 0)
    const fetch = async (memberId: string | null, memberEpoch: number) => {
      const topics = [{ name: 'events', topicId: '', partitionIndexes: [0] }]
      const asked = { groupId: 'group', memberId, memberEpoch, topics }
      return context.groups.offsets.fetch(9, asked, false)
    }
    expect(await fetch(null, -1)).toMatchObject({
      errorCode: 0,
      topics: [{ partitions: [{ committedOffset: 7 }] }],
    })
    expect(await fetch('a', 2)).toMatchObject({ errorCode: 0 })
    expect(await fetch('a', 1)).toMatchObject({ errorCode: ErrorCode.STALE_MEMBER_EPOCH, topics: [] })
    expect(await fetch('b', 1)).toMatchObject({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID, topics: [] })
  })

  it('expires once nobody reads its topic', async () => {
    const retentionMs = 10_080 * 60_000
    await context.consumerJoin('a')
    await commit(2, 0)
    // The member lives on.
    for (let ms = 0; ms < retentionMs + 600_000; ms += 40_000) {
      await context.clock.advance(40_000)
      await context.consumerHeartbeat({ memberId: 'a', memberEpoch: 2 })
    }
    expect(await context.fetch()).toBe(7)
    await context.consumerHeartbeat({ memberId: 'a', memberEpoch: -1 })
    await context.clock.advance(600_000)
    expect(await context.fetch()).toBe(-1)
    expect(await context.groups.listGroups([], [])).toMatchObject({ groups: [] })
  })
})

import { ErrorCode, zeroUuid } from '@sluice/wire'
import { beforeEach, describe, expect, test } from 'vitest'
import { atOnce } from '../../../storage/slices.ts'
import { groupCoordinatorConfig } from '../group-config.ts'
import { events, GroupTestContext, orders, subscription } from '../testing/group-context.ts'
import { Offsets } from './offsets.ts'

let context: GroupTestContext
beforeEach(async () => {
  context = await GroupTestContext.start()
})

const day = 86_400_000
const tombstones = (records: { type: string }[]) =>
  records.filter((record) => 'value' in record && record.value === null)

describe('OffsetCommit', () => {
  test('from outside makes a group without a record of its own', async () => {
    const { result, records } = await context.recording(() => context.commit({ offset: 42 }))
    expect(result).toBe(ErrorCode.NONE)
    expect(records).toEqual([
      {
        type: 'offset-commit',
        key: { group: 'group', topic: 'events', partition: 0 },
        value: {
          offset: 42,
          leaderEpoch: 0,
          metadata: 'a note',
          commitTimestampMs: context.clock.now(),
          expireTimestampMs: null,
          topicId: events.topicId,
        },
      },
    ])
    expect(await context.fetch()).toBe(42)
    expect(await context.state()).toBe('Empty')
  })

  test('that is checked before its topic is deleted leaves nothing behind it', async () => {
    for (const apiVersion of [9, 10]) {
      const meanwhile = () => {
        context.topics.delete('events')
        return context.groups.topicsDeleted(new Set(['events']))
      }
      const gone = apiVersion < 10 ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.UNKNOWN_TOPIC_ID
      expect(await context.commit({ meanwhile }, apiVersion)).toBe(gone)
      context.topics.set('events', events)
      expect(await context.fetch()).toBe(-1)
    }
  })

  test('by name that is checked before its topic is made anew is one of the new topic', async () => {
    const topicId = 'AAAAAAAAAAAAAAAAAAAABQ'
    const meanwhile = () => void context.topics.set('events', { ...events, topicId })
    const { result, records } = await context.recording(() => context.commit({ meanwhile }))
    expect(result).toBe(ErrorCode.NONE)
    expect(records).toMatchObject([{ value: { topicId } }])
  })

  test('names topics by id in v10', async () => {
    expect(await context.commit({ offset: 5 }, 10)).toBe(ErrorCode.NONE)
    expect(await context.fetch()).toBe(5)
    const unknown = { ...events, topicId: 'AAAAAAAAAAAAAAAAAAAABQ' }
    expect(await context.commit({ topic: unknown }, 10)).toBe(ErrorCode.UNKNOWN_TOPIC_ID)
    expect(await context.commit({ partition: 3 }, 10)).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
  })

  test.each([
    ['a missing topic', { topic: { ...events, name: 'nowhere' } }, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ['a missing partition', { partition: 3 }, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ['a negative partition', { partition: -1 }, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ['metadata that is too large', { metadata: 'x'.repeat(4_097) }, ErrorCode.OFFSET_METADATA_TOO_LARGE],
  ])('to %s is refused, and no record written', async (_name, request, error) => {
    const { result, records } = await context.recording(() => context.commit(request))
    expect(result).toBe(error)
    expect(records).toEqual([])
  })

  test('refuses single partitions and commits the others', async () => {
    const partition = (partitionIndex: number, committedMetadata: string | null = null) => ({
      partitionIndex,
      committedOffset: 1,
      committedLeaderEpoch: -1,
      committedMetadata,
    })
    const topics = await context.commitTopics(
      { apiVersion: 9, clientId: 'c', clientHost: '/127.0.0.1' },
      {
        groupId: 'group',
        generationIdOrMemberEpoch: -1,
        memberId: '',
        groupInstanceId: null,
        retentionTimeMs: -1,
        topics: [
          {
            name: 'events',
            topicId: zeroUuid,
            partitions: [partition(0), partition(9), partition(1, 'x'.repeat(5_000)), partition(2)],
          },
          { name: 'nowhere', topicId: zeroUuid, partitions: [partition(0)] },
        ],
      },
    )
    const errors = topics.map((topic) =>
      Object.fromEntries(topic.partitions.map((each) => [each.partitionIndex, each.errorCode])),
    )
    expect(errors).toEqual([{ 0: 0, 1: 12, 2: 0, 9: 3 }, { 0: 3 }])
    expect(await context.fetch(events, 2)).toBe(1)
    expect(await context.fetch(events, 1)).toBe(-1)
  })

  test('of an unknown group with a generation is refused in the words of its version', async () => {
    const request = { memberId: 'm', generationIdOrMemberEpoch: 5 }
    expect(await context.commit(request, 8)).toBe(ErrorCode.ILLEGAL_GENERATION)
    expect(await context.commit(request, 9)).toBe(ErrorCode.GROUP_ID_NOT_FOUND)
  })

  test('to a group with members needs a member of the current generation', async () => {
    const member = await context.stableGroup()
    const { memberId } = member
    expect(await context.commit()).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
    expect(await context.commit({ memberId: 'nobody', generationIdOrMemberEpoch: 1 })).toBe(25)
    expect(await context.commit({ memberId, generationIdOrMemberEpoch: 9 })).toBe(22)
    expect(await context.commit({ memberId, generationIdOrMemberEpoch: -1 })).toBe(22)
    const instance = { groupInstanceId: 'nobody' }
    expect(await context.commit({ memberId, generationIdOrMemberEpoch: 1, ...instance })).toBe(25)
    expect(await context.commit({ memberId, generationIdOrMemberEpoch: 1 })).toBe(ErrorCode.NONE)
  })

  test('during a rebalance is good until the next generation begins', async () => {
    const { leader, follower } = await context.stablePair()
    const commit = { memberId: follower.memberId, generationIdOrMemberEpoch: 2 }
    const rejoining = context.joinGroup({ memberId: leader.memberId })
    await context.settle()
    expect(await context.commit(commit)).toBe(ErrorCode.NONE)
    await context.joinGroup({ memberId: follower.memberId })
    await rejoining
    expect(await context.commit(commit)).toBe(ErrorCode.ILLEGAL_GENERATION)
    const next = { ...commit, generationIdOrMemberEpoch: 3 }
    expect(await context.commit(next)).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
  })

  test('to an empty group is free for whoever names no generation', async () => {
    const member = await context.stableGroup()
    await context.leaveGroup({ memberId: member.memberId })
    expect(await context.commit({ memberId: 'administrator' })).toBe(ErrorCode.NONE)
    const old = { memberId: member.memberId, generationIdOrMemberEpoch: member.generationId }
    expect(await context.commit(old)).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
  })

  test('that cannot be written is not seen', async () => {
    await context.commit({ offset: 1 })
    context.log.refuseWith = ErrorCode.KAFKA_STORAGE_ERROR
    expect(await context.commit({ offset: 2 })).toBe(ErrorCode.NOT_COORDINATOR)
    context.log.refuseWith = null
    await context.settle()
    expect(await context.fetch()).toBe(1)
  })

  test('larger than a batch is refused, and nothing else is', async () => {
    context.log.maxMessageBytes = 200
    expect(await context.commit({ metadata: 'x'.repeat(1_000) })).toBe(ErrorCode.UNKNOWN_SERVER_ERROR)
    expect(await context.commit()).toBe(ErrorCode.NONE)
  })
})

describe('OffsetFetch', () => {
  const all = (groupId = 'group', apiVersion = 9) =>
    context.groups.offsets.fetch(apiVersion, { groupId, topics: null }, false)

  test('of what was never committed is −1 without an error, in an unknown group too', async () => {
    const topics = [{ name: 'nowhere', topicId: zeroUuid, partitionIndexes: [0, 7] }]
    const none = { committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode: 0 }
    expect(await context.groups.offsets.fetch(9, { groupId: 'unknown', topics }, false)).toEqual({
      groupId: 'unknown',
      errorCode: 0,
      topics: [
        {
          name: 'nowhere',
          topicId: zeroUuid,
          partitions: [
            { partitionIndex: 0, ...none },
            { partitionIndex: 7, ...none },
          ],
        },
      ],
    })
    expect(await all('unknown')).toEqual({ groupId: 'unknown', errorCode: 0, topics: [] })
  })

  test('of all topics gives everything that is committed', async () => {
    await context.commit({ partition: 0, offset: 1 })
    await context.commit({ partition: 2, offset: 2, metadata: null })
    await context.commit({ topic: orders, offset: 3 })
    const fetched = await all()
    expect(fetched.topics.map(({ name }) => name)).toEqual(['events', 'orders'])
    expect(fetched.topics[0]?.partitions).toMatchObject([
      { partitionIndex: 0, committedOffset: 1, committedLeaderEpoch: 0, metadata: 'a note' },
      { partitionIndex: 2, committedOffset: 2, metadata: '' },
    ])
  })

  test('by id answers unknown ids, and all topics under the ids that they have', async () => {
    await context.commit({ offset: 4 })
    await context.commit({ topic: orders })
    context.topics.delete('orders')
    const unknown = 'AAAAAAAAAAAAAAAAAAAABQ'
    const topics = [
      { name: '', topicId: unknown, partitionIndexes: [0] },
      { name: '', topicId: events.topicId, partitionIndexes: [0] },
    ]
    const fetched = await context.groups.offsets.fetch(10, { groupId: 'group', topics }, false)
    expect(fetched.topics).toMatchObject([
      { topicId: unknown, partitions: [{ committedOffset: -1, errorCode: ErrorCode.UNKNOWN_TOPIC_ID }] },
      { topicId: events.topicId, partitions: [{ committedOffset: 4, errorCode: 0 }] },
    ])
    expect((await all('group', 10)).topics.map(({ topicId }) => topicId)).toEqual([events.topicId])
  })

  test('does not give the offset of an earlier topic of the same name', async () => {
    await context.commit({ offset: 4 })
    const recreated = { ...events, topicId: 'k3RO5_VdQ8u_L42rXFqH5A' }
    context.topics.set('events', recreated)
    const topics = [{ name: '', topicId: recreated.topicId, partitionIndexes: [0] }]
    const fetched = await context.groups.offsets.fetch(10, { groupId: 'group', topics }, false)
    expect(fetched.topics[0]?.partitions[0]?.committedOffset).toBe(-1)
  })

  test('waits for the commit of what it has seen', async () => {
    context.log.hold()
    void context.commit({ offset: 8 })
    await context.settle()
    const fetching = context.park(context.fetch())
    await context.settle()
    expect(fetching.isSettled).toBe(false)
    context.log.release()
    await context.settle()
    expect(fetching.value).toBe(8)
  })

  test('is no answer where the coordinator goes while it is looked for', async () => {
    const { clock, groups } = context
    const monotonic = clock.monotonic.bind(clock)
    // A look at the clock takes a millisecond: the search takes several turns of the loop.
    clock.monotonic = () => (clock.jump(1), monotonic())
    const partitionIndexes = Array.from({ length: 2_000 }, (_, i) => i)
    const topics = [{ name: 'events', topicId: '', partitionIndexes }]
    const fetching = groups.offsets.fetch(9, { groupId: 'group', topics }, false)
    for (const partition of [0, 1, 2]) groups.unload(partition)
    for (const partition of [0, 1, 2]) await groups.load(partition)
    expect(await fetching).toEqual({ groupId: 'group', errorCode: ErrorCode.NOT_COORDINATOR, topics: [] })
  })

  test('is an error of the group when the coordinator is elsewhere', async () => {
    context.groups.close()
    expect(await all()).toEqual({ groupId: 'group', errorCode: ErrorCode.NOT_COORDINATOR, topics: [] })
  })
})

describe('OffsetDelete', () => {
  const deleteOffsets = (name: string, ...partitions: number[]) =>
    context.groups.offsets.delete({
      groupId: 'group',
      topics: [{ name, partitions: partitions.map((partitionIndex) => ({ partitionIndex })) }],
    })

  test('forgets offsets with tombstones', async () => {
    await context.commit()
    const { result, records } = await context.recording(() => deleteOffsets('events', 0, 1, 9))
    expect(result.topics?.[0]?.partitions).toEqual([
      { partitionIndex: 0, errorCode: 0 },
      { partitionIndex: 1, errorCode: 0 },
      { partitionIndex: 9, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION },
    ])
    expect(records).toEqual([
      { type: 'offset-commit', key: { group: 'group', topic: 'events', partition: 0 }, value: null },
    ])
    expect(await context.fetch()).toBe(-1)
  })

  test('keeps the offsets of topics that members read', async () => {
    const { memberId, generationId } = await context.stableGroup()
    await context.commit({ memberId, generationIdOrMemberEpoch: generationId })
    await context.commit({ memberId, generationIdOrMemberEpoch: generationId, topic: orders })
    const subscribed = await deleteOffsets('events', 0)
    expect(subscribed.topics?.[0]?.partitions?.[0]?.errorCode).toBe(ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC)
    const other = await deleteOffsets('orders', 0)
    expect(other.topics?.[0]?.partitions?.[0]?.errorCode).toBe(0)
    expect([await context.fetch(events), await context.fetch(orders)]).toEqual([7, -1])
  })

  test('takes members whose subscription it cannot read for readers of everything', async () => {
    await context.stableGroup({ metadata: Buffer.from('?') })
    const result = await deleteOffsets('orders', 0)
    expect(result.topics?.[0]?.partitions?.[0]?.errorCode).toBe(ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC)
  })

  test('of other groups with members, unknown groups and no group id is refused', async () => {
    await context.stableGroup({ protocolType: 'connect' })
    expect((await deleteOffsets('events', 0)).errorCode).toBe(ErrorCode.NON_EMPTY_GROUP)
    const unknown = { groupId: 'unknown', topics: [] }
    expect((await context.groups.offsets.delete(unknown)).errorCode).toBe(ErrorCode.GROUP_ID_NOT_FOUND)
    const none = { groupId: '', topics: [] }
    expect((await context.groups.offsets.delete(none)).errorCode).toBe(ErrorCode.INVALID_GROUP_ID)
  })
})

describe('a deleted topic', () => {
  test('takes the offsets of all groups with it', async () => {
    for (const groupId of ['a', 'b', 'c', 'd']) await context.commit({ groupId })
    await context.commit({ groupId: 'a', topic: orders })
    const { records } = await context.recording(() => context.groups.topicsDeleted(new Set(['events'])))
    expect(tombstones(records)).toHaveLength(4)
    expect(await context.fetch(events, 0, 'a')).toBe(-1)
    expect(await context.fetch(orders, 0, 'a')).toBe(7)
  })
})

describe('expiry', () => {
  const retention = 7 * day
  const checkIntervalMs = 600_000

  test('of a group that never had members counts from each commit', async () => {
    await context.commit()
    await context.clock.advance(day)
    await context.commit({ topic: orders })
    await context.clock.advance(retention - day)
    expect([await context.fetch(events), await context.fetch(orders)]).toEqual([-1, 7])
    const { records } = await context.recording(() => context.clock.advance(day))
    expect(records.map((record) => record.type)).toEqual(['offset-commit', 'group-metadata'])
    expect(tombstones(records)).toHaveLength(2)
    expect((await context.describe()).errorCode).toBe(ErrorCode.GROUP_ID_NOT_FOUND)
  })

  test('of a group that had members counts from when the last one left', async () => {
    const { memberId, generationId } = await context.stableGroup({ sessionTimeoutMs: 1_800_000 })
    await context.commit({ memberId, generationIdOrMemberEpoch: generationId })
    await context.clock.advance(1_700_000)
    await context.leaveGroup({ memberId })
    await context.clock.advance(retention - 1)
    expect(await context.fetch()).toBe(7)
    await context.clock.advance(checkIntervalMs)
    expect(await context.fetch()).toBe(-1)
    expect((await context.describe()).errorCode).toBe(ErrorCode.GROUP_ID_NOT_FOUND)
  })

  test('of a group with members holds for topics that nobody reads', async () => {
    context = await GroupTestContext.start({ config: { 'offsets.retention.minutes': 20 } })
    const metadata = subscription('events')
    const { memberId, generationId } = await context.stableGroup({ metadata, sessionTimeoutMs: 1_800_000 })
    await context.commit({ memberId, generationIdOrMemberEpoch: generationId })
    await context.commit({ memberId, generationIdOrMemberEpoch: generationId, topic: orders })
    await context.clock.advance(1_500_000)
    expect([await context.fetch(events), await context.fetch(orders)]).toEqual([7, -1])
    expect(await context.state()).toBe('Stable')
  })

  test('obeys a retention time that the commit brought along', async () => {
    await context.commit({ retentionTimeMs: 1_000 }, 4)
    await context.clock.advance(checkIntervalMs)
    expect(await context.fetch()).toBe(-1)
  })

  test('takes an empty group without offsets at the next look', async () => {
    const { memberId } = await context.joinGroup()
    await context.leaveGroup({ memberId })
    await context.clock.advance(checkIntervalMs)
    expect((await context.describe()).errorCode).toBe(ErrorCode.GROUP_ID_NOT_FOUND)
  })

  test('goes some at a time where there are thousands', async () => {
    context = await GroupTestContext.start({ config: { 'offsets.retention.minutes': 20 } })
    const groups = Array.from({ length: 2_500 }, (_, i) => `group-${i}`)
    for (const groupId of groups) await context.commit({ groupId })
    const { records, batches } = await context.recording(() => context.clock.advance(2 * checkIntervalMs))
    expect(tombstones(records)).toHaveLength(2 * groups.length)
    // Three partitions of the log, each with some 1,700 looks.
    expect(batches).toBeGreaterThanOrEqual(6)
  })

  test('goes on after a restart', async () => {
    await context.commit()
    const restarted = await GroupTestContext.start({ log: context.log })
    await restarted.clock.advance(retention)
    expect(await restarted.fetch()).toBe(-1)
  })
})

describe('a fetch in steps', () => {
  const partitions = [0, 1, 2]
  const asked = [{ name: 'events', topicId: zeroUuid, partitionIndexes: partitions }]
  let offsets: Offsets
  const commit = (offset: number, group = 'group') => {
    for (const partition of partitions) {
      const value = { offset, leaderEpoch: 0, metadata: '', commitTimestampMs: 0, expireTimestampMs: null }
      const facts = { producerId: -1, producerEpoch: -1, transactional: false }
      offsets.replay({ group, topic: 'events', partition }, { ...value, topicId: zeroUuid }, facts)
    }
  }
  beforeEach(() => {
    offsets = new Offsets(groupCoordinatorConfig({ int: () => 0, long: () => 0 }))
    commit(1)
  })

  test.each([
    ['named partitions', () => offsets.fetch('group', asked, false)],
    ['all partitions', () => offsets.fetchAll('group', false)],
  ])('of %s sees a commit that comes meanwhile whole', (_name, fetch) => {
    // Commits come after so many steps each, of which a look has at least three.
    for (const every of [1, 2, 3, 5]) {
      const steps = fetch()
      let [step, count] = [steps.next(), 1]
      while (!step.done) {
        if (count++ % every === 0) commit(100 * every + count)
        commit(7, 'another')
        step = steps.next()
      }
      const seen = step.value.flatMap((topic) => topic.partitions.map((one) => one.committedOffset))
      expect(seen).toHaveLength(3)
      expect(new Set(seen).size).toBe(1)
    }
    expect(atOnce(fetch())[0]?.partitions).toHaveLength(3)
  })
})

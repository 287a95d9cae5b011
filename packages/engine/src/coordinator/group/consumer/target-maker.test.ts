import { beforeEach, describe, expect, it } from 'vitest'
import { events, GroupTestContext } from '../testing/group-context.ts'

/** More than is given out at once once time is over. */
const partitions = 60_000

let context: GroupTestContext

beforeEach(async () => {
  context = await GroupTestContext.start()
  context.topics.set(events.name, { ...events, partitions })
  // What the topic hashes to is known.
  await context.consumerJoin('other', { groupId: 'other' })
  await made()
  // The turn is over before the first partition is given to anybody.
  context.lookMs = 20
})

const epochs = async () => {
  const { groupEpoch, assignmentEpoch } = await context.groups.describeConsumerGroup('group')
  return { groupEpoch, assignmentEpoch }
}

/** All turns that it takes. */
async function made() {
  for (let turns = 0; turns < 5; turns++) await context.settle()
}

const targets = () =>
  context.log
    .records()
    .filter(
      (record) => record.type === 'consumer-target' && record.groupId === 'group' && record.value !== null,
    )

const beat = (memberId: string, memberEpoch: number) =>
  context.consumerHeartbeat({ memberId, memberEpoch, topicPartitions: [] })

describe('a target of very many partitions', () => {
  it('is made behind the request: until then the old one counts', async () => {
    const joining = context.consumerJoin('a')
    expect(targets()).toEqual([])
    expect(await joining).toMatchObject({ memberEpoch: 1, assigned: {} })
    await made()
    expect(await epochs()).toEqual({ groupEpoch: 2, assignmentEpoch: 2 })
    const told = await beat('a', 1)
    expect(told.memberEpoch).toBe(2)
    expect(told.assigned?.events).toHaveLength(partitions)
  })

  it('is of the epoch that it was begun in, whoever comes meanwhile', async () => {
    await Promise.all([context.consumerJoin('a'), context.consumerJoin('b')])
    await made()
    expect(await epochs()).toEqual({ groupEpoch: 3, assignmentEpoch: 2 })
    // The next heartbeat has the next one made.
    expect(await beat('b', 1)).toMatchObject({ memberEpoch: 2, assigned: {} })
    await made()
    expect(await epochs()).toEqual({ groupEpoch: 3, assignmentEpoch: 3 })
    const [a, b] = [await beat('a', 1), await beat('b', 2)]
    expect([...(a.assigned?.events ?? []), ...(b.assigned?.events ?? [])]).toHaveLength(partitions)
  })

  it('is let go when all have left', async () => {
    await Promise.all([
      context.consumerJoin('a'),
      context.consumerHeartbeat({ memberId: 'a', memberEpoch: -1 }),
    ])
    await made()
    expect(await epochs()).toEqual({ groupEpoch: 3, assignmentEpoch: 3 })
    expect(targets()).toEqual([])
  })

  it('is let go with a group that is deleted, and is not taken for that of another one with its name', async () => {
    await Promise.all([
      context.consumerJoin('a'),
      context.consumerHeartbeat({ memberId: 'a', memberEpoch: -1 }),
      context.groups.deleteGroup('group'),
      context.consumerJoin('b'),
    ])
    await made()
    expect((await beat('b', 1)).assigned?.events).toHaveLength(partitions)
  })

  it('is for who has come back in the place of a static member', async () => {
    const instanceId = 'instance'
    await Promise.all([
      context.consumerJoin('a', { instanceId }),
      context.consumerHeartbeat({ memberId: 'a', memberEpoch: -2, instanceId }),
      context.consumerJoin('b', { instanceId }),
    ])
    await made()
    expect(await epochs()).toEqual({ groupEpoch: 2, assignmentEpoch: 2 })
    const told = await context.consumerHeartbeat({
      memberId: 'b',
      memberEpoch: 1,
      instanceId,
      topicPartitions: [],
    })
    expect(told.assigned?.events).toHaveLength(partitions)
  })

  it('is not made again and again where it cannot be recorded', async () => {
    context.log.maxMessageBytes = 100_000
    await context.consumerJoin('a')
    await made()
    context.log.maxMessageBytes = 1_048_588
    expect(await beat('a', 1)).toMatchObject({ memberEpoch: 1 })
    await made()
    expect(await epochs()).toEqual({ groupEpoch: 2, assignmentEpoch: 1 })
    await context.clock.advance(10_000)
    await beat('a', 1)
    await made()
    expect(await epochs()).toEqual({ groupEpoch: 2, assignmentEpoch: 2 })
  })
})

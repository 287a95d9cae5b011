import { ErrorCode } from '@sluice/wire'
import { beforeEach, describe, expect, it } from 'vitest'
import { GroupTestContext, orders } from '../testing/group-context.ts'
import { topicPattern } from './regex-syntax.ts'

let context: GroupTestContext
beforeEach(async () => {
  context = await GroupTestContext.start()
})

const join = (memberId: string, subscribedTopicRegex: string, maySee = (_topic: string) => true) =>
  context.consumerHeartbeat(
    { memberId, rebalanceTimeoutMs: 30_000, topicPartitions: [], subscribedTopicRegex },
    1,
    maySee,
  )
const heartbeat = (memberId: string, memberEpoch: number) =>
  context.consumerHeartbeat({ memberId, memberEpoch })
const regexRecords = () =>
  context.log
    .records()
    .flatMap((record) =>
      record.type === 'consumer-regex' ? [[record.regex, record.value?.topics ?? null]] : [],
    )

describe('a member with a regular expression', () => {
  it('is given its topics once they are found', async () => {
    expect(await join('a', 'ev.*')).toMatchObject({ errorCode: 0, memberEpoch: 1, assigned: {} })
    expect(await heartbeat('a', 1)).toMatchObject({ memberEpoch: 2, assigned: { events: [0, 1, 2] } })
    expect(regexRecords()).toEqual([['ev.*', ['events']]])
  })

  it('shares what another has found, also after a restart', async () => {
    await join('a', '.*')
    await heartbeat('a', 1)
    context = await GroupTestContext.start({ log: context.log, seed: 2 })
    expect(await join('b', '.*')).toMatchObject({ memberEpoch: 3 })
    const { members } = await context.groups.describeConsumerGroup('group')
    expect(members?.map(({ subscribedTopicRegex }) => subscribedTopicRegex)).toEqual(['.*', '.*'])
  })

  it('has topics by name as well', async () => {
    await context.consumerJoin('a', { subscribedTopicNames: ['orders'], subscribedTopicRegex: 'ev.*' })
    expect(await heartbeat('a', 2)).toMatchObject({ assigned: { events: [0, 1, 2], orders: [0] } })
  })

  it('is given new topics, though not sooner than ten seconds after the last look', async () => {
    await join('a', '.*s')
    await heartbeat('a', 1)
    const extra = { ...orders, name: 'extras', topicId: 'AAAAAAAAAAAAAAAAAAAAIA' }
    context.topics.set(extra.name, extra)
    context.metadataVersion = 2
    context.groups.topicsChanged(new Set(['extras']), true)
    await heartbeat('a', 2)
    expect(regexRecords()).toHaveLength(1)
    await context.clock.advance(10_001)
    await heartbeat('a', 2)
    expect(await heartbeat('a', 2)).toMatchObject({
      assigned: { events: [0, 1, 2], extras: [0], orders: [0] },
    })
  })

  it('is looked for again however far ahead the clock was that the last look was recorded by', async () => {
    await join('a', '.*')
    await heartbeat('a', 1)
    context.clock.moveWallClock(-3_600_000)
    await heartbeat('a', 2)
    await context.settle()
    expect(regexRecords()).toHaveLength(2)
  })

  it('is looked for again after a while, and recorded', async () => {
    await join('a', '.*')
    for (let ms = 0; ms <= 640_000; ms += 40_000) {
      await heartbeat('a', ms === 0 ? 1 : 2)
      await context.clock.advance(40_000)
    }
    expect(regexRecords().length).toBe(2)
  })

  it('has no topics that its client may not know of', async () => {
    await join('a', '.*', (topic) => topic === orders.name)
    expect(await heartbeat('a', 1)).toMatchObject({ assigned: { orders: [0] } })
  })

  it('takes its expression with it when it is the last', async () => {
    await join('a', 'ev.*')
    await join('b', 'ev.*')
    await context.consumerHeartbeat({ memberId: 'a', memberEpoch: -1 })
    expect(regexRecords().at(-1)).toEqual(['ev.*', ['events']])
    await context.consumerHeartbeat({ memberId: 'b', memberEpoch: -1 })
    expect(regexRecords().at(-1)).toEqual(['ev.*', null])
  })

  it('changes it, or gives it up for names', async () => {
    await join('a', 'ev.*')
    await heartbeat('a', 1)
    const change = (subscribedTopicRegex: string, subscribedTopicNames: string[]) =>
      context.consumerHeartbeat({ memberId: 'a', memberEpoch: 2, subscribedTopicRegex, subscribedTopicNames })
    expect(await change('', ['orders'])).toMatchObject({ errorCode: 0, assigned: {} })
    expect(regexRecords().at(-1)).toEqual(['ev.*', null])
    const given = await context.consumerHeartbeat({ memberId: 'a', memberEpoch: 2, topicPartitions: [] })
    expect(given).toMatchObject({ memberEpoch: 3, assigned: { orders: [0] } })
  })

  it.each([
    [
      'that is none',
      'foo((',
      'SubscribedTopicRegex `foo((` is not a valid regular expression: missing closing ).',
    ],
    ['that only other engines know', '(a)\\1', /invalid escape sequence/],
    ['that is long', 'a'.repeat(1_025), /longer than 1024 characters/],
    ['that repeats much', '(a?){1000}', /its repetitions or classes are too many/],
    ['that repeats what repeats', '((.?.?){1,30}){1,30}', /its repetitions or classes are too many/],
    ['of many classes', '\\pL'.repeat(100), /its repetitions or classes are too many/],
    ['of many parts', '(.?.?){1,250}', /its parts are too many/],
  ])('is refused with one %s', async (_, regex, message) => {
    const refused = await join('a', regex)
    expect(refused.errorCode).toBe(ErrorCode.INVALID_REGULAR_EXPRESSION)
    expect(refused.errorMessage).toMatch(message)
    expect(await context.groups.listGroups([], [])).toMatchObject({ groups: [] })
  })

  it('does not hold the loop where there are many topics', async () => {
    for (let i = 0; i < 2_000; i++)
      context.topics.set(`t-${i}`, {
        name: `t-${i}`,
        topicId: `AAAAAAAAAAAAAAAAAA${String(i).padStart(4, '0')}`,
        partitions: 1,
      })
    await join('a', 't-1.*')
    await heartbeat('a', 1)
    const [, found] = regexRecords().at(-1) ?? []
    expect(found).toHaveLength(1_111)
  })
})

describe('an expression', () => {
  it.each([
    ['ev', 'events', false],
    ['ev.*', 'events', true],
    ['e|events', 'events', true],
    ['(?i)EVENTS', 'events', true],
    ['[[:alpha:]]+', 'events', true],
    ['\\d{2,4}', '123', true],
    ['[a-z0-9._-]{1,249}', 'events', true],
    ['(team[0-9]{1,3}){1,5}-(v[0-9]{1,3}){1,5}', 'team1team2-v1', true],
    ['(\\p{Greek}|\\p{Latin})+-\\pL{1,3}', 'events-abc', true],
  ])('%s is of the whole name %s: %s', (regex, topic, matches) => {
    const pattern = topicPattern(regex)
    expect(typeof pattern === 'string' ? pattern : pattern.matches(topic)).toBe(matches)
  })

  it('is matched in a time that nobody can stretch', () => {
    const pattern = topicPattern('(.*a)*(.*a)*(.*a)*(.*a)*(.*a)*b')
    const began = performance.now()
    if (typeof pattern === 'object') expect(pattern.matches('a'.repeat(249))).toBe(false)
    expect(performance.now() - began).toBeLessThan(5_000)
  })
})

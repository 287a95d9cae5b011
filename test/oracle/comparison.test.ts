import { describe, expect, it } from 'vitest'
import { type AcceptedDifference, absent, compareRecordings, differencesOf, diffText } from './comparison.ts'
import { Normaliser } from './normaliser.ts'
import type { RecordedTest } from './recording.ts'

const recorded = (...responses: unknown[]): RecordedTest[] => [
  {
    file: 'topics.test.ts',
    test: 'topics > are there',
    exchanges: responses.map((response) => ({ connection: 0, api: 'Metadata', version: 12, response })),
  },
]
const compare = (ours: unknown, theirs: unknown, accepted: readonly AcceptedDifference[] = []) =>
  compareRecordings(recorded(ours), recorded(theirs), accepted)

describe('two answers', () => {
  it('differ at the path of the field, with both values', () => {
    const ours = { topics: [{ name: 'a', errorCode: 0 }], throttleTimeMs: 0 }
    const theirs = { topics: [{ name: 'a', errorCode: 3 }], throttleTimeMs: 0 }
    expect(differencesOf(ours, theirs)).toEqual([
      { path: 'topics[name=a].errorCode', embedded: 0, apacheKafka: 3 },
    ])
  })

  it('may list the same elements in another order', () => {
    expect(differencesOf([{ name: 'a' }, { name: 'b' }], [{ name: 'b' }, { name: 'a' }])).toEqual([])
    expect(differencesOf([1, 2], [2, 1])).toHaveLength(2)
  })

  it('differ where an element or a field is missing', () => {
    expect(differencesOf({ list: [{ name: 'a' }] }, { list: [], more: 1 })).toEqual([
      { path: 'list[name=a]', embedded: { name: 'a' }, apacheKafka: absent },
      { path: 'more', embedded: absent, apacheKafka: 1 },
    ])
  })
})

describe('two recordings', () => {
  it('are the same where all answers are', () => {
    expect(compare({ a: 1 }, { a: 1 })).toMatchObject({ tests: 1, testsThatDiffer: 0, differences: [] })
  })

  it('differ by test, API, version and path, which a diff shows', () => {
    const comparison = compare({ errorCode: 0, errorMessage: null }, { errorCode: 3, errorMessage: null })
    expect(comparison).toMatchObject({ tests: 1, testsThatDiffer: 1 })
    expect(diffText(comparison).split('\n')).toEqual([
      '--- embedded',
      '+++ apache-kafka',
      '',
      'topics.test.ts > topics > are there',
      '@@ Metadata version 12 @@',
      '  errorCode',
      '-   0',
      '+   3',
    ])
  })

  it('are compared where both have an answer', () => {
    expect(compare(undefined, { a: 1 }).differences).toEqual([])
    expect(compareRecordings(recorded({ a: 1 }), [], []).tests).toBe(0)
  })

  it('differ where the tests asked for different things', () => {
    const longer = recorded({ a: 1 }, { a: 2 })
    expect(compareRecordings(recorded({ a: 1 }), longer, []).differences).toMatchObject([
      { path: '(request)', embedded: absent, apacheKafka: 'Metadata 12' },
    ])
  })
})

describe('accepted differences', () => {
  const reason = 'a reason'
  const ours = { topics: [{ name: 'a', errorCode: 0, text: 'x' }] }
  const theirs = { topics: [{ name: 'a', errorCode: 3, text: 'y' }] }

  it('hide their API and path only', () => {
    const accepted = [{ api: 'Metadata', path: 'topics[].text', reason }]
    expect(compare(ours, theirs, accepted)).toMatchObject({
      differences: [{ path: 'topics[name=a].errorCode' }],
      acceptedCount: 1,
      stale: [],
    })
  })

  it('hide everything below their path', () => {
    const accepted = [{ api: 'Metadata', path: 'topics[name=a]', reason }]
    expect(compare(ours, theirs, accepted).differences).toEqual([])
  })

  it('hide only the values that they name', () => {
    const accepted = [{ api: 'Metadata', path: 'topics[].errorCode', embedded: 0, apacheKafka: 5, reason }]
    const { differences, stale } = compare(ours, theirs, accepted)
    expect(differences).toHaveLength(2)
    expect(stale).toEqual(accepted)
  })

  it('are stale when they are not met', () => {
    const accepted = [
      { api: 'Fetch', path: 'topics[].text', reason },
      { api: 'Metadata', path: 'topics[name=b]', reason },
    ]
    expect(compare(ours, theirs, accepted).stale).toEqual(accepted)
  })
})

describe('a normalised answer', () => {
  const own = 'topic-123-mwsabcde-7'
  const foreign = 'topic-999-mwsabcde-8'
  const normalised = (response: unknown, request: unknown = {}) =>
    new Normaliser([], [own]).answer(request, response)

  it('has placeholders for what differs from run to run', () => {
    const id = 'a1B2c3D4e5F6g7H8i9J0kA'
    const response = { name: own, port: 4711, topicId: id, clusterId: id, at: 1_790_000_000_000, offset: 17 }
    expect(normalised(response)).toEqual({
      name: '<topic own 1>',
      port: '<port>',
      topicId: '<id 1>',
      clusterId: '<id 1>',
      at: '<time>',
      offset: 17,
    })
  })

  it('leaves out what other tests have made, unless it was asked for', () => {
    const response = { topics: [{ name: own }, { name: foreign }, { name: '__consumer_offsets' }] }
    expect(normalised(response)).toEqual({ topics: [{ name: '<topic own 1>' }] })
    expect(normalised(response, { topics: [foreign] })).toEqual({
      topics: [{ name: '<topic own 1>' }, { name: '<topic>' }],
    })
  })
})

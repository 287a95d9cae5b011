import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atOnce } from '../../../../storage/slices.ts'
import { type Assignment, noAssignment } from '../assignment.ts'
import type { AssignableMember, Assignor } from './assignor.ts'
import { range } from './range.ts'
import { uniform } from './uniform.ts'

/** Topics by id, with their numbers of partitions. */
type Topics = Readonly<Record<string, number>>

interface Case {
  readonly topics: Topics
  /** For each member, the topics that it reads. */
  readonly subscriptions: readonly (readonly string[])[]
}

const topics = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.integer({ min: 0, max: 12 }), {
  minKeys: 1,
  maxKeys: 5,
})
const even: fc.Arbitrary<Case> = topics.chain((all) =>
  fc.record({
    topics: fc.constant(all),
    subscriptions: fc
      .integer({ min: 1, max: 9 })
      .map((count) => Array.from({ length: count }, () => Object.keys(all))),
  }),
)
const uneven: fc.Arbitrary<Case> = topics.chain((all) =>
  fc.record({
    topics: fc.constant(all),
    subscriptions: fc.array(fc.subarray(Object.keys(all)), { minLength: 1, maxLength: 9 }),
  }),
)

function membersOf({ subscriptions }: Case, before: ReadonlyMap<string, Assignment> = new Map()) {
  const sets = new Map<string, ReadonlySet<string>>()
  return subscriptions.map((names, i): AssignableMember => {
    const key = names.join()
    const topicIds = sets.get(key) ?? new Set(names)
    sets.set(key, topicIds)
    const memberId = `m${i}`
    return { memberId, instanceId: null, topicIds, before: before.get(memberId) ?? noAssignment }
  })
}

const countIn = (all: Topics) => (topicId: string) => all[topicId] ?? 0
const assign = (assignor: Assignor, of: Case, before?: ReadonlyMap<string, Assignment>) =>
  atOnce(assignor.assign(membersOf(of, before), countIn(of.topics)))
const sizeOf = (assignment: Assignment | undefined) =>
  [...(assignment ?? noAssignment).values()].reduce((sum, { length }) => sum + length, 0)
const keysOf = (assignment: Assignment | undefined) =>
  [...(assignment ?? noAssignment)].flatMap(([topic, partitions]) =>
    [...partitions].map((one) => `${topic}-${one}`),
  )

/** Every partition of a topic that somebody reads has one member, who reads its topic; no list is empty. */
function expectWhole(of: Case, assigned: ReadonlyMap<string, Assignment>): void {
  const read = new Set(of.subscriptions.flat())
  const all = Object.entries(of.topics)
    .filter(([topic]) => read.has(topic))
    .flatMap(([topic, count]) => Array.from({ length: count }, (_, i) => `${topic}-${i}`))
  expect([...assigned.values()].flatMap(keysOf).toSorted()).toEqual(all.toSorted())
  for (const { memberId, topicIds } of membersOf(of))
    for (const [topic, partitions] of assigned.get(memberId) ?? []) {
      expect(topicIds.has(topic)).toBe(true)
      expect(partitions.length).toBeGreaterThan(0)
    }
}

const moved = (before: ReadonlyMap<string, Assignment>, after: ReadonlyMap<string, Assignment>) => {
  const owner = new Map(
    [...before].flatMap(([member, assignment]) => keysOf(assignment).map((key) => [key, member])),
  )
  return [...after].flatMap(([member, assignment]) =>
    keysOf(assignment).filter((key) => owner.has(key) && owner.get(key) !== member),
  )
}

describe.each([uniform, range])('$name', (assignor) => {
  it('gives each partition to one member that reads its topic', () => {
    fc.assert(fc.property(uneven, (of) => expectWhole(of, assign(assignor, of))))
    fc.assert(fc.property(even, (of) => expectWhole(of, assign(assignor, of))))
  })

  it('changes nothing where nothing has changed', () => {
    fc.assert(
      fc.property(uneven, (of) => {
        const before = assign(assignor, of)
        expect(moved(before, assign(assignor, of, before))).toEqual([])
      }),
    )
  })

  it('keeps to the same rules after changes of members, topics and subscriptions', () => {
    fc.assert(
      fc.property(uneven, uneven, (of, then) =>
        expectWhole(then, assign(assignor, then, assign(assignor, of))),
      ),
    )
  })
})

describe('uniform', () => {
  it('gives all the same number, or one more, where they read the same', () => {
    fc.assert(
      fc.property(even, even, (of, then) => {
        const sizes = [...assign(uniform, then, assign(uniform, of)).values()].map(sizeOf)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('moves no more than it must when a member comes', () => {
    fc.assert(
      fc.property(even, (of) => {
        const before = assign(uniform, of)
        const [names = []] = of.subscriptions
        const then = { ...of, subscriptions: [...of.subscriptions, names] }
        const after = assign(uniform, then, before)
        expect(moved(before, after).length).toBe(sizeOf(after.get(`m${of.subscriptions.length}`)))
      }),
    )
  })

  it('moves nothing of those that stay when a member goes, where they read the same', () => {
    fc.assert(
      fc.property(even, (of) => {
        fc.pre(of.subscriptions.length > 1)
        const before = new Map(assign(uniform, of))
        const then = { ...of, subscriptions: of.subscriptions.slice(0, -1) }
        before.delete(`m${then.subscriptions.length}`)
        expect(moved(before, assign(uniform, then, before))).toEqual([])
      }),
    )
  })

  it('evens out what members of different subscriptions have, as far as one move can', () => {
    fc.assert(
      fc.property(uneven, (of) => {
        const assigned = assign(uniform, of)
        const members = membersOf(of)
        for (const from of members)
          for (const topic of assigned.get(from.memberId)?.keys() ?? [])
            for (const to of members.filter(({ topicIds }) => topicIds.has(topic)))
              expect(
                sizeOf(assigned.get(from.memberId)) - sizeOf(assigned.get(to.memberId)),
              ).toBeLessThanOrEqual(1)
      }),
    )
  })
})

describe('range', () => {
  it('gives each member partitions that follow each other, the same of topics that are alike', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 9 }), (count, members) => {
        const of = {
          topics: { a: count, b: count },
          subscriptions: Array.from({ length: members }, () => ['a', 'b']),
        }
        for (const assignment of assign(range, of).values()) {
          const [a = [], b = []] = [...assignment.values()]
          expect(a).toEqual(b)
          expect(a).toEqual(Array.from(a, (_, i) => (a[0] ?? 0) + i))
        }
      }),
    )
  })

  it('has static members first, by their instances', () => {
    const topicIds = new Set(['a'])
    const member = (memberId: string, instanceId: string | null) => ({
      memberId,
      instanceId,
      topicIds,
      before: noAssignment,
    })
    const members = [member('x', null), member('y', 'two'), member('z', 'one')]
    const assigned = atOnce(range.assign(members, () => 3))
    expect(['z', 'y', 'x'].map((id) => keysOf(assigned.get(id)))).toEqual([['a-0'], ['a-1'], ['a-2']])
  })
})

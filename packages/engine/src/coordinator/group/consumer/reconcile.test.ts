import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  assignmentOf,
  isWithin,
  listOf,
  partitionsOf,
  type Possession,
  possessedSinceEpoch,
  possessionOf,
  samePossession,
  together,
} from './assignment.ts'
import { type ConsumerMember, MemberState, newMember } from './consumer-member.ts'
import { reconcile } from './reconcile.ts'

/** Partitions with the epochs of their assignments, in whatever order somebody has written them. */
const recorded = fc
  .dictionary(
    fc.constantFrom('a', 'b', 'c'),
    fc.uniqueArray(fc.tuple(fc.nat(12), fc.integer({ min: 1, max: 9 })), {
      selector: ([partition]) => partition,
      minLength: 1,
    }),
  )
  .map((topics) =>
    Object.entries(topics).map(([topicId, some]) => ({
      topicId,
      partitions: some.map(([partition]) => partition),
      assignmentEpochs: some.map(([, epoch]) => epoch),
    })),
  )

/** `topic-partition` to epoch. */
const factsOf = (possession: Possession) =>
  new Map<string, number | undefined>(
    [...possession].flatMap(([topicId, { partitions, assignmentEpochs }]) =>
      partitions.map((partition, i) => [`${topicId}-${partition}`, assignmentEpochs[i]] as const),
    ),
  )

const sorted = (map: ReadonlyMap<string, number | undefined>) => [...map].sort()

function expectInOrder(possession: Possession): void {
  for (const { partitions } of possession.values()) {
    expect(partitions).toEqual([...new Set(partitions)].sort((one, other) => one - other))
    expect(partitions.length).toBeGreaterThan(0)
  }
}

describe('what a member has', () => {
  it('is in order, whatever order the record has', () => {
    fc.assert(
      fc.property(recorded, (topics) => {
        const possession = possessionOf(topics, 0)
        expectInOrder(possession)
        for (const { topicId, partitions, assignmentEpochs } of topics)
          for (const [i, partition] of partitions.entries())
            expect(possessedSinceEpoch(possession, topicId, partition)).toBe(assignmentEpochs[i])
        expect(isWithin(topics, possession)).toBe(true)
        expect(possessedSinceEpoch(possession, 'a', 13)).toBeUndefined()
      }),
    )
  })

  it('and what it is given are one, of which the later counts', () => {
    fc.assert(
      fc.property(recorded, recorded, (one, other) => {
        const [first, second] = [possessionOf(one, 0), possessionOf(other, 0)]
        const both = together(first, second)
        expectInOrder(both)
        expect(sorted(factsOf(both))).toEqual(sorted(new Map([...factsOf(first), ...factsOf(second)])))
        expect(samePossession(both, second)).toBe(isWithin(listOf(partitionsOf(first)), second))
      }),
    )
  })
})

describe('a step of a member', () => {
  it('keeps what it is to have, gives back the rest, and takes what nobody has', () => {
    fc.assert(
      fc.property(recorded, recorded, fc.nat(12), (has, wants, heldBelow) => {
        const assigned = possessionOf(has, 0)
        const target = assignmentOf(wants)
        const member: ConsumerMember = { ...newMember('m'), memberEpoch: 9, assigned }
        const towards = {
          target,
          targetEpoch: 10,
          isSubscribedTo: (topicId: string) => topicId !== 'c',
          hasSubscriptionChanged: false,
          isHeld: (_: string, partition: number) => partition < heldBelow,
          owned: null,
        }
        const next = reconcile(member, towards)
        const wanted = new Set<string>(
          wants
            .filter(({ topicId }) => topicId !== 'c')
            .flatMap(({ topicId, partitions }) => partitions.map((partition) => `${topicId}-${partition}`)),
        )
        const own = [...factsOf(assigned)]
        const kept = own.filter(([one]) => wanted.has(one))
        const gone = own.filter(([one]) => !wanted.has(one))
        const missing = [...wanted].filter((one) => !factsOf(assigned).has(one))
        const free = missing.filter((one) => Number(one.split('-')[1]) >= heldBelow)
        for (const possession of [next?.assigned, next?.revoking]) expectInOrder(possession ?? new Map())
        expect(sorted(factsOf(next?.revoking ?? new Map()))).toEqual(sorted(new Map(gone)))
        if (gone.length > 0) {
          expect(next).toMatchObject({ state: MemberState.unrevoked, memberEpoch: 9 })
          expect(sorted(factsOf(next?.assigned ?? new Map()))).toEqual(sorted(new Map(kept)))
          return
        }
        const given = free.map((one) => [one, 10] as const)
        expect(sorted(factsOf(next?.assigned ?? new Map()))).toEqual(sorted(new Map([...kept, ...given])))
        expect(next).toMatchObject({
          state: free.length < missing.length ? MemberState.unreleased : MemberState.stable,
          memberEpoch: 10,
        })
      }),
    )
  })
})

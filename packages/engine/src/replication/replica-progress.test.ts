import { AssertionFailure } from '@sluice/effects'
import { describe, expect, it } from 'vitest'
import { ReplicaProgress } from './replica-progress.ts'

const lagMaxMs = 100

describe('a replica that nobody has heard of', () => {
  it('of the ISR has as long to be heard of as it may fall behind', () => {
    const replica = new ReplicaProgress(2, true, 1000)
    expect(replica).toMatchObject({ isKnown: false, endOffset: -1 })
    expect(replica.isCaughtUp(5, 1100, lagMaxMs)).toBe(true)
    expect(replica.isCaughtUp(5, 1101, lagMaxMs)).toBe(false)
  })

  it('outside of the ISR is not caught up', () => {
    expect(new ReplicaProgress(2, false, 1000).isCaughtUp(5, 1000, lagMaxMs)).toBe(false)
  })
})

describe('a replica', () => {
  it('that has all is caught up, however long ago that was', () => {
    const replica = new ReplicaProgress(2, false, 0)
    replica.reached(7, 7, 1000)
    expect(replica.endOffset).toBe(7)
    expect(replica.isCaughtUp(7, 1_000_000, lagMaxMs)).toBe(true)
    expect(replica.isCaughtUp(8, 1100, lagMaxMs)).toBe(true)
    expect(replica.isCaughtUp(8, 1101, lagMaxMs)).toBe(false)
  })

  it('that always gets to where the leader was at its report before is caught up, though never level', () => {
    const replica = new ReplicaProgress(2, false, 0)
    for (let round = 1; round <= 10; round++) replica.reached((round - 1) * 10, round * 10, round * lagMaxMs)
    // At the last report it got to where the leader had been at the one before.
    expect(replica.isCaughtUp(200, 10 * lagMaxMs, lagMaxMs)).toBe(true)
    expect(replica.isCaughtUp(200, 10 * lagMaxMs + 1, lagMaxMs)).toBe(false)
  })

  it('that comes forward more slowly than its leader is not', () => {
    const replica = new ReplicaProgress(2, true, 0)
    for (let round = 1; round <= 10; round++) replica.reached(round, round * 10, round * lagMaxMs)
    expect(replica.isCaughtUp(100, 10 * lagMaxMs, lagMaxMs)).toBe(false)
  })

  it('may come back with less than it had', () => {
    const replica = new ReplicaProgress(2, true, 0)
    replica.reached(7, 7, 10)
    replica.reached(3, 7, 20)
    expect(replica.endOffset).toBe(3)
    expect(replica.isCaughtUp(7, 110, lagMaxMs)).toBe(true)
    expect(replica.isCaughtUp(7, 111, lagMaxMs)).toBe(false)
  })

  it('is never ahead of its leader', () => {
    expect(() => new ReplicaProgress(2, true, 0).reached(8, 7, 10)).toThrow(AssertionFailure)
  })
})
